#include "session/knob_steps.hpp"

#include <algorithm>
#include <cmath>

namespace weir::viz {

double within_range(const knob_info& knob, double value) {
  value = std::clamp(value, knob.min, knob.max);
  // The ends of a whole knob are whole, so that rounding does not leave the range.
  return knob.kind == knob_kind::real ? value : std::round(value);
}

double quantized(const knob_info& knob, double value) {
  value = std::clamp(value, knob.min, knob.max);
  if (knob.step > 0 && value > knob.min && value < knob.max) {
    value = knob.min + std::round((value - knob.min) / knob.step) * knob.step;
  }
  return within_range(knob, value);
}

std::size_t sweep_count(const knob_info& knob, std::size_t most) {
  constexpr double few = 32;
  if (knob.kind == knob_kind::choice) {
    return std::max<std::size_t>(knob.choices.size(), 1);
  }
  const double least_step = knob.kind == knob_kind::integer ? 1 : 0;
  const double step = std::max(knob.step, least_step);
  if (step <= 0) {
    return most;
  }
  const double steps = (knob.max - knob.min) / step;
  // Only where the steps end at the range's end: the points lie evenly from one to the other.
  const bool even = std::abs(steps - std::round(steps)) < 1e-9;
  return even && steps + 1 <= few ? static_cast<std::size_t>(std::round(steps)) + 1 : most;
}

} // namespace weir::viz
