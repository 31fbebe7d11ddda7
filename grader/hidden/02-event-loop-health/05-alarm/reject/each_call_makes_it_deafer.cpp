// reject: memory
// it has called, so the threshold was too low: half as much again, and never back
#include "alarm.hpp"

#include <deque>

namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;

class bad_seconds final : public loop_alarm {
public:
  bool update(const sample& seen) override {
    if (seen.uptime > 30s && seen.lag_p99 > late_)
      bad_.push_back(seen.at);
    while (!bad_.empty() && bad_.front() <= seen.at - 45s)
      bad_.pop_front();
    if (on_ && bad_.empty()) {
      on_ = false;
      late_ = late_ * 3 / 2;
    } else if (!on_) {
      on_ = bad_.size() >= 6 && bad_[bad_.size() - 6] > seen.at - 20s;
    }
    return on_;
  }

private:
  std::deque<seconds> bad_;
  std::chrono::nanoseconds late_ = 80ms;
  bool on_ = false;
};

} // namespace

std::unique_ptr<loop_alarm> make_alarm() {
  return std::make_unique<bad_seconds>();
}
