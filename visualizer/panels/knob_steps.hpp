#pragma once

#include <weir/knob.hpp>

namespace weir::viz {

/// `value` held within the knob's range, to the nearest step from its beginning; whole where the
/// knob is whole.
[[nodiscard]] double quantized(const knob_info& knob, double value);

} // namespace weir::viz
