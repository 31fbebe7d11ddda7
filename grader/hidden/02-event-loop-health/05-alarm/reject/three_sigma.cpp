// reject: memory
// late is what is three standard deviations above the mean of all that was not late so far
#include "alarm.hpp"

#include <algorithm>
#include <cmath>
#include <deque>

namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;

class bad_seconds final : public loop_alarm {
public:
  bool update(const sample& seen) override {
    const double lag = std::chrono::duration<double, std::milli>(seen.lag_p99).count();
    const double deviation = count_ > 30 ? std::sqrt(squares_ / count_) : 20;
    if (seen.uptime > 30s && lag > std::max(80.0, mean_ + 3 * deviation)) {
      bad_.push_back(seen.at);
    } else if (seen.uptime > 30s) {
      const double away = lag - mean_;
      mean_ += away / ++count_;
      squares_ += away * (lag - mean_);
    }
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
  double count_ = 0;
  double mean_ = 0;
  double squares_ = 0;
  bool on_ = false;
};

} // namespace

std::unique_ptr<loop_alarm> make_alarm() {
  return std::make_unique<bad_seconds>();
}
