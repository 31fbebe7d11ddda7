// reject: warns
// who has just been called need not be called again: off after a minute, and silent for ten
#include "alarm.hpp"

#include <deque>

namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;

class with_a_pause final : public loop_alarm {
public:
  bool update(const sample& seen) override {
    if (seen.uptime > 30s && seen.lag_p99 > 80ms)
      bad_.push_back(seen.at);
    while (!bad_.empty() && bad_.front() <= seen.at - 20s)
      bad_.pop_front();
    if (bad_.size() >= 6 && seen.at >= rang_ + 600s)
      rang_ = seen.at;
    return seen.at < rang_ + 30s;
  }

private:
  std::deque<seconds> bad_;
  seconds rang_ = -24h;
};

} // namespace

std::unique_ptr<loop_alarm> make_alarm() {
  return std::make_unique<with_a_pause>();
}
