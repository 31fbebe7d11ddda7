// reject: steady
// hysteresis it is, of a twentieth, on a lag that goes up and down by half
#include "alarm.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using std::chrono::seconds;

class smoothed_lag final : public loop_alarm {
public:
  bool update(const sample& seen) override {
    constexpr double tau = 5; // seconds
    if (last_)
      value_ *= std::exp(-static_cast<double>((seen.at - *last_).count()) / tau);
    last_ = seen.at;
    if (seen.uptime > 30s)
      value_ +=
          std::chrono::duration<double, std::milli>(std::min<nanoseconds>(seen.lag_p99, 200ms))
              .count() /
          tau;
    on_ = on_ ? value_ > 85 : value_ > 90;
    return on_;
  }

private:
  double value_ = 0; ///< ms
  std::optional<seconds> last_;
  bool on_ = false;
};

} // namespace

std::unique_ptr<loop_alarm> make_alarm() {
  return std::make_unique<smoothed_lag>();
}
