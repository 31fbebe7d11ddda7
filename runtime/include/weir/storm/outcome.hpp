/// \file
/// How a call ended, as far as a model tells one end from another.
#pragma once

#include <cstdint>
#include <exception>
#include <string_view>

namespace weir::storm {

/// The kinds of `thrown`, and what contracts say with a code of Asio's. A model uses those that it
/// needs.
enum class outcome : std::uint8_t {
  returned,
  system_error,
  derived,
  runtime_error,
  number,
  aborted,   ///< `operation_aborted`, whoever asked for it
  refused,   ///< `try_again`
  shut_down, ///< `shut_down`
  timed_out, ///< `timed_out`
  other
};

/// \param error null: it returned
[[nodiscard]] outcome outcome_of(const std::exception_ptr& error) noexcept;

/// For stories: "returned", "threw a runtime_error", …
[[nodiscard]] std::string_view to_string(outcome how) noexcept;

} // namespace weir::storm
