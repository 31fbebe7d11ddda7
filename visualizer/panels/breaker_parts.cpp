#include "panels/breaker_parts.hpp"

#include "model/ticks.hpp"

#include <algorithm>
#include <cmath>
#include <string>

namespace weir::viz {

breaker_look look_of(breaker_state state) {
  switch (state) {
  case breaker_state::closed:
    return {theme::closed, icon::circle};
  case breaker_state::half_open:
    return {theme::half_open, icon::triangle};
  case breaker_state::open:
    break;
  }
  return {theme::open, icon::square};
}

void draw_meter(const ui& with, ImDrawList& to, const box& area, std::string_view name,
                std::string_view value, double share, double threshold, ImU32 colour) {
  const box text = draw_label(with, to, area.min, name, theme::soft_text, with.fonts.small);
  draw_label_within(with, to, {area.max.x, area.min.y}, area.max.x - text.max.x - with.px(8), value,
                    theme::text, with.fonts.small, align::right);
  const float top = area.min.y + with.fonts.small->FontSize + with.px(3);
  const box bar{{area.min.x, top}, {area.max.x, top + with.px(6)}};
  to.AddRectFilled(bar.min, bar.max, theme::hovered, with.px(4));
  const auto x = [&](double at) {
    return bar.min.x + static_cast<float>(std::clamp(at, 0.0, 1.0)) * bar.width();
  };
  if (share > 0) {
    to.AddRectFilled(bar.min, {std::max(x(share), bar.min.x + with.px(4)), bar.max.y}, colour,
                     with.px(4));
  }
  if (threshold > 0 && threshold <= 1) {
    to.AddRectFilled({x(threshold) - with.px(1), bar.min.y - with.px(3)},
                     {x(threshold) + with.px(1), bar.max.y + with.px(3)}, theme::text);
  }
}

namespace {

struct cells {
  float size = 0; ///< 0: they don't fit
  std::size_t columns = 1;
};

/// The largest squares of which `count` fit.
cells cells_for(const ui& with, std::size_t count, float width, float height) {
  for (float size = with.px(16); size >= with.px(6); size -= 0.5F) {
    const auto columns = static_cast<std::size_t>(width / size);
    const auto rows = static_cast<std::size_t>(height / size);
    if (columns * rows >= count) {
      return {size, columns};
    }
  }
  return {};
}

/// How many went well and how many not, where there is no room for a cell each.
void draw_window_bar(const ui& with, ImDrawList& to, const breaker_picture& breaker,
                     std::size_t count, std::size_t failed, const box& bar) {
  const auto x = [&](std::size_t calls) {
    return bar.min.x + bar.width() * static_cast<float>(calls) / static_cast<float>(count);
  };
  const std::size_t ok = breaker.window.size() - failed;
  to.AddRectFilled(bar.min, {x(ok), bar.max.y}, theme::closed);
  to.AddRectFilled({x(ok), bar.min.y}, {x(ok + failed), bar.max.y}, theme::open);
  draw_pattern(to, pattern_of(trace::outcome::failed), {x(ok), bar.min.y},
               {x(ok + failed), bar.max.y}, theme::dark_text, with.px(5));
  to.AddRect(bar.min, bar.max, theme::strong_line);
}

void draw_cell(const ui& with, ImDrawList& to, const breaker_picture& breaker, std::size_t which,
               const box& cell) {
  if (which >= breaker.window.size()) {
    to.AddRect(cell.min, cell.max, theme::strong_line, with.px(2));
    return;
  }
  const trace::outcome how = breaker.window[which];
  const bool ok = how == trace::outcome::ok;
  to.AddRectFilled(cell.min, cell.max, theme::faded(theme::of(how), ok ? 0.75 : 1), with.px(2));
  if (!ok) {
    draw_outcome(to, how, cell.centre(), cell.width() * 0.7F, theme::dark_text);
  }
}

} // namespace

float draw_window_cells(ui& with, ImDrawList& to, const breaker_picture& breaker, const box& area,
                        bool and_minimum) {
  const std::size_t count = std::max<std::size_t>(breaker.window_size, breaker.window.size());
  const auto failed = static_cast<std::size_t>(std::ranges::count_if(
      breaker.window, [](trace::outcome how) { return how != trace::outcome::ok; }));
  const box name = draw_label(with, to, area.min, "window", theme::soft_text, with.fonts.small);
  std::string told = count_text(breaker.window.size());
  if (breaker.window_size > 0) {
    told += " of " + count_text(breaker.window_size);
  }
  told += " calls, " + count_text(failed) + " failed";
  if (and_minimum) {
    told += ", judged from " + format_number(breaker.minimum_calls);
  }
  draw_label_within(with, to, {area.max.x, area.min.y}, area.max.x - name.max.x - with.px(8), told,
                    theme::text, with.fonts.small, align::right);
  const float top = area.min.y + with.fonts.small->FontSize + with.px(4);
  if (count == 0) {
    return top;
  }
  const cells fit = cells_for(with, count, area.width(), area.max.y - top);
  if (fit.size <= 0) {
    const box bar{{area.min.x, top}, {area.max.x, top + with.px(10)}};
    draw_window_bar(with, to, breaker, count, failed, bar);
    return bar.max.y;
  }
  const float inside = fit.size - with.px(1.5F);
  for (std::size_t i = 0; i < count; ++i) {
    const ImVec2 min{area.min.x + static_cast<float>(i % fit.columns) * fit.size,
                     top + static_cast<float>(i / fit.columns) * fit.size};
    draw_cell(with, to, breaker, i, {min, {min.x + inside, min.y + inside}});
  }
  return top + static_cast<float>((count + fit.columns - 1) / fit.columns) * fit.size;
}

void draw_probes(const ui& with, ImDrawList& to, const breaker_picture& breaker, const box& area) {
  const bool half = breaker.state == breaker_state::half_open;
  const double in_use = half ? breaker.probes.value_or(0) : 0;
  const box name = draw_label(with, to, area.min, "probes", half ? theme::text : theme::soft_text,
                              with.fonts.small);
  const box told =
      draw_label(with, to, {area.max.x, area.min.y},
                 half ? format_number(in_use) + " of " + format_number(breaker.probes_permitted)
                      : "up to " + format_number(breaker.probes_permitted) + " when half-open",
                 half ? theme::text : theme::soft_text, with.fonts.small, align::right);
  const float step = with.px(15);
  const float left = name.max.x + with.px(12);
  const float room = told.min.x - with.px(10) - left;
  const float middle = area.min.y + with.fonts.small->FontSize / 2;
  const float top = middle - with.px(5);
  const ImU32 colour = half ? theme::half_open : theme::strong_line;
  if (static_cast<double>(room) < breaker.probes_permitted * static_cast<double>(step)) {
    const box bar{{left, top}, {left + std::max(room, 0.0F), top + with.px(11)}};
    const auto share = static_cast<float>(std::clamp(in_use / breaker.probes_permitted, 0.0, 1.0));
    to.AddRectFilled(bar.min, {bar.min.x + share * bar.width(), bar.max.y}, colour, with.px(2));
    to.AddRect(bar.min, bar.max, colour, with.px(2));
    return;
  }
  for (std::size_t i = 0; static_cast<double>(i) < breaker.probes_permitted; ++i) {
    const ImVec2 min{left + static_cast<float>(i) * step, top};
    const ImVec2 max{min.x + with.px(11), top + with.px(11)};
    if (static_cast<double>(i) < in_use) {
      to.AddRectFilled(min, max, colour, with.px(2));
    } else {
      to.AddRect(min, max, colour, with.px(2));
    }
  }
}

} // namespace weir::viz
