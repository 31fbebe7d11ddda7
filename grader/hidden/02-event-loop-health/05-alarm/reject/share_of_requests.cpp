// reject: quiet
// the share of slow requests in the last 20 s: at night that is one request of three
#include "alarm.hpp"

#include <deque>

namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;

class slow_share final : public loop_alarm {
public:
  bool update(const sample& seen) override {
    last_.push_back(seen);
    while (last_.front().at <= seen.at - 20s)
      last_.pop_front();
    std::size_t requests = 0;
    std::size_t slow = 0;
    std::size_t bad = 0;
    for (const sample& one : last_) {
      requests += one.requests;
      slow += one.slow;
      bad += one.uptime > 30s && one.lag_p99 > 80ms ? 1 : 0;
    }
    const double share = static_cast<double>(slow) / static_cast<double>(requests);
    if (bad >= 6 || (bad >= 1 && share > 0.001)) {
      high_ = seen.at;
    }
    return seen.at < high_ + 45s;
  }

private:
  std::deque<sample> last_;
  seconds high_ = -24h;
};

} // namespace

std::unique_ptr<loop_alarm> make_alarm() {
  return std::make_unique<slow_share>();
}
