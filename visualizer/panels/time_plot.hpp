#pragma once

#include "panels/ui.hpp"
#include "session/workbench.hpp"

/// What charts, lanes and compare share: a horizontal time axis with cursor, markers and the mouse.
namespace weir::viz {

/// Turns times into pixels.
struct time_scale {
  time_range range{};
  float left = 0;
  float right = 0;

  [[nodiscard]] float x(nanos t_ns) const {
    const double length = static_cast<double>(std::max<nanos>(range.length(), 1));
    return left +
           (right - left) * static_cast<float>(static_cast<double>(t_ns - range.from_ns) / length);
  }

  [[nodiscard]] nanos t(float at) const {
    const double share = static_cast<double>(at - left) / std::max(1.0F, right - left);
    return range.from_ns + static_cast<nanos>(share * static_cast<double>(range.length()));
  }

  [[nodiscard]] std::size_t columns() const {
    return static_cast<std::size_t>(std::max(1.0F, right - left));
  }
};

/// Vertical lines at the ticks, through `area`.
void draw_grid(const ui& with, ImDrawList& to, const box& area, const time_scale& scale);
/// Tick labels along the bottom strip `area`; what lies left of it names the axis.
void draw_time_ruler(const ui& with, ImDrawList& to, const box& area, const time_scale& scale);
/// Broken promises, gaps, markers and the cursor, through `area`.
void draw_moments(ui& with, ImDrawList& to, const workbench& bench, const box& area,
                  const time_scale& scale);
/// How high a strip above the plots the signs of these need; 0 where the cursor is all there is.
[[nodiscard]] float sign_height(const ui& with, const workbench& bench);
/// The signs, in a strip above the plots or, without one, at the plots' upper edge: `strip` has no
/// height then. Where the cursor is out of view, an arrow says on which side.
void draw_signs(ui& with, ImDrawList& to, const workbench& bench, const box& strip,
                const time_scale& scale);
/// Drag = scrub, wheel = zoom at the mouse, right or middle drag = pan. Call after an item that
/// covers the plot; `id` keeps two plots apart.
void time_mouse(ui& with, workbench& bench, const time_scale& scale, const char* id,
                const box& area, bool wheel);

} // namespace weir::viz
