#include "panels/knob_steps.hpp"

#include <algorithm>
#include <cmath>

namespace weir::viz {

double quantized(const knob_info& knob, double value) {
  value = std::clamp(value, knob.min, knob.max);
  if (knob.step > 0 && value > knob.min && value < knob.max) {
    value = knob.min + std::round((value - knob.min) / knob.step) * knob.step;
  }
  if (knob.kind != knob_kind::real) {
    value = std::round(value);
  }
  return std::clamp(value, knob.min, knob.max);
}

} // namespace weir::viz
