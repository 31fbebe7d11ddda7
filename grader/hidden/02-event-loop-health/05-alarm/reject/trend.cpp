// reject: warns
// what matters is that it gets worse: this minute against the one before
#include "alarm.hpp"

#include <algorithm>
#include <deque>
#include <utility>

namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using std::chrono::seconds;

class trend final : public loop_alarm {
public:
  bool update(const sample& seen) override {
    if (seen.uptime > 30s)
      last_.push_back({seen.at, seen.lag_p99});
    while (!last_.empty() && last_.front().first <= seen.at - 120s)
      last_.pop_front();
    nanoseconds now{};
    nanoseconds before{};
    for (const auto& [at, lag] : last_)
      (at > seen.at - 60s ? now : before) += std::min<nanoseconds>(lag, 300ms);
    if (now > 60 * 40ms && now > before * 3 / 2)
      worse_ = seen.at;
    return seen.at < worse_ + 30s;
  }

private:
  std::deque<std::pair<seconds, nanoseconds>> last_;
  seconds worse_ = -24h;
};

} // namespace

std::unique_ptr<loop_alarm> make_alarm() {
  return std::make_unique<trend>();
}
