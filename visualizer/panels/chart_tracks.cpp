#include "panels/chart_tracks.hpp"

#include "panels/breaker_band.hpp"
#include "panels/track_drawing.hpp"

#include <algorithm>

namespace weir::viz {

const state_series* state_called(const timeline& line, std::string_view name) {
  const auto found = std::ranges::find(line.states(), name, &state_series::name);
  return found == line.states().end() ? nullptr : &*found;
}

void draw_track(ui& with, ImDrawList& to, workbench& bench, run& shown, run* ghost,
                const track& what, const track_place& where) {
  const timeline& line = shown.line();
  draw_ground(with, to, where.plot, theme::plot);
  draw_grid(with, to, where.plot, where.scale);
  if (!what.name.empty()) {
    hint(with, where.gutter, what.name);
  }
  switch (what.kind) {
  case track_kind::gauge: {
    const gauge_series& gauge = line.gauges()[what.index];
    draw_gauge(with, to, bench, gauge, ghost != nullptr ? ghost->line().gauge(gauge.name) : nullptr,
               what, where);
    break;
  }
  case track_kind::counter: {
    const counter_series& counter = line.counters()[what.index];
    draw_counter(with, to, bench, counter,
                 ghost != nullptr ? ghost->line().counter(counter.name) : nullptr, what, where);
    break;
  }
  case track_kind::outcomes:
    draw_outcome_bars(with, to, bench, *line.main_outcomes(),
                      ghost != nullptr ? ghost->line().main_outcomes() : nullptr, where);
    break;
  case track_kind::latency:
    draw_latency(with, to, bench, shown, ghost, where);
    break;
  case track_kind::breaker_band:
    draw_band(with, to, bench, line.states()[what.index],
              ghost != nullptr ? state_called(ghost->line(), line.states()[what.index].name)
                               : nullptr,
              where);
    break;
  case track_kind::amplification:
    draw_amplification(with, to, bench, line, where);
    break;
  }
}

} // namespace weir::viz
