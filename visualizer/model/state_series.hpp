#pragma once

#include "model/pyramid.hpp"
#include "model/trace_view.hpp"

#include <weir/trace/event.hpp>
#include <weir/trace/source.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir::viz {

struct transition {
  nanos t_ns = 0;
  std::uint32_t event = 0;
  std::int16_t from = -1; ///< -1: the state it began in
  std::int16_t to = 0;
};

/// What one pixel column shows of a state: the worst one wins.
struct state_column {
  std::int16_t first = -1; ///< -1: not known yet
  std::int16_t worst = -1;
  std::int16_t last = -1;
  std::uint32_t transitions = 0;

  friend bool operator==(const state_column&, const state_column&) = default;
};

enum class breaker_state : std::uint8_t { closed, half_open, open };

[[nodiscard]] std::string_view to_string(breaker_state state) noexcept;

struct state_series {
  trace::source_id source = 0;
  std::string_view name = {};
  trace::source_role role = trace::source_role::none;
  std::span<const std::string> labels = {};
  std::span<const transition> transitions = {};
  /// How bad each state is, by index; of a breaker closed < half-open < open, else its index.
  std::vector<std::int16_t> severity = {};
  step_series severity_over_time = {};

  [[nodiscard]] std::string_view label(std::int16_t state) const noexcept; ///< "?" when unknown
  /// What a state of a breaker means; empty for other things' states, and for unknown ones.
  [[nodiscard]] std::optional<breaker_state> of_breaker(std::int16_t state) const noexcept;
  /// -1 before the first transition. O(log transitions).
  [[nodiscard]] std::int16_t at_event(std::size_t event_count) const noexcept;
  /// Columns as in step_series::columns.
  query_cost columns(time_range range, std::span<state_column> out) const;
};

} // namespace weir::viz
