// reject: memory
// the last twenty samples are the last twenty seconds, unless some are missing
#include "alarm.hpp"

#include <algorithm>
#include <deque>

namespace {

using namespace std::chrono_literals;

class last_samples final : public loop_alarm {
public:
  bool update(const sample& seen) override {
    const bool bad = seen.uptime > 30s && seen.lag_p99 > 80ms;
    last_.push_back(bad);
    if (last_.size() > 20)
      last_.pop_front();
    calm_ = bad ? 0 : calm_ + 1;
    if (!on_)
      on_ = std::ranges::count(last_, true) >= 6;
    else if (calm_ >= 45)
      on_ = false;
    return on_;
  }

private:
  std::deque<bool> last_;
  int calm_ = 0;
  bool on_ = false;
};

} // namespace

std::unique_ptr<loop_alarm> make_alarm() {
  return std::make_unique<last_samples>();
}
