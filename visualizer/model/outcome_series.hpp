#pragma once

#include "model/pyramid.hpp"
#include "model/trace_view.hpp"

#include <weir/trace/event.hpp>
#include <weir/trace/source.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace weir::viz {

using outcome_counts = std::array<std::uint32_t, 7>; ///< indexed by `trace::outcome`

[[nodiscard]] std::uint64_t total(const outcome_counts& counts) noexcept;

/// How units of work ended, in order.
struct outcome_series {
  trace::source_id source = 0;
  std::string_view name = {};
  trace::source_role role = trace::source_role::none;
  bool visits = false; ///< a service's own verdicts, while others say how the work itself ended
  std::span<const nanos> times = {};
  std::span<const std::uint8_t> kinds = {}; ///< a `trace::outcome`
  std::span<const std::int64_t> ids = {};   ///< item or span, 0 = none
  std::span<const std::uint32_t> events = {};
  std::vector<outcome_counts> prefix = {}; ///< counts before every `block`th entry

  static constexpr std::size_t block = 32;

  /// Calls that a breaker counts, not ends of work.
  [[nodiscard]] bool of_breaker() const noexcept {
    return role == trace::source_role::breaker_window;
  }

  /// Of the entries [from, to). O(block).
  [[nodiscard]] outcome_counts counts(std::size_t from, std::size_t to) const noexcept;
  /// Of the first `event_count` events of the trace.
  [[nodiscard]] outcome_counts at_event(std::size_t event_count) const noexcept;
  /// Ends in [from, to). O(log entries).
  [[nodiscard]] outcome_counts in(time_range range) const noexcept;
  /// Per pixel column; edges as in step_series::columns.
  query_cost columns(time_range range, std::span<outcome_counts> out) const;
};

} // namespace weir::viz
