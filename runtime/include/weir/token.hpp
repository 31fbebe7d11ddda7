/// \file
/// A schedule as a short text: what a failure report prints and `weir replay` takes.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

/// A replayable schedule. As text: `w1:SCENARIO:SEED:CHOICES:CHECK`, for instance
/// `w1:bounded-queue/push-waits:2a:3.0.12x2:9c41`. SEED is hexadecimal. CHOICES lists the points at
/// which the schedule leaves first-in-first-out order: how many such points were passed since the
/// last one listed, and `xN` where the N-th oldest (from 0) other than 1 was taken; `-` when there
/// are none. CHECK guards against slips in copying. The leading number is the format's version.
struct schedule_token {
  std::string scenario; ///< letters, digits, '.', '_', '-', '/'
  std::uint64_t seed = 1;
  std::vector<std::uint32_t> choices;

  friend bool operator==(const schedule_token&, const schedule_token&) = default;
};

/// Says what was expected, what was found and what to do.
struct token_error : std::invalid_argument {
  using std::invalid_argument::invalid_argument;
};

/// Trailing zeros of `choices` are not kept: they mean the same.
[[nodiscard]] std::string to_string(const schedule_token& token);

/// \throws token_error for anything else than what `to_string` gives, other versions included
[[nodiscard]] schedule_token parse_token(std::string_view text);

/// `name` with everything but letters and digits turned into single dashes, in lower case.
[[nodiscard]] std::string slug(std::string_view name);

} // namespace weir
