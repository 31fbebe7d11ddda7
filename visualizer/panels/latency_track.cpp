#include "model/ticks.hpp"
#include "panels/track_drawing.hpp"
#include "panels/track_parts.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace weir::viz {

namespace {

/// The spans that the row can be about: those of which some ended.
std::vector<const latency_series*> choice_of(const timeline& line) {
  std::vector<const latency_series*> found;
  for (const latency_series& each : line.latencies()) {
    if (!each.ends.empty()) {
      found.push_back(&each);
    }
  }
  return found;
}

/// p50 and p99 of one window, as two levels.
void draw_window(const ui& with, ImDrawList& to, const latency_window& one,
                 const track_place& where, double high) {
  const float left = where.scale.x(one.range.from_ns);
  const float right = std::max(where.scale.x(one.range.to_ns), left + 2);
  const float high_y = y_of(where.plot, 0, high, static_cast<double>(one.p99));
  const float mid_y = y_of(where.plot, 0, high, static_cast<double>(one.p50));
  to.AddRectFilled({left, high_y}, {right, mid_y}, theme::faded(theme::timeout, 0.28));
  to.AddRectFilled({left, mid_y}, {right, where.plot.max.y}, theme::faded(theme::in_flight, 0.22));
  to.AddRectFilled({left, high_y}, {right, high_y + with.px(2)}, theme::timeout);
  to.AddRectFilled({left, mid_y - with.px(1)}, {right, mid_y + with.px(1)}, theme::in_flight);
}

/// Of the window in which the cursor stands, in view or not.
latency_window at_cursor(const latency_series& series, const workbench& bench,
                         const std::vector<latency_window>& seen) {
  const nanos now = bench.clock.at().t_ns;
  const auto found = std::ranges::find_if(seen, [&](const latency_window& each) {
    return each.range.from_ns <= now && now < each.range.to_ns;
  });
  if (found != seen.end()) {
    return *found;
  }
  const nanos length = seen.empty() ? 1 : std::max<nanos>(seen.front().range.length(), 1);
  return series.windows_in({std::max<nanos>(now - length, 0), now}, 1).front();
}

/// Which spans the row is about, and a click for the next ones.
void draw_latency_gutter(ui& with, ImDrawList& to, workbench& bench, const latency_series& series,
                         const latency_window& now, const box& area) {
  const auto choice = choice_of(bench.shown()->line());
  float button_width = 0;
  if (choice.size() > 1) {
    const float size = with.fonts.small->FontSize + with.px(3);
    ImGui::SetCursorScreenPos({area.max.x - size - with.px(4), area.min.y});
    ImGui::PushID("next latency");
    const bool next = ImGui::InvisibleButton("button", {size, size});
    ImGui::PopID();
    const bool over = ImGui::IsItemHovered();
    const box button{ImGui::GetItemRectMin(), ImGui::GetItemRectMax()};
    to.AddRectFilled(button.min, button.max, over ? theme::hovered : theme::raised, with.px(3));
    draw_icon(to, icon::next, button.centre(), with.px(10), theme::text);
    constexpr std::string_view tip = "The latency of the next kind of span.";
    note_widget(with, "next latency", tip);
    tooltip(with, tip);
    if (next) {
      const auto at = std::ranges::find(choice, &series);
      bench.screen.latency_of = (at + 1 == choice.end() ? choice.front() : *(at + 1))->name;
    }
    button_width = size;
  }
  const latency_window& all = series.overall;
  std::string words = "Latency of '" + std::string{series.name} + "': of the " +
                      count_text(all.count) + " that were served, well or not.";
  if (all.turned_away > 0) {
    words += "\n" + count_text(all.turned_away) +
             " were turned away (rejected, dropped or short-circuited) and don't count.";
  }
  hint(with, {area.min, {area.max.x - button_width - with.px(4), area.max.y}}, words);
  draw_gutter(with, to, area, "served: " + std::string{series.name},
              now.count == 0 ? "none here" : "p99 " + duration_text(static_cast<double>(now.p99)),
              now.count == 0 ? "" : "p50 " + duration_text(static_cast<double>(now.p50)),
              theme::timeout, button_width);
}

} // namespace

const latency_series* chosen_latency(const timeline& line, std::string_view name) {
  const latency_series* named = name.empty() ? nullptr : line.latency(name);
  return named != nullptr ? named : line.main_latency();
}

void draw_latency(ui& with, ImDrawList& to, workbench& bench, run& shown, run* ghost,
                  const track_place& where) {
  const latency_series& series = *chosen_latency(shown.line(), bench.screen.latency_of);
  const latency_series* other = ghost != nullptr ? ghost->line().latency(series.name) : nullptr;
  const auto windows = static_cast<std::size_t>(std::max(2.0F, where.plot.width() / with.px(10)));
  const auto& seen = shown.latency_in(series, where.scale.range, windows);
  const std::vector<latency_window> none;
  const auto& before =
      other != nullptr ? ghost->latency_in(*other, where.scale.range, windows) : none;
  nanos most = 0;
  bool any = false;
  for (const auto* each : {&seen, &before}) {
    for (const latency_window& one : *each) {
      most = std::max(most, one.p99);
      any = any || one.count > 0;
    }
  }
  const double high =
      nice_ceiling(static_cast<double>(std::max<nanos>(most, 1)) / 1e6 * 1.04) * 1e6;
  for (const latency_window& each : seen) {
    if (each.count > 0) {
      draw_window(with, to, each, where, high);
    }
  }
  for (const latency_window& each : before) {
    if (each.count > 0) {
      const float y = y_of(where.plot, 0, high, static_cast<double>(each.p99));
      to.AddRectFilled({where.scale.x(each.range.from_ns), y},
                       {where.scale.x(each.range.to_ns), y + with.px(1.5F)}, theme::ghost);
    }
  }
  draw_top_label(with, to, where.plot, any ? duration_text(high) : "none ends in this view");
  draw_latency_gutter(with, to, bench, series, at_cursor(series, bench, seen), where.gutter);
}

void draw_amplification(ui& with, ImDrawList& to, workbench& bench, const timeline& line,
                        const track_place& where) {
  double most = 1;
  const amplification_window* at_cursor = nullptr;
  for (const amplification_window& each : line.amplification()) {
    most = std::max(most, each.ratio());
    if (each.range.from_ns <= bench.clock.at().t_ns) {
      at_cursor = &each;
    }
  }
  const double high = nice_ceiling(most * 1.04);
  for (const amplification_window& each : line.amplification()) {
    if (each.requests == 0 || each.range.to_ns < where.scale.range.from_ns ||
        each.range.from_ns > where.scale.range.to_ns) {
      continue;
    }
    const float left = std::max(where.plot.min.x, where.scale.x(each.range.from_ns));
    const float right = std::min(where.plot.max.x, where.scale.x(each.range.to_ns));
    const float y = y_of(where.plot, 0, high, each.ratio());
    to.AddRectFilled({left, y}, {std::max(right, left + 1), where.plot.max.y},
                     theme::faded(theme::retry, 0.3));
    to.AddRectFilled({left, y}, {std::max(right, left + 1), y + with.px(2)}, theme::retry);
  }
  draw_level(with, to, where.plot, y_of(where.plot, 0, high, 1), theme::soft_text);
  draw_top_label(with, to, where.plot, format_number(high) + "x");
  const bool any = at_cursor != nullptr && at_cursor->requests > 0;
  draw_gutter(with, to, where.gutter, "attempts per request",
              any ? format_number(at_cursor->ratio()) + "x" : std::string{"no request here"}, "",
              theme::retry);
}

} // namespace weir::viz
