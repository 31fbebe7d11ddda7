#include "panels/track_parts.hpp"

#include "model/ticks.hpp"
#include "panels/chart_tracks.hpp"

#include <weir/trace/text.hpp>

#include <algorithm>
#include <cmath>

namespace weir::viz {

std::string duration_text(double ns) {
  return trace::format_duration(std::chrono::nanoseconds{static_cast<std::int64_t>(ns)});
}

double scale_top(double value, std::string_view unit) {
  constexpr double kibi = 1024;
  if (unit == "%" && value > 50 && value <= 105) {
    return 100; // what lies on the edge of the plot is seen all the same
  }
  const double in = !counts_bytes(unit) || value < kibi ? 1
                    : value < kibi * kibi               ? kibi
                                                        : kibi * kibi;
  return nice_ceiling(value / in) * in;
}

std::string with_unit(double value, std::string_view unit) {
  if (counts_bytes(unit)) {
    return format_bytes(value, unit);
  }
  std::string text = format_number(value);
  if (!unit.empty()) {
    text += unit == "%" || unit.starts_with("/") ? "" : " ";
    text += unit_of(value, unit);
  }
  return text;
}

float y_of(const box& area, double low, double high, double value) {
  const double share = high > low ? (value - low) / (high - low) : 0;
  return area.max.y - static_cast<float>(std::clamp(share, 0.0, 1.0)) * area.height();
}

void draw_gutter(const ui& with, ImDrawList& to, const box& area, std::string_view name,
                 std::string_view value, std::string_view small, ImU32 colour, float beside_name) {
  const float width = area.width() - with.px(16);
  const float x = area.min.x + with.px(10);
  to.AddRectFilled({area.min.x, area.min.y + with.px(2)},
                   {area.min.x + with.px(3), area.max.y - with.px(2)}, colour, with.px(1.5F));
  float y = area.min.y + with.px(1);
  draw_label_within(with, to, {x, y}, width - beside_name, name, theme::soft_text,
                    with.fonts.small);
  y += with.fonts.small->FontSize + with.px(1);
  if (y + with.fonts.bold->FontSize > area.max.y) {
    return;
  }
  const box drawn = draw_label_within(with, to, {x, y}, width, value, theme::text, with.fonts.bold);
  if (small.empty()) {
    return;
  }
  const float small_width = text_size(with, small, with.fonts.small).x;
  if (drawn.max.x + with.px(6) + small_width <= x + width) {
    draw_label(with, to, {drawn.max.x + with.px(6), y + with.px(2.5F)}, small, theme::soft_text,
               with.fonts.small);
  } else if (y + with.fonts.bold->FontSize + with.fonts.small->FontSize <= area.max.y) {
    draw_label_within(with, to, {x, y + with.fonts.bold->FontSize + with.px(1)}, width, small,
                      theme::soft_text, with.fonts.small);
  }
}

namespace {

/// On a ground of its own, through which a curve can still be seen.
void draw_scale_label(const ui& with, ImDrawList& to, ImVec2 at, std::string_view text) {
  const ImVec2 size = text_size(with, text, with.fonts.small);
  to.AddRectFilled({at.x - with.px(3), at.y}, {at.x + size.x + with.px(3), at.y + size.y},
                   theme::faded(theme::panel, 0.7), with.px(3));
  draw_label(with, to, at, text, theme::soft_text, with.fonts.small);
}

} // namespace

void draw_top_label(const ui& with, ImDrawList& to, const box& plot, std::string_view text) {
  if (plot.height() >= with.px(40)) {
    draw_scale_label(with, to, {plot.min.x + with.px(5), plot.min.y + with.px(1)}, text);
  }
}

void draw_bottom_label(const ui& with, ImDrawList& to, const box& plot, std::string_view text) {
  if (plot.height() >= with.px(40)) {
    draw_scale_label(
        with, to, {plot.min.x + with.px(5), plot.max.y - with.fonts.small->FontSize - with.px(1)},
        text);
  }
}

void draw_level(const ui& with, ImDrawList& to, const box& area, float y, ImU32 colour) {
  const float dash = with.px(6);
  y = std::round(y);
  for (float x = area.min.x; x < area.max.x; x += 1.6F * dash) {
    to.AddRectFilled({x, y}, {std::min(x + dash, area.max.x), y + std::max(1.0F, with.px(1.2F))},
                     colour);
  }
}

void draw_steps(ui& with, ImDrawList& to, const box& area, const time_scale& scale,
                const step_series& series, const series_look& look) {
  if (series.empty()) {
    return;
  }
  const std::size_t count = scale.columns();
  static thread_local std::vector<column> cells;
  cells.assign(count, {});
  with.cost.visited += series.columns(scale.range, cells).visited;
  const float thick = std::max(1.0F, std::round(with.px(look.width)));
  const ImU32 fill = theme::faded(look.colour, 0.22);
  const auto y_at = [&](double value) {
    return std::round(y_of(area, look.low, look.high, value));
  };
  // Neighbouring columns that show the same become one rectangle: a quiet stretch costs nothing.
  for (std::size_t begin = 0; begin < count;) {
    const column& one = cells[begin];
    std::size_t end = begin + 1;
    while (end < count && cells[end].min == one.min && cells[end].max == one.max &&
           cells[end].has_value == one.has_value) {
      ++end;
    }
    if (one.has_value) {
      const float left = area.min.x + static_cast<float>(begin);
      const float right = area.min.x + static_cast<float>(end);
      const float top = y_at(one.max);
      // A column reaches down to where the one before it ended, so that the line is unbroken.
      float bottom = y_at(one.min);
      float upper = top;
      if (begin > 0 && cells[begin - 1].has_value) {
        const float before = y_at(cells[begin - 1].last);
        if (before > bottom || before < top) {
          to.AddRectFilled({left, std::min(before, top)}, {left + thick, std::max(before, bottom)},
                           look.colour);
        }
      }
      if (look.filled && bottom < area.max.y) {
        to.AddRectFilled({left, bottom}, {right, area.max.y}, fill);
      }
      upper = std::min(upper, area.max.y - thick);
      bottom = std::max(bottom, upper + thick);
      to.AddRectFilled({left, upper}, {right, bottom}, look.colour);
    }
    begin = end;
  }
}

} // namespace weir::viz
