#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace weir::world {

/// What a token bucket is given.
struct rate_limit {
  double per_second = 0;   ///< tokens that come back each second, > 0
  std::uint32_t burst = 1; ///< size of the bucket, >= 1; it starts full
};

/// A token bucket in exact integer arithmetic: the generic cell rate algorithm, virtual scheduling
/// form (ITU-T I.371, annex A), which is the same bucket seen from the time at which it will be
/// full again. O(1) in time and space. One thread at a time.
class token_bucket {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /// \throws std::invalid_argument outside the ranges of `rate_limit`
  explicit token_bucket(const rate_limit& limit);

  /// Takes a token and returns nothing, or takes none and returns how long until the next one is
  /// there. `now` must not go backwards.
  [[nodiscard]] std::optional<std::chrono::nanoseconds> try_take(time_point now);

private:
  std::chrono::nanoseconds interval_;  ///< between two tokens
  std::chrono::nanoseconds tolerance_; ///< how far ahead of an even flow a burst may be
  time_point full_at_;
};

} // namespace weir::world
