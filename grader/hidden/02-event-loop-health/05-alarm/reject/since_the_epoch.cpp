// reject: memory
// seconds in a float: since 1970 they go by in steps of 128
#include "alarm.hpp"

#include <deque>

namespace {

using namespace std::chrono_literals;

class bad_seconds final : public loop_alarm {
public:
  bool update(const sample& seen) override {
    const auto now = static_cast<float>(seen.at.count());
    if (seen.uptime > 30s && seen.lag_p99 > 80ms)
      bad_.push_back(now);
    while (!bad_.empty() && bad_.front() <= now - 45)
      bad_.pop_front();
    if (on_)
      on_ = !bad_.empty();
    else
      on_ = bad_.size() >= 6 && bad_[bad_.size() - 6] > now - 20;
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
