#pragma once

#include "model/timeline.hpp"
#include "model/trace_view.hpp"

#include <cstddef>
#include <span>

namespace weir::viz {

/// Where in a run we are: the first `event` events have happened, and it is `t_ns`. The next event
/// is not before `t_ns`, the last one that happened is not after it.
struct cursor {
  std::size_t event = 0;
  nanos t_ns = 0;

  friend bool operator==(const cursor&, const cursor&) = default;
};

/// Which events a step stops at.
enum class step_detail { essential, every };

[[nodiscard]] cursor cursor_at_start() noexcept;
[[nodiscard]] cursor cursor_at_end(const trace_view& trace) noexcept;
/// At `t_ns`, held within the run; all events of that very time have happened. O(log events).
[[nodiscard]] cursor cursor_at_time(const trace_view& trace, nanos t_ns) noexcept;
/// Right after event `index`, held within the run.
[[nodiscard]] cursor cursor_after_event(const trace_view& trace, std::size_t index) noexcept;

/// Right after the next event; the end when there is none.
[[nodiscard]] cursor next_event(const trace_view& trace, cursor from,
                                step_detail detail = step_detail::essential) noexcept;
/// Right after the event before the one that happened last; the start when there is none.
[[nodiscard]] cursor previous_event(const trace_view& trace, cursor from,
                                    step_detail detail = step_detail::essential) noexcept;
/// By a length of virtual time, forwards or backwards.
[[nodiscard]] cursor step_by(const trace_view& trace, cursor from, nanos length) noexcept;

/// Right after the next of these transitions (ascending by event); `from` itself when there is
/// none.
[[nodiscard]] cursor next_transition(const trace_view& trace, std::span<const transition> among,
                                     cursor from) noexcept;
/// Right after the one before the one that happened last; `from` itself when there is none.
[[nodiscard]] cursor previous_transition(const trace_view& trace, std::span<const transition> among,
                                         cursor from) noexcept;

/// For the index of the event that happened last: `trace.size()` when none has.
[[nodiscard]] std::size_t last_event(const trace_view& trace, cursor at) noexcept;

} // namespace weir::viz
