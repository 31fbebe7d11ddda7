// accept: the last minute as 64 bits, shifted by what time has passed
#include "alarm.hpp"

#include <bit>
#include <cstdint>
#include <optional>

namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;

class minute_of_bits final : public loop_alarm {
public:
  bool update(const sample& seen) override {
    const auto passed = last_ ? (seen.at - *last_).count() : 1;
    last_ = seen.at;
    bad_ = passed >= 64 ? 0 : bad_ << passed;
    if (seen.uptime > 30s && seen.lag_p99 > 100ms)
      bad_ |= 1;
    constexpr std::uint64_t last_20 = (1ULL << 20U) - 1;
    constexpr std::uint64_t last_50 = (1ULL << 50U) - 1;
    on_ = on_ ? (bad_ & last_50) != 0 : std::popcount(bad_ & last_20) >= 6;
    return on_;
  }

private:
  std::uint64_t bad_ = 0;
  std::optional<seconds> last_;
  bool on_ = false;
};

} // namespace

std::unique_ptr<loop_alarm> make_alarm() {
  return std::make_unique<minute_of_bits>();
}
