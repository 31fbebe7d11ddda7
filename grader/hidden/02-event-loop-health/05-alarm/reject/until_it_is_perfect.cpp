// reject: clears
// off when no tick of a minute was later than 10 ms: on a good day there is always one
#include "alarm.hpp"

#include <deque>

namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;

class bad_seconds final : public loop_alarm {
public:
  bool update(const sample& seen) override {
    if (seen.lag_p99 > 10ms)
      late_ = seen.at;
    if (seen.uptime > 30s && seen.lag_p99 > 80ms)
      bad_.push_back(seen.at);
    while (!bad_.empty() && bad_.front() <= seen.at - 45s)
      bad_.pop_front();
    if (on_)
      on_ = seen.at - late_ < 60s;
    else
      on_ = bad_.size() >= 6 && bad_[bad_.size() - 6] > seen.at - 20s;
    return on_;
  }

private:
  seconds late_{};
  std::deque<seconds> bad_;
  bool on_ = false;
};

} // namespace

std::unique_ptr<loop_alarm> make_alarm() {
  return std::make_unique<bad_seconds>();
}
