#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <stdexcept>

/// Small conversions and checks that the models share.
namespace weir::world {

inline constexpr double nanoseconds_per_second = 1e9;
inline constexpr double longest = 864e15; ///< 10,000 days in nanoseconds: beyond any horizon

inline void require(bool held, const char* otherwise) {
  if (!held) {
    throw std::invalid_argument(otherwise);
  }
}

[[nodiscard]] inline double in_nanoseconds(std::chrono::nanoseconds d) noexcept {
  return static_cast<double>(d.count());
}

/// To the nearest nanosecond, held to [0, `longest`].
[[nodiscard]] inline std::chrono::nanoseconds to_duration(double nanoseconds) noexcept {
  return std::chrono::nanoseconds(std::llround(std::clamp(nanoseconds, 0.0, longest)));
}

} // namespace weir::world
