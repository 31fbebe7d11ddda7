#pragma once

#include "model/pyramid.hpp"
#include "model/trace_view.hpp"

#include <weir/trace/event.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace weir::viz {

enum class task_doing : std::uint8_t { running, waiting };

/// What a task did from one event to the next. Running takes virtual time only where the event loop
/// was blocked, so most of these have no length.
struct task_stretch {
  nanos begin_ns = 0;
  nanos end_ns = 0; ///< the trace's end while it goes on
  std::uint32_t begin_event = 0;
  std::uint32_t end_event = no_event; ///< `no_event`: still so when the trace ended
  trace::source_id site = 0;          ///< the operation that it waits for; 0 = runs, or not known
  task_doing doing = task_doing::running;

  static constexpr std::uint32_t no_event = 0xffffffffU;

  [[nodiscard]] bool open() const noexcept { return end_event == no_event; }

  [[nodiscard]] nanos length() const noexcept { return end_ns - begin_ns; }
};

/// A task, from its first event to its end.
struct task_lane {
  std::uint32_t task = 0;
  std::string name = {}; ///< its last one; with the number behind it where two tasks share a name
  nanos begin_ns = 0;
  nanos end_ns = 0; ///< the trace's end while it is there
  std::uint32_t begin_event = 0;
  std::uint32_t end_event = task_stretch::no_event;
  std::optional<trace::task_end> how = {}; ///< empty: still there when the trace ended
  std::uint32_t first = 0;                 ///< of its stretches
  std::uint32_t count = 0;
};

/// A stretch, or several that share less than a pixel column.
struct drawn_stretch {
  nanos begin_ns = 0;
  nanos end_ns = 0;
  std::uint32_t stretch = 0; ///< index into the lane's stretches: the only one, or the first
  std::uint32_t merged = 1;  ///< how many stand behind it
  task_doing doing = task_doing::running; ///< of several: running, if one of them is
};

/// One row for each task of a run, in the order in which they began. Built in O(events).
class task_lanes {
public:
  task_lanes() = default;
  explicit task_lanes(const trace_view& trace);

  [[nodiscard]] std::span<const task_lane> all() const noexcept { return lanes_; }

  /// Of one task, without holes from its begin to its end.
  [[nodiscard]] std::span<const task_stretch> stretches(const task_lane& lane) const noexcept {
    return std::span(stretches_).subspan(lane.first, lane.count);
  }

  /// What the task does after `event_count` events; nullptr before its begin and after its end.
  [[nodiscard]] const task_stretch* at_event(const task_lane& lane,
                                             std::size_t event_count) const noexcept;

  /// The stretches that touch the range; those narrower than a column (range / columns) are merged
  /// with their neighbours in that column. Appends to `out`. O(columns log stretches).
  query_cost bars(const task_lane& lane, time_range range, std::size_t columns,
                  std::vector<drawn_stretch>& out) const;

private:
  std::vector<task_lane> lanes_;
  std::vector<task_stretch> stretches_; ///< lane after lane
  std::vector<std::uint32_t> running_;  ///< how many stretches before each one are running
};

/// "runs", "waits for timer (limiter.cpp:44)"
[[nodiscard]] std::string words_of(const trace_view& trace, const task_stretch& stretch);
/// The bar's label: "timer (limiter.cpp:44)"; empty where the task runs.
[[nodiscard]] std::string label_of(const trace_view& trace, const task_stretch& stretch);
/// Of that label the place: "limiter.cpp:44"; empty where it is not known.
[[nodiscard]] std::string place_of(const trace_view& trace, const task_stretch& stretch);

} // namespace weir::viz
