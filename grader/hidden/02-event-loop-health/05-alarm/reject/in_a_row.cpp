// reject: warns
// eight bad seconds in a row: a pause every four seconds is never eight in a row
#include "alarm.hpp"

#include <optional>

namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;

class in_a_row final : public loop_alarm {
public:
  bool update(const sample& seen) override {
    const bool bad = seen.uptime > 30s && seen.lag_p99 > 80ms;
    row_ = bad ? row_ + 1 : 0;
    if (bad && last_bad_ && seen.at - *last_bad_ > 5s)
      row_ = 1;
    if (bad)
      last_bad_ = seen.at;
    if (!on_)
      on_ = row_ >= 8;
    else if (seen.at - *last_bad_ >= 45s)
      on_ = false;
    return on_;
  }

private:
  int row_ = 0;
  std::optional<seconds> last_bad_;
  bool on_ = false;
};

} // namespace

std::unique_ptr<loop_alarm> make_alarm() {
  return std::make_unique<in_a_row>();
}
