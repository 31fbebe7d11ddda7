#pragma once

#include <weir/world/error.hpp>

#include <boost/system/error_code.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>

namespace weir::world {

/// What a caller sends.
struct request {
  std::uint64_t id = 0; ///< chosen by the caller; comes back in the reply and shows in the trace
};

/// A stretch of time, counted from when the model was made: from <= t < until.
struct time_window {
  std::chrono::nanoseconds from{};
  std::chrono::nanoseconds until = std::chrono::nanoseconds::max();

  [[nodiscard]] constexpr bool contains(std::chrono::nanoseconds t) const noexcept {
    return from <= t && t < until;
  }
};

enum class fault_effect : std::uint8_t {
  fail, ///< the answer is an error
  hang, ///< no answer ever; the server stays occupied until the caller gives up
};

/// One line of a failure plan. It strikes calls that arrive during the window, that it applies to,
/// each with the given probability and independently of the others:
///
///     .faults = {{.probability = 0.05},                                   // 5 % answer 503
///                {.during = {2s, 5s}, .error = error::connection_reset},  // down for three
///                seconds
///                {.effect = fault_effect::hang, .probability = 0.001}}
struct fault {
  fault_effect effect = fault_effect::fail;
  double probability = 1; ///< in [0, 1]
  time_window during = {};
  boost::system::error_code error = world::error::unavailable;
  /// How long a server is busy before it fails. Without it, as long as a good answer would take.
  std::optional<std::chrono::nanoseconds> after = {};
  /// Which requests; empty = all. For poison messages: the same request fails every time.
  std::function<bool(const request&)> applies_to = {};
};

} // namespace weir::world
