// reject: warns
// late for eight seconds is late for eight seconds: the time since a tick was last on time
#include "alarm.hpp"

#include <optional>

namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;

class since_good final : public loop_alarm {
public:
  bool update(const sample& seen) override {
    const bool bad = seen.uptime > 30s && seen.lag_p99 > 80ms;
    if (bad)
      bad_ = seen.at;
    else
      good_ = seen.at;
    if (!on_)
      on_ = bad && good_ && seen.at - *good_ >= 8s;
    else
      on_ = seen.at - bad_ < 45s;
    return on_;
  }

private:
  std::optional<seconds> good_;
  seconds bad_{};
  bool on_ = false;
};

} // namespace

std::unique_ptr<loop_alarm> make_alarm() {
  return std::make_unique<since_good>();
}
