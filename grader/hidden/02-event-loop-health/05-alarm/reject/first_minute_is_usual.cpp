// reject: memory
// the first minute that it sees says what is usual, for good
#include "alarm.hpp"

#include <algorithm>
#include <deque>

namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;

class bad_seconds final : public loop_alarm {
public:
  bool update(const sample& seen) override {
    if (count_ < 60)
      usual_ += (std::min<std::chrono::nanoseconds>(seen.lag_p99, 40ms) - usual_) / ++count_;
    if (seen.uptime > 30s && seen.lag_p99 > 4 * std::max<std::chrono::nanoseconds>(20ms, usual_))
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
  std::chrono::nanoseconds usual_{};
  int count_ = 0;
  bool on_ = false;
};

} // namespace

std::unique_ptr<loop_alarm> make_alarm() {
  return std::make_unique<bad_seconds>();
}
