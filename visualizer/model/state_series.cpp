#include "model/state_series.hpp"

#include <algorithm>

namespace weir::viz {

std::string_view to_string(breaker_state state) noexcept {
  switch (state) {
  case breaker_state::closed:
    return "closed";
  case breaker_state::half_open:
    return "half-open";
  case breaker_state::open:
    return "open";
  }
  return "unknown";
}

std::string_view state_series::label(std::int16_t state) const noexcept {
  return state >= 0 && static_cast<std::size_t>(state) < labels.size()
             ? std::string_view(labels[static_cast<std::size_t>(state)])
             : "?";
}

std::optional<breaker_state> state_series::of_breaker(std::int16_t state) const noexcept {
  if (role != trace::source_role::breaker_state) {
    return {};
  }
  switch (state) { // as source_role::breaker_state numbers them
  case 0:
    return breaker_state::closed;
  case 1:
    return breaker_state::open;
  case 2:
    return breaker_state::half_open;
  default:
    return {};
  }
}

std::int16_t state_series::at_event(std::size_t event_count) const noexcept {
  const auto after = std::ranges::lower_bound(transitions, event_count, {}, &transition::event);
  return after == transitions.begin() ? std::int16_t{-1} : (after - 1)->to;
}

query_cost state_series::columns(time_range range, std::span<state_column> out) const {
  std::vector<column> numbers(out.size());
  const auto cost = severity_over_time.columns(range, numbers);
  const auto state_of = [&](double badness) {
    const auto found = std::ranges::find(severity, static_cast<std::int16_t>(badness));
    return static_cast<std::int16_t>(found - severity.begin());
  };
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto& in = numbers[i];
    out[i] = in.has_value
                 ? state_column{state_of(in.first), state_of(in.max), state_of(in.last), in.points}
                 : state_column{};
  }
  return cost;
}

} // namespace weir::viz
