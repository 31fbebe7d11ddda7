// accept: windows of ten seconds, one after the other: two bad ticks of ten make a bad one, three
// of the last five an alarm
#include "alarm.hpp"

#include <bit>
#include <cstdint>
#include <optional>

namespace {

using namespace std::chrono_literals;

class windows_of_ten final : public loop_alarm {
public:
  bool update(const sample& seen) override {
    const auto window = seen.at / 10s;
    if (window_ && window != *window_)
      close(window - *window_);
    window_ = window;
    if (seen.uptime > 30s && seen.lag_p99 > 80ms)
      ++bad_;
    return on_;
  }

private:
  /// \param passed so many windows later the next one begins
  void close(std::int64_t passed) {
    history_ = (history_ << 1U) | (bad_ >= 2 ? 1U : 0U);
    bad_ = 0;
    history_ =
        passed > 32 ? 0 : static_cast<std::uint32_t>(std::uint64_t{history_} << (passed - 1));
    if (!on_)
      on_ = std::popcount(history_ & 0b11111U) >= 3;
    else if ((history_ & 0b1111U) == 0)
      on_ = false;
  }

  std::optional<std::int64_t> window_;
  std::uint32_t history_ = 0; ///< a bit for each window, the latest is the lowest
  int bad_ = 0;
  bool on_ = false;
};

} // namespace

std::unique_ptr<loop_alarm> make_alarm() {
  return std::make_unique<windows_of_ten>();
}
