#include "model/flow.hpp"
#include "model/ticks.hpp"
#include "panels/panels.hpp"

#include <weir/trace/text.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <string>

namespace weir::viz {

namespace {

struct state_look {
  ImU32 colour;
  icon sign;
};

state_look look_of(breaker_state state) {
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

void draw_state(const ui& with, ImDrawList& to, const breaker_picture& breaker, ImVec2 at,
                float width) {
  const float middle = at.y + with.fonts.big->FontSize / 2;
  if (!breaker.state) {
    draw_icon(to, icon::circle, {at.x + with.px(13), middle}, with.px(22), theme::strong_line);
    draw_label(with, to, {at.x + with.px(34), at.y}, "not yet", theme::soft_text, with.fonts.big);
    return;
  }
  const state_look look = look_of(*breaker.state);
  draw_icon(to, look.sign, {at.x + with.px(13), middle}, with.px(24), look.colour);
  const box word =
      draw_label(with, to, {at.x + with.px(34), at.y}, breaker.label, look.colour, with.fonts.big);
  const std::string since = "since " + format_time(breaker.since_ns);
  const float left = word.max.x + with.px(12);
  const float y = middle - with.fonts.small->FontSize - with.px(1);
  draw_label_within(with, to, {left, y}, at.x + width - left, since, theme::soft_text,
                    with.fonts.small);
  const std::string opened = breaker.opened == 0 ? "never opened"
                             : breaker.opened == 1
                                 ? "opened once"
                                 : "opened " + std::to_string(breaker.opened) + " times";
  draw_label_within(with, to, {left, middle + with.px(1)}, at.x + width - left, opened,
                    theme::soft_text, with.fonts.small);
}

/// A named bar: share of the whole, with a line where it matters.
void draw_meter(const ui& with, ImDrawList& to, const box& area, std::string_view name,
                std::string_view value, double share, double threshold, ImU32 colour) {
  const box text = draw_label(with, to, area.min, name, theme::soft_text, with.fonts.small);
  draw_label_within(with, to, {area.max.x, area.min.y}, area.max.x - text.max.x - with.px(8), value,
                    theme::text, with.fonts.small, align::right);
  const float top = area.min.y + with.fonts.small->FontSize + with.px(3);
  const box bar{{area.min.x, top}, {area.max.x, top + with.px(6)}};
  to.AddRectFilled(bar.min, bar.max, theme::raised, with.px(4));
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

/// Returns where it ends.
float draw_window_cells(ui& with, ImDrawList& to, const breaker_picture& breaker, const box& area) {
  const std::size_t cells = std::max<std::size_t>(breaker.window_size, breaker.window.size());
  const box name = draw_label(with, to, area.min, "window", theme::soft_text, with.fonts.small);
  const auto failures = std::ranges::count_if(
      breaker.window, [](trace::outcome how) { return how != trace::outcome::ok; });
  std::string count = std::to_string(breaker.window.size());
  if (breaker.window_size > 0) {
    count += " of " + std::to_string(breaker.window_size);
  }
  count += " calls, " + std::to_string(failures) + " failed";
  draw_label_within(with, to, {area.max.x, area.min.y}, area.max.x - name.max.x - with.px(8), count,
                    theme::text, with.fonts.small, align::right);
  if (cells == 0) {
    return area.min.y + with.fonts.small->FontSize;
  }
  const float top = area.min.y + with.fonts.small->FontSize + with.px(4);
  const float height = area.max.y - top;
  float cell = with.px(16);
  if (const float in_one_row = area.width() / static_cast<float>(cells);
      in_one_row >= with.px(10)) {
    cell = std::min(cell, in_one_row);
  }
  while (cell > with.px(4) &&
         std::floor(area.width() / cell) * std::max(1.0F, std::floor(height / cell)) <
             static_cast<float>(cells)) {
    cell -= 0.5F;
  }
  const auto columns = std::max<std::size_t>(1, static_cast<std::size_t>(area.width() / cell));
  for (std::size_t i = 0; i < cells; ++i) {
    const ImVec2 min{area.min.x + static_cast<float>(i % columns) * cell,
                     top + static_cast<float>(i / columns) * cell};
    const ImVec2 max{min.x + cell - with.px(1.5F), min.y + cell - with.px(1.5F)};
    if (i >= breaker.window.size()) {
      to.AddRect(min, max, theme::strong_line, with.px(2));
      continue;
    }
    const trace::outcome how = breaker.window[i];
    const bool ok = how == trace::outcome::ok;
    to.AddRectFilled(min, max, theme::faded(theme::of(how), ok ? 0.55 : 1), with.px(2));
    if (!ok && cell > with.px(7)) {
      draw_outcome(to, how, {(min.x + max.x) / 2, (min.y + max.y) / 2}, cell * 0.62F,
                   theme::dark_text);
    }
  }
  return top + std::ceil(static_cast<float>(cells) / static_cast<float>(columns)) * cell;
}

void draw_probes(const ui& with, ImDrawList& to, const breaker_picture& breaker, const box& area) {
  const auto permitted = static_cast<std::size_t>(std::clamp(breaker.probes_permitted, 0.0, 24.0));
  const double in_use = breaker.probes.value_or(0);
  const bool half = breaker.state == breaker_state::half_open;
  const box name = draw_label(with, to, area.min, "probes", half ? theme::text : theme::soft_text,
                              with.fonts.small);
  float x = name.max.x + with.px(12);
  const float middle = area.min.y + with.fonts.small->FontSize / 2;
  for (std::size_t i = 0; i < permitted && x < area.max.x - with.px(60); ++i, x += with.px(15)) {
    const bool used = half && static_cast<double>(i) < in_use;
    const ImVec2 min{x, middle - with.px(5)};
    const ImVec2 max{x + with.px(11), middle + with.px(6)};
    if (used) {
      to.AddRectFilled(min, max, theme::half_open, with.px(2));
    } else {
      to.AddRect(min, max, half ? theme::half_open : theme::strong_line, with.px(2));
    }
  }
  draw_label(with, to, {area.max.x, area.min.y},
             half ? format_number(in_use) + " of " + format_number(breaker.probes_permitted)
                  : "up to " + format_number(breaker.probes_permitted),
             theme::soft_text, with.fonts.small, align::right);
}

void draw_figures(ui& with, ImDrawList& to, const breaker_picture& breaker, const box& area) {
  float y = area.min.y;
  const float row = with.fonts.small->FontSize + with.px(15);
  const auto next = [&] {
    const box own{{area.min.x, y}, {area.max.x, y + row}};
    y += row;
    return own;
  };
  if (breaker.failure_rate || breaker.failure_threshold > 0) {
    const double rate = breaker.failure_rate.value_or(0);
    std::string value = format_number(rate) + " %";
    if (breaker.failure_threshold > 0) {
      value += ", opens at " + format_number(breaker.failure_threshold) + " %";
    }
    const bool above = breaker.failure_threshold > 0 && rate >= breaker.failure_threshold;
    draw_meter(with, to, next(), "failures", value, rate / 100, breaker.failure_threshold / 100,
               above ? theme::open : theme::timeout);
  }
  if (breaker.calls_in_window && breaker.minimum_calls > 0) {
    const double calls = *breaker.calls_in_window;
    draw_meter(with, to, next(), "calls counted",
               format_number(calls) + ", judged from " + format_number(breaker.minimum_calls),
               calls / std::max({breaker.minimum_calls, calls, 1.0}),
               breaker.minimum_calls / std::max({breaker.minimum_calls, calls, 1.0}), theme::queue);
  }
  if (breaker.state == breaker_state::open && breaker.remaining && breaker.cooldown &&
      *breaker.cooldown > 0) {
    const double share =
        static_cast<double>(*breaker.remaining) / static_cast<double>(*breaker.cooldown);
    draw_meter(with, to, next(), "half-open in",
               trace::format_duration(std::chrono::nanoseconds{*breaker.remaining}), share, 0,
               theme::open);
  }
  const float line = with.fonts.small->FontSize;
  const bool probes = breaker.probes_permitted > 0;
  // While probes are what counts they come first; else the window does.
  if (probes && breaker.state == breaker_state::half_open) {
    draw_probes(with, to, breaker, {{area.min.x, y}, area.max});
    y += line + with.px(8);
  }
  if ((breaker.window_size > 0 || !breaker.window.empty()) &&
      y + line + with.px(12) <= area.max.y) {
    const float foot = probes && breaker.state != breaker_state::half_open ? line + with.px(6) : 0;
    const float room = area.max.y - y - foot;
    const bool both = room >= line + with.px(18);
    y = draw_window_cells(with, to, breaker,
                          {{area.min.x, y}, {area.max.x, both ? area.max.y - foot : area.max.y}});
  }
  if (probes && breaker.state != breaker_state::half_open && y + line + with.px(4) <= area.max.y) {
    draw_probes(with, to, breaker, {{area.min.x, y + with.px(4)}, area.max});
  }
}

} // namespace

bool has_breaker(const workbench& bench) {
  return bench.shown() != nullptr && !bench.shown()->line().breakers().empty();
}

void draw_breaker(ui& with, workbench& bench, ImVec2 size) {
  begin_panel(with, "breaker", "", size, ImGuiWindowFlags_NoScrollbar);
  if (!has_breaker(bench)) {
    empty_state(with, "No breaker in this scene", "Chapter 04 has scenes with one.");
    end_panel();
    return;
  }
  const timeline& line = bench.shown()->line();
  const breaker_picture breaker = breaker_at(line, line.breakers().front(), bench.clock.at());
  ImDrawList& to = *ImGui::GetWindowDrawList();
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const ImVec2 room = ImGui::GetContentRegionAvail();
  draw_state(with, to, breaker, at, room.x);
  const float head = with.fonts.big->FontSize + with.px(5);
  draw_figures(with, to, breaker, {{at.x, at.y + head}, {at.x + room.x, at.y + room.y}});
  end_panel();
}

} // namespace weir::viz
