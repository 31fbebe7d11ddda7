#pragma once

#include "panels/ui.hpp"
#include "session/workbench.hpp"

#include <string>

namespace weir::viz {

/// A value of the knob as people read it: "307 KiB", "2.91 s", "20 calls".
[[nodiscard]] std::string value_text(const knob_info& knob, double value);

/// Whether the run at this point met every goal that was judged, and any was.
[[nodiscard]] bool meets_all(const sweep_point& point);

/// What the marks on the curves mean, in words with their numbers; as many lines as they need.
void draw_sweep_findings(ui& with, const workbench& bench, const sweep_result& seen);

} // namespace weir::viz
