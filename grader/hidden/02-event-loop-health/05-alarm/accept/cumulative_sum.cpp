// accept: a cumulative sum: what lag is above 50 ms adds up, what is below takes away
#include "alarm.hpp"

#include <algorithm>
#include <optional>

namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using std::chrono::seconds;

class cumulative_sum final : public loop_alarm {
public:
  bool update(const sample& seen) override {
    if (last_)
      sum_ -= 50ms * (seen.at - *last_).count();
    last_ = seen.at;
    if (seen.uptime > 30s)
      sum_ += std::min<nanoseconds>(seen.lag_p99, 250ms);
    sum_ = std::clamp<nanoseconds>(sum_, 0ms, 2s);
    on_ = on_ ? sum_ > 0ms : sum_ > 1s;
    return on_;
  }

private:
  nanoseconds sum_{};
  std::optional<seconds> last_;
  bool on_ = false;
};

} // namespace

std::unique_ptr<loop_alarm> make_alarm() {
  return std::make_unique<cumulative_sum>();
}
