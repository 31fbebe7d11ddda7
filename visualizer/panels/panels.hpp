#pragma once

#include "panels/ui.hpp"
#include "session/workbench.hpp"

/// The panels. Each fills the rectangle it is given, draws from the workbench's run and cursor, and
/// says what it has to say where there is nothing to draw.
namespace weir::viz {

/// The whole window. Call between ImGui::NewFrame and ImGui::Render.
void draw_window(ui& with, workbench& bench);

void draw_header(ui& with, workbench& bench);
/// Not higher than `most`, if that is enough for a few lines.
void draw_banner(ui& with, workbench& bench, float most);
void draw_transport(ui& with, workbench& bench);
void draw_help(ui& with, workbench& bench);

void draw_flow(ui& with, workbench& bench, ImVec2 size);
void draw_breaker(ui& with, workbench& bench, ImVec2 size);
void draw_charts(ui& with, workbench& bench, ImVec2 size);
void draw_lanes(ui& with, workbench& bench, ImVec2 size);
void draw_tree(ui& with, workbench& bench, ImVec2 size);
void draw_events(ui& with, workbench& bench, ImVec2 size);
void draw_knobs(ui& with, workbench& bench, ImVec2 size);
void draw_goal(ui& with, workbench& bench, ImVec2 size);
void draw_compare(ui& with, workbench& bench, ImVec2 size);
void draw_sweep(ui& with, workbench& bench, ImVec2 size);

/// Whether the run on show has a breaker to draw.
[[nodiscard]] bool has_breaker(const workbench& bench);

} // namespace weir::viz
