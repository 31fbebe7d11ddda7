// reject: quiet
// a second without a sample is a bad one: perhaps the process hangs
#include "alarm.hpp"

#include <algorithm>
#include <deque>
#include <optional>

namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;

class bad_seconds final : public loop_alarm {
public:
  bool update(const sample& seen) override {
    if (last_)
      for (seconds missing = std::max(*last_ + 1s, seen.at - 60s); missing < seen.at; missing += 1s)
        bad_.push_back(missing);
    last_ = seen.at;
    if (seen.uptime > 30s && seen.lag_p99 > 80ms)
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
  std::optional<seconds> last_;
  bool on_ = false;
};

} // namespace

std::unique_ptr<loop_alarm> make_alarm() {
  return std::make_unique<bad_seconds>();
}
