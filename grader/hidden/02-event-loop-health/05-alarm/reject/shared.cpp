// reject: memory
// there is one process to watch, so there is one history, and a new alarm begins it anew
#include "alarm.hpp"

#include <deque>

namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;

struct watched {
  std::deque<seconds> bad;
  bool on = false;
};

watched history;

class bad_seconds final : public loop_alarm {
public:
  bool update(const sample& seen) override {
    if (seen.uptime > 30s && seen.lag_p99 > 80ms)
      history.bad.push_back(seen.at);
    while (!history.bad.empty() && history.bad.front() <= seen.at - 45s)
      history.bad.pop_front();
    if (history.on)
      history.on = !history.bad.empty();
    else
      history.on = history.bad.size() >= 6 && history.bad[history.bad.size() - 6] > seen.at - 20s;
    return history.on;
  }
};

} // namespace

std::unique_ptr<loop_alarm> make_alarm() {
  history = {};
  return std::make_unique<bad_seconds>();
}
