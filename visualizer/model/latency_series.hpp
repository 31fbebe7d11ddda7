#pragma once

#include "model/trace_view.hpp"

#include <weir/trace/event.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace weir::viz {

/// Whether work that ended so was served, well or not: what was rejected, dropped or
/// short-circuited was turned away, and how long that took says nothing about latency.
[[nodiscard]] constexpr bool was_served(trace::outcome how) noexcept {
  return how != trace::outcome::rejected && how != trace::outcome::dropped &&
         how != trace::outcome::short_circuited;
}

/// Latency of one window of time: of the spans that were served.
struct latency_window {
  time_range range = {};
  std::uint32_t count = 0;       ///< served spans that ended in it
  std::uint32_t turned_away = 0; ///< those that were not served
  nanos p50 = 0;                 ///< by nearest rank; 0 where count is 0
  nanos p99 = 0;
  nanos max = 0;
};

/// Spans of one name that have ended, in order of their ends.
struct latency_series {
  trace::source_id source = 0;
  std::string_view name = {};
  trace::span_role role = trace::span_role::work; ///< of the first one
  std::span<const nanos> ends = {};
  std::span<const nanos> lengths = {};
  std::span<const std::uint8_t> how = {};   ///< a `trace::outcome`
  std::vector<latency_window> windows = {}; ///< of the whole run, as many as `window_count` said
  latency_window overall = {};
  double served_ns = 0;   ///< sum of the lengths of those that were served
  double open_ns = 0;     ///< sum over those that were still open when the run was over
  std::uint32_t open = 0; ///< begun and not ended

  /// Windows over a part of the run; `count` of them. O(spans that ended in the range).
  [[nodiscard]] std::vector<latency_window> windows_in(time_range range, std::size_t count) const;
};

} // namespace weir::viz
