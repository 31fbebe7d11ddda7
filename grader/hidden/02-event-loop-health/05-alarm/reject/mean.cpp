// reject: warns
// the mean lag of ten seconds: a dashboard shows that line, and it is smooth
#include "alarm.hpp"

#include <deque>

namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using std::chrono::seconds;

class mean_lag final : public loop_alarm {
public:
  bool update(const sample& seen) override {
    last_.push_back(seen);
    while (last_.front().at <= seen.at - 10s)
      last_.pop_front();
    nanoseconds sum{};
    for (const sample& one : last_)
      sum += one.lag_mean;
    const nanoseconds mean = sum / last_.size();
    if (mean > 100ms && seen.uptime > 30s)
      high_ = seen.at;
    return seen.at < high_ + 45s;
  }

private:
  std::deque<sample> last_;
  seconds high_ = -1h;
};

} // namespace

std::unique_ptr<loop_alarm> make_alarm() {
  return std::make_unique<mean_lag>();
}
