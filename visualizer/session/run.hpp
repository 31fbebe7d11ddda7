#pragma once

#include "model/advice.hpp"
#include "model/events.hpp"
#include "model/figures.hpp"
#include "model/fold.hpp"
#include "model/timeline.hpp"
#include "process/simulation.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace weir::viz {

/// A run at hand and everything that panels derive from it. What happened never changes; the
/// members that are not const are caches.
class run {
public:
  /// A recorded run: goals unknown, settings as the trace's header has them.
  explicit run(std::shared_ptr<const trace::recording> trace);
  /// A run that a simulation made; `knobs` are the scene's declarations.
  run(const run_finished& made, const std::vector<knob_info>& knobs);

  run(const run&) = delete;
  run& operator=(const run&) = delete;

  [[nodiscard]] const trace::recording& recording() const noexcept { return *trace_; }

  [[nodiscard]] trace_view trace() const noexcept { return line_.trace(); }

  [[nodiscard]] const timeline& line() const noexcept { return line_; }

  [[nodiscard]] folder& state() noexcept { return state_; }

  [[nodiscard]] event_texts& texts() noexcept { return texts_; }

  [[nodiscard]] const headline& figures() const noexcept { return figures_; }

  [[nodiscard]] const std::vector<advice>& warnings() const noexcept { return warnings_; }

  [[nodiscard]] const std::vector<judged_goal>& goals() const noexcept { return goals_; }

  [[nodiscard]] const std::vector<knob_value>& knobs() const noexcept { return knobs_; }

  [[nodiscard]] std::uint64_t seed() const noexcept { return trace_->header.seed; }

  [[nodiscard]] submission code() const noexcept { return code_; }

  [[nodiscard]] bool healthy() const noexcept { return healthy_; }

  [[nodiscard]] const std::string& ended() const noexcept { return ended_; }

  [[nodiscard]] const std::string& message() const noexcept { return message_; }

  [[nodiscard]] const run_timings& timings() const noexcept { return timings_; }

  /// Whether there is anything to draw over time: gauges, states, outcomes or latencies.
  [[nodiscard]] bool has_charts() const;
  /// Whether an item ever goes straight from one place to the other (indices of the timeline).
  [[nodiscard]] bool leads_to(std::size_t from, std::size_t to) const;

  /// Where a long stretch without any event begins, if it takes nine tenths of the run or more.
  [[nodiscard]] std::optional<nanos> quiet_from() const;

  /// Latency windows of the part of the run in view; remembered until something else is asked for.
  [[nodiscard]] const std::vector<latency_window>& latency_in(const latency_series& series,
                                                              time_range range, std::size_t count);
  /// The events that pass; remembered until another filter is asked for.
  [[nodiscard]] const std::vector<std::uint32_t>& events_passing(const event_filter& filter);

private:
  std::shared_ptr<const trace::recording> trace_;
  timeline line_;
  folder state_;
  event_texts texts_;
  headline figures_;
  std::vector<knob_value> knobs_;
  std::string ended_;
  std::string message_;
  std::vector<advice> warnings_;
  std::vector<judged_goal> goals_;
  submission code_ = submission::mine;
  bool healthy_ = true;
  run_timings timings_;

  std::vector<std::pair<std::int16_t, std::int16_t>> ways_; ///< ascending
  const latency_series* latency_of_ = nullptr;
  time_range latency_range_{};
  std::size_t latency_count_ = 0;
  std::vector<latency_window> latency_;
  std::optional<event_filter> filter_;
  std::vector<std::uint32_t> passing_;
};

} // namespace weir::viz
