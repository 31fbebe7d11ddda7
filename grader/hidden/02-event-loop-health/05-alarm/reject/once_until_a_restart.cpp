// reject: memory
// one call for each release: whoever has been called will mend it with the next one
#include "alarm.hpp"

#include <deque>

namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;

class bad_seconds final : public loop_alarm {
public:
  bool update(const sample& seen) override {
    if (seen.uptime < uptime_)
      rang_ = false;
    uptime_ = seen.uptime;
    if (seen.uptime > 30s && seen.lag_p99 > 80ms)
      bad_.push_back(seen.at);
    while (!bad_.empty() && bad_.front() <= seen.at - 45s)
      bad_.pop_front();
    if (on_) {
      on_ = !bad_.empty();
    } else if (!rang_ && bad_.size() >= 6 && bad_[bad_.size() - 6] > seen.at - 20s) {
      on_ = rang_ = true;
    }
    return on_;
  }

private:
  std::deque<seconds> bad_;
  seconds uptime_{};
  bool rang_ = false;
  bool on_ = false;
};

} // namespace

std::unique_ptr<loop_alarm> make_alarm() {
  return std::make_unique<bad_seconds>();
}
