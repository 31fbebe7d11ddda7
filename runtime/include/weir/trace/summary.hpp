#pragma once

#include "weir/trace/recording.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weir::trace {

/// A gauge over the whole run. The mean is weighted by time: a value counts for as long as it
/// stood.
struct gauge_summary {
  std::string name;
  std::string unit;
  double capacity = 0; ///< the largest limit it had; 0 = none
  double min = 0;
  double mean = 0;
  double max = 0;
  double last = 0;
  std::vector<double>
      column_max; ///< the largest value in each of equal slices of the run, for small charts
  source_role role = source_role::none;
};

struct counter_summary {
  std::string name;
  std::string unit;
  std::int64_t total = 0;
  source_role role = source_role::none;
};

/// Durations of the spans of one name that have ended; percentiles by nearest rank, so each is a
/// duration that occurred.
struct span_summary {
  std::string name;
  std::size_t ended = 0;
  std::size_t open = 0; ///< begun and not ended when the run was over
  std::chrono::nanoseconds p50{}, p90{}, p99{}, max{};
};

struct outcome_summary {
  std::string name;
  std::array<std::int64_t, 7> by_outcome{}; ///< indexed by `outcome`
  source_role role = source_role::none;

  [[nodiscard]] std::int64_t operator[](outcome how) const noexcept {
    return by_outcome[static_cast<std::size_t>(how)];
  }

  [[nodiscard]] std::int64_t total() const noexcept;
};

/// How often each state was entered and for how long it lasted in all.
struct state_summary {
  struct one {
    std::string name;
    std::int64_t entered = 0;
    std::chrono::nanoseconds lasted{};
  };

  std::string name;
  std::vector<one> states;
  source_role role = source_role::none;

  [[nodiscard]] const one&
  operator[](std::string_view state) const; ///< throws std::out_of_range naming the known ones
};

/// What a run amounts to, folded from all of its events.
struct summary {
  std::chrono::nanoseconds length{}; ///< virtual time of the last event
  std::size_t events = 0;
  std::vector<gauge_summary> gauges;
  std::vector<counter_summary> counters;
  std::vector<span_summary> spans;
  std::vector<outcome_summary> outcomes;
  std::vector<state_summary> states;
  std::vector<std::string> promises_broken;
  std::chrono::nanoseconds loop_blocked_longest{};
  std::string ended; ///< text of the `run_end` event; empty when there is none

  /// By name; a name that nothing reported throws std::out_of_range that lists the known ones, so
  /// that a goal with a typing error is not met by accident.
  [[nodiscard]] const gauge_summary& gauge(std::string_view name) const;
  [[nodiscard]] const counter_summary& counter(std::string_view name) const;
  [[nodiscard]] const span_summary& span(std::string_view name) const;
  [[nodiscard]] const outcome_summary& outcome(std::string_view name) const;
  [[nodiscard]] const state_summary& state(std::string_view name) const;
};

/// Folds a recording. `columns` slices for the small charts. O(events + spans log spans).
[[nodiscard]] summary summarize(const recording& trace, std::size_t columns = 48);

/// "▁▂▇█": one character per value, scaled from 0 to `top`; a value above 0 is never drawn as
/// empty.
[[nodiscard]] std::string sparkline(const std::vector<double>& values, double top);

} // namespace weir::trace
