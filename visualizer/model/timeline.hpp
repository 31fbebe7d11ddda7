#pragma once

#include "model/breaker_sources.hpp"
#include "model/gauge_series.hpp"
#include "model/latency_series.hpp"
#include "model/mark.hpp"
#include "model/outcome_series.hpp"
#include "model/places_and_moves.hpp"
#include "model/pyramid.hpp"
#include "model/retries.hpp"
#include "model/spans.hpp"
#include "model/state_series.hpp"
#include "model/task_lanes.hpp"
#include "model/task_tree.hpp"
#include "model/trace_view.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace weir::viz {

struct timeline_options {
  std::size_t window_count = 120; ///< for latency and amplification over the whole run
};

/// Everything that charts, lanes and flow need of a run, computed once in O(events + spans log
/// lanes). Immutable; views into the trace and into itself, so it can be moved but not copied, and
/// the trace has to stay.
class timeline {
public:
  explicit timeline(trace_view trace, timeline_options options = {});
  timeline(timeline&&) noexcept;
  timeline& operator=(timeline&&) noexcept;
  timeline(const timeline&) = delete;
  timeline& operator=(const timeline&) = delete;
  ~timeline();

  [[nodiscard]] const trace_view& trace() const noexcept;

  /// From 0 to the last event.
  [[nodiscard]] time_range range() const noexcept;

  [[nodiscard]] std::span<const gauge_series> gauges() const noexcept;
  [[nodiscard]] std::span<const counter_series> counters() const noexcept;
  [[nodiscard]] std::span<const state_series> states() const noexcept;
  [[nodiscard]] std::span<const outcome_series> outcomes() const noexcept;
  [[nodiscard]] std::span<const place_info> places() const noexcept;
  [[nodiscard]] std::span<const breaker_sources> breakers() const noexcept;

  /// nullptr when there is none of that name.
  [[nodiscard]] const gauge_series* gauge(std::string_view name) const noexcept;
  [[nodiscard]] const counter_series* counter(std::string_view name) const noexcept;
  [[nodiscard]] const state_series* state(std::string_view name) const noexcept;
  [[nodiscard]] const outcome_series* outcome(std::string_view name) const noexcept;
  [[nodiscard]] const latency_series* latency(std::string_view name) const noexcept;

  /// Ends of work: the outcomes that are no breaker's window, the busiest first choice; nullptr
  /// when the scene has none.
  [[nodiscard]] const outcome_series* main_outcomes() const noexcept;
  /// Latency as a caller sees it: spans of role request, else the most frequent; nullptr when there
  /// are none.
  [[nodiscard]] const latency_series* main_latency() const noexcept;
  /// How late the event loop is, nullptr where nobody measures it.
  [[nodiscard]] const gauge_series* loop_lag() const noexcept;

  /// In order of their begin.
  [[nodiscard]] std::span<const span_bar> spans() const noexcept;
  [[nodiscard]] const span_kinds& kinds_of_spans() const noexcept;
  [[nodiscard]] std::uint32_t lanes() const noexcept;
  /// Rows of a lane: deepest level + 1.
  [[nodiscard]] std::uint8_t lane_levels(std::uint32_t lane) const noexcept;
  /// Rows of all lanes before this one.
  [[nodiscard]] std::uint32_t rows_before(std::uint32_t lane) const noexcept;
  /// What a lane holds, by name: the source that the most of its time goes to.
  [[nodiscard]] std::string_view lane_name(std::uint32_t lane) const noexcept;
  /// Indices into `spans()` of the bars in one row of a lane, by begin.
  [[nodiscard]] std::span<const std::uint32_t> lane_row(std::uint32_t lane,
                                                        std::uint8_t level) const noexcept;
  /// The bars of a lane that touch the range, row by row; those narrower than a column (range /
  /// columns) are merged with their neighbours of the same row in that column, with all their
  /// outcomes. Appends to `out`. O(columns log (bars in a column)).
  query_cost lane_bars(std::uint32_t lane, time_range range, std::size_t columns,
                       std::vector<drawn_bar>& out) const;
  /// The outermost span of a lane that is open at `t_ns`, nullptr when there is none. O(log spans).
  [[nodiscard]] const span_bar* span_at(std::uint32_t lane, nanos t_ns) const noexcept;
  /// The span with this id, nullptr when there is none. O(1).
  [[nodiscard]] const span_bar* span_by_id(std::int64_t id) const noexcept;

  /// A row for each task.
  [[nodiscard]] const task_lanes& tasks() const noexcept;
  /// The same tasks below who started them.
  [[nodiscard]] const task_tree& tree() const noexcept;

  /// By name of span, in the order in which the run first named them.
  [[nodiscard]] std::span<const latency_series> latencies() const noexcept;
  /// Empty where no request was attempted more than once.
  [[nodiscard]] std::span<const amplification_window> amplification() const noexcept;
  [[nodiscard]] std::uint32_t requests() const noexcept; ///< spans of role request
  [[nodiscard]] std::uint32_t attempts() const noexcept; ///< spans of role attempt
  [[nodiscard]] const retry_counts& retries() const noexcept;

  /// Every way an item went, by time.
  [[nodiscard]] std::span<const move> moves() const noexcept;
  /// How many items came in from outside.
  [[nodiscard]] std::uint64_t items() const noexcept;
  /// The ways of one item, oldest first. O(moves).
  [[nodiscard]] std::vector<move> moves_of(std::int64_t item) const;

  /// Transitions of all breakers (of all states where there is no breaker), by event.
  [[nodiscard]] std::span<const transition> key_transitions() const noexcept;
  [[nodiscard]] std::span<const mark> promises_broken() const noexcept;
  [[nodiscard]] std::span<const mark> gaps() const noexcept; ///< where events were left out
  [[nodiscard]] std::span<const mark> notes() const noexcept;
  /// The longest time that the event loop was blocked, with the name of what blocked it; empty when
  /// it never was.
  [[nodiscard]] const std::optional<mark>& longest_block() const noexcept;
  /// Text of the run's end: "completed", "deadlock", ...; empty when the trace breaks off.
  [[nodiscard]] std::string_view ended() const noexcept;

  /// Memory that it takes, without the trace.
  [[nodiscard]] std::size_t bytes() const noexcept;

private:
  friend class timeline_builder;
  friend class series_builder;
  struct body;
  std::unique_ptr<body> body_;
};

} // namespace weir::viz
