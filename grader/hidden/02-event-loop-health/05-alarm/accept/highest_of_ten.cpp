// accept: the highest lag of the last ten seconds has been too high for fifteen
#include "alarm.hpp"

#include <optional>

namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;

class highest_of_ten final : public loop_alarm {
public:
  bool update(const sample& seen) override {
    if (last_ && seen.at - *last_ > 60s)
      *this = highest_of_ten(on_);
    last_ = seen.at;
    const bool cold = seen.uptime <= 30s;
    if (!cold && seen.lag_p99 > 100ms)
      high_until_ = seen.at + 10s;
    const bool high = high_until_ && seen.at < *high_until_;
    if (!high)
      high_since_.reset();
    else if (!high_since_)
      high_since_ = seen.at;
    if (!high && !low_since_)
      low_since_ = seen.at;
    else if (high)
      low_since_.reset();
    if (!on_)
      on_ = high_since_ && seen.at - *high_since_ >= 15s;
    else if (low_since_ && seen.at - *low_since_ >= 30s)
      on_ = false;
    return on_;
  }

  highest_of_ten() = default;

private:
  explicit highest_of_ten(bool on) : on_(on) {}

  std::optional<seconds> last_;
  std::optional<seconds> high_until_;
  std::optional<seconds> high_since_;
  std::optional<seconds> low_since_;
  bool on_ = false;
};

} // namespace

std::unique_ptr<loop_alarm> make_alarm() {
  return std::make_unique<highest_of_ten>();
}
