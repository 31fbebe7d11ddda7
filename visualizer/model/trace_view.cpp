#include "model/trace_view.hpp"

#include <algorithm>

namespace weir::viz {

std::size_t trace_view::first_after(nanos t_ns) const noexcept {
  const auto found = std::ranges::upper_bound(events_, t_ns, {}, &trace::event::t_ns);
  return static_cast<std::size_t>(found - events_.begin());
}

bool is_bookkeeping(trace::event_kind kind) noexcept {
  using enum trace::event_kind;
  switch (kind) {
  case none:
  case task_suspended:
  case task_resumed:
  case timer_armed:
  case timer_fired:
  case timer_cancelled:
  case clock_advanced:
  case choice:
  case task_named:
    return true;
  default:
    return false;
  }
}

} // namespace weir::viz
