#pragma once

#include "panels/chart_tracks.hpp"

#include <array>

/// The kinds of tracks, each in a file of its own. Private to the charts.
namespace weir::viz {

constexpr std::array shown_outcomes{trace::outcome::ok,        trace::outcome::rejected,
                                    trace::outcome::timed_out, trace::outcome::failed,
                                    trace::outcome::dropped,   trace::outcome::short_circuited};

void draw_gauge(ui& with, ImDrawList& to, workbench& bench, const gauge_series& gauge,
                const gauge_series* ghost, const track& what, const track_place& where);
void draw_counter(ui& with, ImDrawList& to, workbench& bench, const counter_series& counter,
                  const counter_series* ghost, const track& what, const track_place& where);
void draw_outcome_bars(ui& with, ImDrawList& to, workbench& bench, const outcome_series& series,
                       const outcome_series* ghost, const track_place& where);
void draw_latency(ui& with, ImDrawList& to, workbench& bench, run& shown, run* ghost,
                  const track_place& where);
void draw_amplification(ui& with, ImDrawList& to, workbench& bench, const timeline& line,
                        const track_place& where);

} // namespace weir::viz
