// reject: memory
// after three calls it is muted, since an alarm that rings all the time is broken; until when?
#include "alarm.hpp"

#include <deque>

namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;

class bad_seconds final : public loop_alarm {
public:
  bool update(const sample& seen) override {
    if (seen.uptime > 30s && seen.lag_p99 > 80ms)
      bad_.push_back(seen.at);
    while (!bad_.empty() && bad_.front() <= seen.at - 45s)
      bad_.pop_front();
    if (on_) {
      on_ = !bad_.empty();
    } else if (calls_ < 3 && bad_.size() >= 6 && bad_[bad_.size() - 6] > seen.at - 20s) {
      on_ = true;
      ++calls_;
    }
    return on_;
  }

private:
  std::deque<seconds> bad_;
  int calls_ = 0;
  bool on_ = false;
};

} // namespace

std::unique_ptr<loop_alarm> make_alarm() {
  return std::make_unique<bad_seconds>();
}
