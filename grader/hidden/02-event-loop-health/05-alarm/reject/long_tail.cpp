// reject: clears
// a smoothed lag without a cut: from three and a half seconds it takes three minutes to fall
#include "alarm.hpp"

#include <cmath>
#include <optional>

namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;

class smoothed_lag final : public loop_alarm {
public:
  bool update(const sample& seen) override {
    constexpr double tau = 45; // seconds
    if (last_)
      value_ *= std::exp(-static_cast<double>((seen.at - *last_).count()) / tau);
    last_ = seen.at;
    if (seen.uptime > 30s)
      value_ += std::chrono::duration<double, std::milli>(seen.lag_p99).count() / tau;
    on_ = on_ ? value_ > 30 : value_ > 65;
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
