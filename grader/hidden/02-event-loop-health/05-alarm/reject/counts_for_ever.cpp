// reject: quiet
// six bad seconds since it was last off, whenever they were
#include "alarm.hpp"

namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;

class counter final : public loop_alarm {
public:
  bool update(const sample& seen) override {
    if (seen.uptime > 30s && seen.lag_p99 > 80ms) {
      ++bad_;
      last_bad_ = seen.at;
    }
    if (!on_) {
      on_ = bad_ >= 6;
    } else if (seen.at - last_bad_ >= 45s) {
      on_ = false;
      bad_ = 0;
    }
    return on_;
  }

private:
  int bad_ = 0;
  seconds last_bad_{};
  bool on_ = false;
};

} // namespace

std::unique_ptr<loop_alarm> make_alarm() {
  return std::make_unique<counter>();
}
