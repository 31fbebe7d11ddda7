/// \file
/// Private to the timeline: what it holds, and how it is built.
#pragma once

#include "model/flat_map.hpp"
#include "model/lane_rows.hpp"
#include "model/task_tree.hpp"
#include "model/timeline.hpp"

#include <cmath>
#include <optional>
#include <vector>

namespace weir::viz {

/// Index of a span by its id. The recorder numbers spans in the order of their begin, so the index
/// is a subtraction; the map serves traces with a gap.
class span_index {
public:
  [[nodiscard]] std::uint32_t find(std::int64_t id,
                                   std::span<const span_bar> spans) const noexcept {
    const auto guess = static_cast<std::uint64_t>(id) - static_cast<std::uint64_t>(base_);
    if (guess < spans.size() && spans[guess].id == id) {
      return static_cast<std::uint32_t>(guess);
    }
    return others_.find(id);
  }

  void add(std::int64_t id, std::uint32_t index) {
    if (index == 0) {
      base_ = id;
    } else if (static_cast<std::uint64_t>(id) - static_cast<std::uint64_t>(base_) != index) {
      others_.set(id, index);
    }
  }

private:
  std::int64_t base_ = 0;
  flat_map others_;
};

struct timeline::body {
  explicit body(trace_view view) : trace(view) {}

  trace_view trace;
  time_range range = {};

  // The points of all series, one after another; the series are views into these.
  std::vector<nanos> times;
  std::vector<double> values;
  std::vector<std::uint32_t> point_events;
  std::vector<transition> transitions;
  std::vector<nanos> outcome_times;
  std::vector<std::uint8_t> outcome_kinds;
  std::vector<std::int64_t> outcome_ids;
  std::vector<std::uint32_t> outcome_events;
  std::vector<nanos> latency_ends;
  std::vector<nanos> latency_lengths;
  std::vector<std::uint8_t> latency_how;

  std::vector<gauge_series> gauges;
  std::vector<counter_series> counters;
  std::vector<state_series> states;
  std::vector<outcome_series> outcomes;
  std::vector<latency_series> latencies;
  std::vector<place_info> places;
  std::vector<breaker_sources> breakers;

  std::vector<span_bar> spans;
  span_index index;
  span_kinds kinds_of_spans;
  lane_rows rows;
  task_tree tree;

  std::vector<amplification_window> amplification;
  retry_counts retries;
  std::uint32_t requests = 0;
  std::uint32_t attempts = 0;

  std::vector<move> moves;
  std::uint64_t items = 0;
  std::vector<transition> key_transitions;
  std::vector<mark> promises_broken;
  std::vector<mark> gaps;
  std::vector<mark> notes;
  std::optional<mark> longest_block;
  std::string_view ended;

  std::int32_t main_outcomes = -1;
  std::int32_t main_latency = -1;
  std::int32_t loop_lag = -1;
};

/// Puts the places into the order of flow, as the moves show it, and renumbers the moves. Returns
/// from a visit don't count: they would cancel the way there. By the
/// greedy heuristic of Eades, Lin and Smyth ("A fast and effective heuristic for the feedback arc
/// set problem", 1993): next comes the place with the least flow from the remaining ones into it,
/// more precisely the first declared into which there is none. O(moves + places^3).
void order_places(std::vector<place_info>& places, std::span<move> moves);

/// Numbers of a damaged trace may be anything.
[[nodiscard]] inline double finite_or_zero(double value) noexcept {
  return std::isfinite(value) ? value : 0;
}

/// Times of a damaged trace may go back; these don't.
class time_guard {
public:
  [[nodiscard]] nanos operator()(nanos t_ns) noexcept {
    const nanos held = held_time(t_ns);
    last_ = held > last_ ? held : last_;
    return last_;
  }

private:
  nanos last_ = 0;
};

} // namespace weir::viz
