// reject: memory
// milliseconds in an int: enough for 24 days, and then time runs backwards
#include "alarm.hpp"

#include <deque>

namespace {

using namespace std::chrono_literals;

class milliseconds_in_an_int final : public loop_alarm {
public:
  bool update(const sample& seen) override {
    const auto now = static_cast<int>(static_cast<unsigned>(seen.at.count()) * 1000U);
    if (seen.uptime > 30s && seen.lag_p99 > 80ms)
      bad_.push_back(now);
    while (!bad_.empty() && bad_.front() <= now - 45'000)
      bad_.pop_front();
    if (on_)
      on_ = !bad_.empty();
    else
      on_ = bad_.size() >= 6 && bad_[bad_.size() - 6] > now - 20'000 && now > last_;
    last_ = now;
    return on_;
  }

private:
  std::deque<int> bad_;
  int last_ = 0;
  bool on_ = false;
};

} // namespace

std::unique_ptr<loop_alarm> make_alarm() {
  return std::make_unique<milliseconds_in_an_int>();
}
