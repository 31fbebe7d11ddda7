#pragma once

#include "panels/chart_tracks.hpp"

namespace weir::viz {

/// The states of a breaker, or of anything, over time. In each column the worst one wins, and none
/// is less than three pixels wide.
void draw_band(ui& with, ImDrawList& to, workbench& bench, const state_series& series,
               const track_place& where);

} // namespace weir::viz
