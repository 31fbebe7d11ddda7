#include "model/ticks.hpp"
#include "panels/track_drawing.hpp"
#include "panels/track_parts.hpp"

#include <algorithm>
#include <string>

namespace weir::viz {

void draw_gauge(ui& with, ImDrawList& to, workbench& bench, const gauge_series& gauge,
                const gauge_series* ghost, const track& what, const track_place& where) {
  const std::size_t now = bench.clock.at().event;
  const auto extent = gauge.value.extent();
  const auto limits = gauge.limit.extent();
  double top = std::max(extent.max, gauge.has_limit() ? std::max(gauge.capacity, limits.max) : 0);
  // A limit far above everything that happened would press the curve to the floor.
  const bool limit_far = gauge.has_limit() && extent.max > 0 && top > 12 * extent.max;
  if (limit_far) {
    top = extent.max;
  }
  if (ghost != nullptr) {
    top = std::max(top, ghost->value.extent().max);
  }
  const double least =
      std::min(extent.min, ghost != nullptr ? ghost->value.extent().min : extent.min);
  const double low = least < 0 ? -scale_top(-least * 1.04, gauge.unit) : 0;
  const double high =
      top > 0 ? scale_top(top * 1.04, gauge.unit) : 1; // one that never rises has no scale
  if (ghost != nullptr) {
    draw_steps(with, to, where.plot, where.scale, ghost->value,
               {theme::ghost, low, high, false, 1});
  }
  draw_steps(with, to, where.plot, where.scale, gauge.value,
             {what.colour, low, high, low == 0, 1.5F});
  if (gauge.has_limit() && !limit_far) {
    if (gauge.limit.empty()) {
      draw_level(with, to, where.plot, y_of(where.plot, low, high, gauge.capacity),
                 theme::faded(theme::timeout, 0.95));
    } else {
      draw_steps(with, to, where.plot, where.scale, gauge.limit,
                 {theme::timeout, low, high, false, 1});
    }
  }
  draw_top_label(with, to, where.plot, with_unit(high, gauge.unit));
  if (low < 0) { // where 0 lies is no longer the floor
    draw_level(with, to, where.plot, y_of(where.plot, low, high, 0), theme::strong_line);
    draw_bottom_label(with, to, where.plot, with_unit(low, gauge.unit));
  }
  // A limit that is too far off to be drawn would only puzzle beside the value.
  const double limit = limit_far ? 0 : gauge.limit_at(now);
  const bool bytes = counts_bytes(gauge.unit); // other units stand with the value already
  const std::string small =
      limit > 0 ? "of " + (bytes ? with_unit(limit, gauge.unit) : format_number(limit)) : "";
  draw_gutter(with, to, where.gutter, what.name, with_unit(gauge.value.at_event(now), gauge.unit),
              small, what.colour);
}

void draw_counter(ui& with, ImDrawList& to, workbench& bench, const counter_series& counter,
                  const counter_series* ghost, const track& what, const track_place& where) {
  double most = counter.total.extent().max;
  most = ghost != nullptr ? std::max(most, ghost->total.extent().max) : most;
  const double high = most > 0 ? scale_top(most * 1.04, counter.unit) : 1;
  if (ghost != nullptr) {
    draw_steps(with, to, where.plot, where.scale, ghost->total, {theme::ghost, 0, high, false, 1});
  }
  draw_steps(with, to, where.plot, where.scale, counter.total, {what.colour, 0, high, true, 1.5F});
  draw_top_label(with, to, where.plot, with_unit(high, counter.unit));
  const auto at = [&](std::size_t event) {
    return counter.total.at_event(event);
  };
  const std::size_t now = bench.clock.at().event;
  const std::size_t end = bench.shown()->trace().size();
  draw_gutter(with, to, where.gutter, what.name, with_unit(at(now), counter.unit),
              now < end && at(now) != at(end) ? "of " + with_unit(at(end), counter.unit) + " in all"
                                              : "in all",
              what.colour);
}

} // namespace weir::viz
