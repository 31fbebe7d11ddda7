#pragma once

#include "panels/chart_tracks.hpp"

namespace weir::viz {

/// The states of a breaker, or of anything, over time. In each column the worst one wins, and none
/// is less than three pixels wide. `strength` is 1, less for what stands in the background.
void draw_states(ui& with, ImDrawList& to, const state_series& series, const box& plot,
                 const time_scale& scale, double strength);
/// The track of a state: the run's band with its word in the gutter, and above it, thinly, that of
/// the run before.
void draw_band(ui& with, ImDrawList& to, workbench& bench, const state_series& series,
               const state_series* ghost, const track_place& where);

} // namespace weir::viz
