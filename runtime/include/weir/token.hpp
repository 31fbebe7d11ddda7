/// \file
/// A schedule as a short text: what a failure report prints and `weir replay` takes.
#pragma once

#include <weir/model.hpp>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

/// Of the Asio that this library is built with: "1.26".
[[nodiscard]] std::string asio_version();

/// A replayable schedule. As text: `w2:SCENARIO:SEED:ASIO:MODEL:CHOICES:CHECK`, for instance
/// `w2:bounded-queue/push-waits:2a:1.26:anything:3.0.12x2:9c41`. SEED is hexadecimal. ASIO is the
/// version that the schedule was found with: another one may post where this one did not, and then
/// has other choices. MODEL is as `to_string(schedule_model)` spells it. CHOICES lists the points
/// at which the schedule leaves first-in-first-out order, or moves time: how many such points were
/// passed since the last one listed, and `xN` where the choice was N (from 0; the N-th oldest)
/// other than 1; `-` when there are none. CHECK guards against slips in copying. The leading number
/// is the format's version. Version 1, `w1:SCENARIO:SEED:CHOICES:CHECK`, is read too: its model was
/// `anything`, its Asio is not known.
struct schedule_token {
  std::string scenario; ///< letters, digits, '.', '_', '-', '/'
  std::uint64_t seed = 1;
  std::vector<std::uint32_t> choices;
  schedule_model model{};
  std::string asio{asio_version()}; ///< "1.26"; empty: not known

  friend bool operator==(const schedule_token&, const schedule_token&) = default;
};

/// Says what was expected, what was found and what to do.
struct token_error : std::invalid_argument {
  using std::invalid_argument::invalid_argument;
};

/// Trailing zeros of `choices` are not kept: they mean the same.
[[nodiscard]] std::string to_string(const schedule_token& token);

/// \throws token_error for anything else than what `to_string` gives or gave, later versions
/// included
[[nodiscard]] schedule_token parse_token(std::string_view text);

/// `name` with everything but letters and digits turned into single dashes, in lower case.
[[nodiscard]] std::string slug(std::string_view name);

} // namespace weir
