#include "model/cursor.hpp"

#include <algorithm>

namespace weir::viz {

namespace {

cursor after(const trace_view& trace, std::size_t event_count) noexcept {
  return {event_count, event_count == 0 ? 0 : held_time(trace[event_count - 1].t_ns)};
}

bool stops_at(const trace_view& trace, std::size_t index, step_detail detail) noexcept {
  return detail == step_detail::every || !is_bookkeeping(trace[index].kind);
}

} // namespace

cursor cursor_at_start() noexcept {
  return {};
}

cursor cursor_at_end(const trace_view& trace) noexcept {
  return {trace.size(), trace.end_ns()};
}

cursor cursor_at_time(const trace_view& trace, nanos t_ns) noexcept {
  if (t_ns < 0) {
    return cursor_at_start();
  }
  return {trace.first_after(t_ns), std::min(t_ns, trace.end_ns())};
}

cursor cursor_after_event(const trace_view& trace, std::size_t index) noexcept {
  return after(trace, index < trace.size() ? index + 1 : trace.size());
}

cursor next_event(const trace_view& trace, cursor from, step_detail detail) noexcept {
  for (std::size_t i = from.event; i < trace.size(); ++i) {
    if (stops_at(trace, i, detail)) {
      return after(trace, i + 1);
    }
  }
  return cursor_at_end(trace);
}

cursor previous_event(const trace_view& trace, cursor from, step_detail detail) noexcept {
  // Back over the one that happened last, then to the one before it.
  std::size_t i = std::min(from.event, trace.size());
  while (i > 0 && !stops_at(trace, i - 1, detail)) {
    --i;
  }
  i -= i > 0 ? 1 : 0;
  while (i > 0 && !stops_at(trace, i - 1, detail)) {
    --i;
  }
  return i == 0 ? cursor_at_start() : after(trace, i);
}

cursor step_by(const trace_view& trace, cursor from, nanos length) noexcept {
  return cursor_at_time(trace, from.t_ns + length);
}

cursor next_transition(const trace_view& trace, std::span<const transition> among,
                       cursor from) noexcept {
  const auto next = std::ranges::lower_bound(among, from.event, {}, &transition::event);
  return next == among.end() ? from : cursor_after_event(trace, next->event);
}

cursor previous_transition(const trace_view& trace, std::span<const transition> among,
                           cursor from) noexcept {
  // Right after a transition, that one does not count.
  const auto here = from.event == 0 ? 0 : from.event - 1;
  const auto next = std::ranges::lower_bound(among, here, {}, &transition::event);
  return next == among.begin() ? from : cursor_after_event(trace, (next - 1)->event);
}

std::size_t last_event(const trace_view& trace, cursor at) noexcept {
  return at.event == 0 ? trace.size() : std::min(at.event, trace.size()) - 1;
}

} // namespace weir::viz
