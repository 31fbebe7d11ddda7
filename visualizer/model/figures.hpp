#pragma once

#include "model/timeline.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace weir::viz {

/// What a run comes to in a few numbers: for compare, sweep and the head of the goal panel.
struct headline {
  double length_s = 0;
  double offered_per_s = 0;    ///< requests begun or items that came in, whichever are more
  double throughput_per_s = 0; ///< ended ok, per second
  std::uint64_t ended = 0;     ///< outcomes of work of any kind
  outcome_counts by_outcome = {};
  double error_share = 0;        ///< ended but not ok, of ended; 0 to 1
  std::optional<nanos> p50 = {}; ///< latencies are of what was served, well or not
  std::optional<nanos> p99 = {};
  std::optional<nanos> mean_latency = {};
  /// Of the work itself, without what a request waits before: attempts, else what is running, else
  /// the whole request.
  std::optional<nanos> mean_service = {};
  double latency_ended_per_s = 0; ///< served spans of the main latency that ended, per second
  std::optional<double> amplification = {}; ///< attempts ÷ requests that were attempted
  std::optional<double> deepest_queue = {}; ///< largest value of the main queue's gauge
  std::optional<double> most_in_flight = {};
  /// Spans of the main latency open at once, on average; without those turned away.
  std::optional<double> mean_in_flight = {};
  std::optional<std::uint32_t> breaker_opened = {};
  std::optional<nanos> worst_loop_lag = {};
};

/// O(gauges + transitions): everything else was summed up with the timeline.
[[nodiscard]] headline headline_of(const timeline& line);

/// The gauge that stands for the queue: the first of that role, else the first with a capacity of
/// which nothing else is known; nullptr when there is none.
[[nodiscard]] const gauge_series* main_queue(const timeline& line) noexcept;
/// The first gauge of role in flight; nullptr when there is none.
[[nodiscard]] const gauge_series* main_in_flight(const timeline& line) noexcept;

} // namespace weir::viz
