#pragma once

#include "panels/time_plot.hpp"
#include "panels/ui.hpp"
#include "session/workbench.hpp"

/// Lanes of a run that recorded no spans, such as a failing test: one row for each task.
namespace weir::viz {

void draw_task_legend(ui& with, const timeline& line);
/// The rows, in the window at hand, with the tasks' names left of the scale.
void draw_task_rows(ui& with, workbench& bench, const time_scale& scale);

} // namespace weir::viz
