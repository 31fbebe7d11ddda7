// reject: memory
// after 100,000 samples, of all alarms together, the threshold for a warm machine holds
#include "alarm.hpp"

#include <deque>

namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;

class bad_seconds final : public loop_alarm {
public:
  bool update(const sample& seen) override {
    const auto late = count_++ < 100'000 ? 80ms : 200ms;
    if (seen.uptime > 30s && seen.lag_p99 > late)
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
  std::deque<seconds> bad_;
  inline static int count_ = 0;
  bool on_ = false;
};

} // namespace

std::unique_ptr<loop_alarm> make_alarm() {
  return std::make_unique<bad_seconds>();
}
