/// \file
/// Private to the tree's panel: its rows, and what they and the legend are drawn with.
#pragma once

#include "panels/time_plot.hpp"
#include "panels/ui.hpp"
#include "session/workbench.hpp"

namespace weir::viz {

/// The rows of the tree that are in view, into the current window. Returns how many there are with
/// those above and below.
std::size_t draw_tree_rows(ui& with, workbench& bench, const time_scale& scale);

/// A bracket over what the scope owns.
void draw_scope_bar(const ui& with, ImDrawList& to, const box& area);
/// Over that part of a bar in which the task is one.
void draw_orphan(const ui& with, ImDrawList& to, const box& area);
/// From the first child that ended badly, at `bottom`, up to its parent.
void draw_failure_line(const ui& with, ImDrawList& to, float x, float top, float bottom,
                       ImU32 colour);
/// Through the ends that fell into one instant.
void draw_tie(const ui& with, ImDrawList& to, float x, float top, float bottom);

} // namespace weir::viz
