#include "alarm.hpp"

#include <deque>

namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;

constexpr auto late = 80ms;       ///< a second is bad when a tick is later than this
constexpr std::size_t enough = 6; ///< so many bad seconds
constexpr seconds within = 20s;   ///< among so many, in a row or not, mean an incident
constexpr seconds calm = 45s;     ///< without a bad one mean that it is over
constexpr seconds cold = 30s;     ///< after a start nothing counts

class bad_seconds final : public loop_alarm {
public:
  bool update(const sample& seen) override {
    if (seen.uptime > cold && seen.lag_p99 > late)
      bad_.push_back(seen.at);
    while (!bad_.empty() && bad_.front() <= seen.at - calm)
      bad_.pop_front();
    if (on_)
      on_ = !bad_.empty();
    else
      on_ = bad_.size() >= enough && bad_[bad_.size() - enough] > seen.at - within;
    return on_;
  }

private:
  std::deque<seconds> bad_; ///< the bad seconds of the last `calm`, the oldest first
  bool on_ = false;
};

} // namespace

std::unique_ptr<loop_alarm> make_alarm() {
  return std::make_unique<bad_seconds>();
}
