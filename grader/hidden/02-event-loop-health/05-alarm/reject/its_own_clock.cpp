// reject: quiet
// what time it is says the clock; the samples come once a second, more or less
#include "alarm.hpp"

#include <chrono>
#include <deque>

namespace {

using namespace std::chrono_literals;

class bad_seconds final : public loop_alarm {
public:
  bool update(const sample& seen) override {
    const auto now = std::chrono::steady_clock::now();
    if (seen.uptime > 30s && seen.lag_p99 > 80ms)
      bad_.push_back(now);
    while (!bad_.empty() && bad_.front() <= now - 45s)
      bad_.pop_front();
    if (on_)
      on_ = !bad_.empty();
    else
      on_ = bad_.size() >= 6 && bad_[bad_.size() - 6] > now - 20s;
    return on_;
  }

private:
  std::deque<std::chrono::steady_clock::time_point> bad_;
  bool on_ = false;
};

} // namespace

std::unique_ptr<loop_alarm> make_alarm() {
  return std::make_unique<bad_seconds>();
}
