/// \file
/// Private to the timeline: series by name, once all points are at their places.
#pragma once

#include "model/event_layout.hpp"
#include "model/item_tracks.hpp"
#include "model/timeline.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir::viz {

/// Makes gauges, counters, states, outcomes and latencies of the timeline's points, finds the
/// breakers among them, and what stands for the run as a whole.
class series_builder {
public:
  series_builder(timeline::body& to, const event_layout& layout, const item_tracks& items,
                 timeline_options options)
      : b_(to), layout_(layout), items_(items), options_(options) {}

  void run();

private:
  [[nodiscard]] step_series steps(trace::event_kind kind, std::size_t source) const;
  void add_series();
  void add_state(trace::source_id id, const trace::source_info& info);
  void add_outcomes(trace::source_id id, const trace::source_info& info);
  void add_latency(trace::source_id id, const trace::source_info& info);
  void find_breakers();
  void join_levels();
  void choose_main();
  [[nodiscard]] std::vector<trace::span_role> first_roles();
  void mark_transitions();
  [[nodiscard]] const std::string& subject_of(trace::source_id source) const;

  timeline::body& b_;
  const event_layout& layout_;
  const item_tracks& items_;
  timeline_options options_;
};

} // namespace weir::viz
