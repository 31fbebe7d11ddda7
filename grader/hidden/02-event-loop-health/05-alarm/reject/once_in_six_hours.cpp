// reject: memory
// the pager's habit, in the rule: the same alarm is not sent again within six hours
#include "alarm.hpp"

#include <deque>
#include <optional>

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
    } else if ((!rang_ || seen.at - *rang_ > 6h) && bad_.size() >= 6 &&
               bad_[bad_.size() - 6] > seen.at - 20s) {
      on_ = true;
      rang_ = seen.at;
    }
    return on_;
  }

private:
  std::deque<seconds> bad_;
  std::optional<seconds> rang_;
  bool on_ = false;
};

} // namespace

std::unique_ptr<loop_alarm> make_alarm() {
  return std::make_unique<bad_seconds>();
}
