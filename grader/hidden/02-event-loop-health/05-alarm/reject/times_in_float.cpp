// reject: memory
// the times of the bad seconds in a float: by 2030 they go in steps of two minutes
#include "alarm.hpp"

#include <cstdint>
#include <deque>

namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;

class bad_seconds final : public loop_alarm {
public:
  bool update(const sample& seen) override {
    if (seen.uptime > 30s && seen.lag_p99 > 80ms)
      bad_.push_back(static_cast<float>(seen.at.count()));
    while (!bad_.empty() && seconds(static_cast<std::int64_t>(bad_.front())) <= seen.at - 45s)
      bad_.pop_front();
    if (on_)
      on_ = !bad_.empty();
    else
      on_ = bad_.size() >= 6 &&
            seconds(static_cast<std::int64_t>(bad_[bad_.size() - 6])) > seen.at - 20s;
    return on_;
  }

private:
  std::deque<float> bad_;
  bool on_ = false;
};

} // namespace

std::unique_ptr<loop_alarm> make_alarm() {
  return std::make_unique<bad_seconds>();
}
