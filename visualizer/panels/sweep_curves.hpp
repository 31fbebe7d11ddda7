#pragma once

#include "panels/ui.hpp"
#include "session/workbench.hpp"

namespace weir::viz {

/// What a sweep has found, in words, and below it throughput and latency against the knob, with the
/// knee, Little's law, failures, goals and the knob's value now. A click sets the knob.
void draw_sweep_curves(ui& with, workbench& bench, const sweep_result& seen);

} // namespace weir::viz
