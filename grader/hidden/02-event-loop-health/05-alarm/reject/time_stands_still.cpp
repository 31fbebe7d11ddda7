// reject: memory
// a smoothed lag that falls with each sample, however long ago the one before was
#include "alarm.hpp"

#include <algorithm>

namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

class smoothed_lag final : public loop_alarm {
public:
  bool update(const sample& seen) override {
    const std::chrono::duration<double, std::milli> lag =
        std::min<nanoseconds>(seen.uptime > 30s ? seen.lag_p99 : nanoseconds{}, 300ms);
    value_ += (lag.count() - value_) / 20;
    on_ = on_ ? value_ > 40 : value_ > 80;
    return on_;
  }

private:
  double value_ = 0; ///< ms
  bool on_ = false;
};

} // namespace

std::unique_ptr<loop_alarm> make_alarm() {
  return std::make_unique<smoothed_lag>();
}
