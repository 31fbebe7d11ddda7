// reject: memory
// against an alarm that comes and goes: with each call it stays on for longer, up to two minutes
#include "alarm.hpp"

#include <algorithm>
#include <deque>

namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;

class bad_seconds final : public loop_alarm {
public:
  bool update(const sample& seen) override {
    if (seen.uptime > 30s && seen.lag_p99 > 80ms)
      bad_.push_back(seen.at);
    while (!bad_.empty() && bad_.front() <= seen.at - std::min(115s, 45s * calls_))
      bad_.pop_front();
    if (on_) {
      on_ = !bad_.empty();
    } else if (bad_.size() >= 6 && bad_[bad_.size() - 6] > seen.at - 20s) {
      on_ = true;
      ++calls_;
    }
    return on_;
  }

private:
  std::deque<seconds> bad_;
  int calls_ = 1;
  bool on_ = false;
};

} // namespace

std::unique_ptr<loop_alarm> make_alarm() {
  return std::make_unique<bad_seconds>();
}
