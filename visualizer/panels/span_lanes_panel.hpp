#pragma once

#include "panels/time_plot.hpp"

/// The lanes of a run that recorded spans: one for each request, a row for each level below it.
namespace weir::viz {

/// What the patterns, signs and ends mean, as far as this run has them.
void draw_span_legend(ui& with, const timeline& line);
/// Into the current child window, from the cursor down; names left of `scale`. A click on a bar
/// moves the cursor to where it begins.
void draw_span_rows(ui& with, workbench& bench, const time_scale& scale);

} // namespace weir::viz
