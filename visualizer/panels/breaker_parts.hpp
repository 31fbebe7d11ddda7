#pragma once

#include "model/flow.hpp"
#include "panels/ui.hpp"

#include <string_view>

/// What the breaker's panel is made of.
namespace weir::viz {

struct breaker_look {
  ImU32 colour;
  icon sign;
};

[[nodiscard]] breaker_look look_of(breaker_state state);

/// A named bar: share of the whole, with a line where it matters.
void draw_meter(const ui& with, ImDrawList& to, const box& area, std::string_view name,
                std::string_view value, double share, double threshold, ImU32 colour);

/// The calls that count, a cell each; a bar where there is no room for cells. `and_minimum` also
/// says from how many on they are judged. Returns where it ends.
float draw_window_cells(ui& with, ImDrawList& to, const breaker_picture& breaker, const box& area,
                        bool and_minimum);

/// The probes of half-open, taken and free, in one line.
void draw_probes(const ui& with, ImDrawList& to, const breaker_picture& breaker, const box& area);

} // namespace weir::viz
