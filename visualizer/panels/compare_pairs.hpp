#pragma once

#include "panels/time_plot.hpp"

#include <string>

namespace weir::viz {

/// What both runs hold, one over the other on one time axis, into `room` from the cursor on: the
/// run on show filled, the other one a line. `left` and `right` are their names.
void draw_pairs(ui& with, workbench& bench, run& other, const std::string& left,
                const std::string& right, ImVec2 room);

} // namespace weir::viz
