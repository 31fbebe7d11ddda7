// accept: the times of the bad seconds of the last 30 s, in a deque
#include "alarm.hpp"

#include <deque>

namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;

class bad_seconds final : public loop_alarm {
public:
  bool update(const sample& seen) override {
    if (seen.uptime > 25s && seen.lag_p99 > 100ms)
      bad_.push_back(seen.at);
    while (!bad_.empty() && bad_.front() <= seen.at - 30s)
      bad_.pop_front();
    if (on_)
      on_ = !bad_.empty();
    else
      on_ = bad_.size() >= 8 && bad_[bad_.size() - 8] > seen.at - 30s;
    return on_;
  }

private:
  std::deque<seconds> bad_;
  bool on_ = false;
};

} // namespace

std::unique_ptr<loop_alarm> make_alarm() {
  return std::make_unique<bad_seconds>();
}
