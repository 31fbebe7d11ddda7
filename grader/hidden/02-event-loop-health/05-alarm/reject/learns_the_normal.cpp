// reject: memory
// a bad second is one that is four times as late as the median of all that it has seen
#include "alarm.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>

namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using std::chrono::seconds;

class learner final : public loop_alarm {
public:
  bool update(const sample& seen) override {
    if (seen.uptime > 30s)
      ++seen_[static_cast<std::size_t>(std::min<nanoseconds>(seen.lag_p99, 999ms) / 10ms)];
    ++count_;
    std::size_t below = 0;
    std::size_t median = 0;
    while (median + 1 < seen_.size() && (below += seen_[median]) * 2 < count_)
      ++median;
    const nanoseconds usual =
        10ms * std::max<std::int64_t>(2, static_cast<std::int64_t>(median) + 1);
    if (seen.uptime > 30s && seen.lag_p99 > 4 * usual)
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
  std::array<std::size_t, 100> seen_{};
  std::size_t count_ = 0;
  std::deque<seconds> bad_;
  bool on_ = false;
};

} // namespace

std::unique_ptr<loop_alarm> make_alarm() {
  return std::make_unique<learner>();
}
