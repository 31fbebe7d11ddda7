// reject: memory
// late is a quarter of the worst that was borne without a call: nobody complained of that one
#include "alarm.hpp"

#include <algorithm>
#include <deque>

namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;

class bad_seconds final : public loop_alarm {
public:
  bool update(const sample& seen) override {
    if (!on_ && seen.uptime > 30s)
      worst_ = std::max(worst_, seen.lag_p99);
    if (seen.uptime > 30s && seen.lag_p99 > std::max<std::chrono::nanoseconds>(80ms, worst_ / 4))
      bad_.push_back(seen.at);
    while (!bad_.empty() && bad_.front() <= seen.at - 45s)
      bad_.pop_front();
    if (on_)
      on_ = !bad_.empty();
    else
      on_ = bad_.size() >= 6 && bad_[bad_.size() - 6] > seen.at - 20s;
    return on_;
  }

private:
  std::deque<seconds> bad_;
  std::chrono::nanoseconds worst_{};
  bool on_ = false;
};

} // namespace

std::unique_ptr<loop_alarm> make_alarm() {
  return std::make_unique<bad_seconds>();
}
