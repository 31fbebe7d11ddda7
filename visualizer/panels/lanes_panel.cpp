#include "model/ticks.hpp"
#include "panels/panels.hpp"
#include "panels/task_lanes_panel.hpp"
#include "panels/time_plot.hpp"

#include <weir/trace/text.hpp>

#include <imgui_internal.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <ranges>
#include <string>

namespace weir::viz {

namespace {

std::string duration_text(nanos length) {
  return trace::format_duration(std::chrono::nanoseconds{length});
}

/// One bar, by what its time was spent on: a pattern as well as a colour.
void draw_role(const ui& with, ImDrawList& to, trace::span_role role, const box& area) {
  const ImU32 colour = theme::of(role);
  // Corners of a bar a few pixels wide can't be seen, and cost as much as those of a wide one.
  const bool narrow = area.width() < with.px(7);
  const float round = narrow ? 0 : std::min(with.px(3), area.height() / 2);
  switch (role) {
  case trace::span_role::waiting:
    to.AddRectFilled(area.min, area.max, theme::faded(colour, 0.25), round);
    draw_pattern(to, pattern::dots, area.min, area.max, colour, with.px(5));
    break;
  case trace::span_role::backing_off:
    to.AddRectFilled(area.min, area.max, theme::faded(colour, 0.2), round);
    draw_pattern(to, pattern::rising, area.min, area.max, colour, with.px(5));
    break;
  case trace::span_role::request:
  case trace::span_role::work:
    to.AddRectFilled(area.min, area.max, theme::rgb(0x55687b), round);
    break;
  case trace::span_role::attempt:
    to.AddRectFilled(area.min, area.max, theme::faded(colour, 0.55), round);
    if (!narrow) {
      to.AddRect(area.min, area.max, colour, round);
    }
    break;
  case trace::span_role::running:
    to.AddRectFilled(area.min, area.max, colour, round);
    break;
  }
}

void draw_legend(ui& with, const timeline& line) {
  std::array<bool, 6> seen{};
  for (const span_bar& each : line.spans()) {
    seen[static_cast<std::size_t>(each.role)] = true;
  }
  ImDrawList& to = *ImGui::GetWindowDrawList();
  ImVec2 at = ImGui::GetCursorScreenPos();
  const float edge = at.x + ImGui::GetContentRegionAvail().x;
  const float height = with.fonts.small->FontSize;
  for (std::size_t i = 0; i < seen.size(); ++i) {
    const auto role = static_cast<trace::span_role>(i);
    const std::string_view name = trace::to_string(role);
    const float width = with.px(32) + text_size(with, name, with.fonts.small).x;
    if (!seen[i] || at.x + width > edge) {
      continue;
    }
    draw_role(with, to, role,
              {{at.x, at.y + with.px(2)}, {at.x + with.px(24), at.y + height - with.px(1)}});
    draw_label(with, to, {at.x + with.px(30), at.y}, name, theme::soft_text, with.fonts.small);
    at.x += width + with.px(16);
  }
  const std::string count = count_text(line.lanes()) +
                            (line.lanes() == 1 ? " lane, " : " lanes, ") +
                            count_text(line.spans().size()) + " spans";
  if (at.x + text_size(with, count, with.fonts.small).x < edge) {
    draw_label(with, to, {edge, at.y}, count, theme::soft_text, with.fonts.small, align::right);
  }
  ImGui::Dummy({1, height + with.px(4)});
}

constexpr std::array bad_ends{trace::outcome::failed, trace::outcome::timed_out,
                              trace::outcome::rejected, trace::outcome::dropped,
                              trace::outcome::short_circuited};

std::string words_of(const timeline& line, const drawn_bar& bar) {
  const span_bar& span = line.spans()[bar.span];
  const std::string name = line.trace().source(span.source).name;
  if (bar.merged > 1) {
    std::string text = count_text(bar.merged) + " spans, the first: " + name;
    std::string_view before = "\nAmong them: ";
    for (const trace::outcome how : bad_ends) {
      if (bar.outcomes.has(how)) {
        text.append(before).append(trace::to_string(how));
        before = ", ";
      }
    }
    return text + "\nZoom in to see each.";
  }
  std::string text = name + " #" + std::to_string(span.id) + ", " +
                     std::string{trace::to_string(span.role)} + "\nfrom " +
                     format_time(span.begin_ns) + ", " + duration_text(span.length());
  if (span.open()) {
    text += ", not ended";
  } else if (span.how != trace::outcome::none) {
    text += ", " + std::string{trace::to_string(span.how)};
  }
  return text + "\nClick: the cursor to where it begins.";
}

/// How several spans ended that share a column: a strip along the bottom, divided among the ways
/// that are not ok. None of them is ever covered by another.
void draw_ends(ImDrawList& to, outcome_set outcomes, const box& area) {
  const auto kinds =
      std::ranges::count_if(bad_ends, [&](trace::outcome how) { return outcomes.has(how); });
  if (kinds == 0) {
    return;
  }
  const float height = std::max(area.height() * 0.5F, static_cast<float>(kinds));
  float top = area.max.y - height;
  for (const trace::outcome how : bad_ends) {
    if (outcomes.has(how)) {
      const float next = top + height / static_cast<float>(kinds);
      to.AddRectFilled({area.min.x, top}, {area.max.x, next}, theme::of(how));
      top = next;
    }
  }
}

class lanes_drawing {
public:
  lanes_drawing(ui& with, workbench& bench, const time_scale& scale)
      : with_(with),
        bench_(bench),
        line_(bench.shown()->line()),
        scale_(scale),
        to_(*ImGui::GetWindowDrawList()),
        row_(std::round(with.px(13))),
        gap_(with.px(4)) {}

  void draw() {
    const ImVec2 top = ImGui::GetCursorScreenPos();
    const ImRect clip = ImGui::GetCurrentWindow()->InnerClipRect;
    const auto lanes = std::views::iota(std::uint32_t{0}, line_.lanes());
    const auto first = *std::ranges::partition_point(
        lanes, [&](std::uint32_t lane) { return top.y + offset(lane + 1) < clip.Min.y; });
    for (std::uint32_t lane = first; lane < line_.lanes(); ++lane) {
      const float y = top.y + offset(lane);
      if (y > clip.Max.y) {
        break;
      }
      draw_lane(lane, y);
    }
    ImGui::Dummy({1, offset(line_.lanes())});
  }

private:
  /// From the top of the list.
  [[nodiscard]] float offset(std::uint32_t lane) const {
    return row_ * static_cast<float>(line_.rows_before(lane)) + gap_ * static_cast<float>(lane);
  }

  void draw_lane(std::uint32_t lane, float y) {
    bars_.clear();
    with_.cost.visited += line_.lane_bars(lane, scale_.range, scale_.columns(), bars_).visited;
    for (std::size_t i = 0; i < bars_.size();) {
      i = bars_[i].merged > 1 ? draw_several(i, y) : draw_one(i, y);
    }
    const float below = y + row_ * line_.lane_levels(lane);
    if (ImGui::IsWindowHovered() && ImGui::GetMousePos().y >= y && ImGui::GetMousePos().y < below) {
      point_at(y);
    }
    const float x = ImGui::GetWindowPos().x;
    if (const span_bar* now = line_.span_at(lane, bench_.clock.at().t_ns); now != nullptr) {
      draw_label_within(with_, to_, {x, y + (row_ - with_.fonts.small->FontSize) / 2},
                        scale_.left - x - with_.px(8),
                        line_.trace().source(now->source).name + " #" + std::to_string(now->id),
                        theme::soft_text, with_.fonts.small);
    }
  }

  [[nodiscard]] box area_of(const drawn_bar& bar, float top) const {
    const float y = top + row_ * bar.level;
    const float left = std::max(scale_.x(bar.begin_ns), scale_.left);
    const float right = std::min(std::max(scale_.x(bar.end_ns), left + 1), scale_.right);
    return {{left, y + 1}, {right, y + row_ - 1}};
  }

  /// Columns side by side that look the same become one rectangle. Returns the bar after them.
  std::size_t draw_several(std::size_t first, float y) {
    box area = area_of(bars_[first], y);
    std::size_t next = first + 1;
    for (; next < bars_.size() && bars_[next].merged > 1; ++next) {
      const box more = area_of(bars_[next], y);
      if (more.min.y != area.min.y || more.min.x > area.max.x + 1 ||
          bars_[next].outcomes != bars_[first].outcomes) {
        break;
      }
      area.max.x = std::max(area.max.x, more.max.x);
    }
    to_.AddRectFilled(area.min, area.max, theme::mixed(theme::plot, theme::soft_text, 0.45));
    draw_ends(to_, bars_[first].outcomes, area);
    return next;
  }

  std::size_t draw_one(std::size_t index, float y) {
    const drawn_bar& bar = bars_[index];
    const span_bar& span = line_.spans()[bar.span];
    const box area = area_of(bar, y);
    draw_role(with_, to_, span.role, area);
    if (span.open()) {
      draw_open_end(area);
    } else if (span.how != trace::outcome::none && span.how != trace::outcome::ok) {
      const float width = std::min(with_.px(2), std::max(area.width(), 1.0F));
      to_.AddRectFilled({area.max.x - width, area.min.y}, area.max, theme::of(span.how));
      if (area.width() > with_.px(18)) {
        draw_outcome(to_, span.how, {area.max.x - with_.px(9), area.centre().y}, row_ * 0.75F,
                     theme::of(span.how));
      }
    }
    if (bench_.selected_span == bar.span) {
      to_.AddRect({area.min.x - 1, area.min.y - 1}, {area.max.x + 1, area.max.y + 1}, theme::accent,
                  with_.px(2), 0, with_.px(1.5F));
    }
    return index + 1;
  }

  /// It was still going on when the run was over: the bar frays out.
  void draw_open_end(const box& area) {
    const float gap = with_.px(2);
    for (float x = area.max.x - gap; x > std::max(area.min.x, area.max.x - 7 * gap); x -= 2 * gap) {
      to_.AddRectFilled({x - gap / 2, area.min.y}, {x + gap / 2, area.max.y}, theme::plot);
    }
  }

  /// The mouse is over the lane: says what it points at, and takes its click.
  void point_at(float y) {
    for (const drawn_bar& bar : bars_) {
      const box area = area_of(bar, y);
      const box reach{{area.min.x - with_.px(2), area.min.y - 1},
                      {area.max.x + with_.px(2), area.max.y + 1}};
      if (!reach.contains(ImGui::GetMousePos())) {
        continue;
      }
      hint(with_, reach, words_of(line_, bar));
      if (ImGui::IsMouseClicked(0)) {
        bench_.select_event(line_.spans()[bar.span].begin_event);
        bench_.selected_span = bar.span;
      }
      return;
    }
  }

  ui& with_;
  workbench& bench_;
  const timeline& line_;
  time_scale scale_;
  ImDrawList& to_;
  float row_;
  float gap_;
  std::vector<drawn_bar> bars_;
};

/// Wheel with Shift zooms and right drag pans; the plain wheel scrolls the lanes.
void lanes_mouse(workbench& bench, const time_scale& scale) {
  const ImGuiIO& io = ImGui::GetIO();
  if (!ImGui::IsWindowHovered()) {
    return;
  }
  if ((io.KeyShift || io.KeyCtrl) && io.MouseWheel != 0) {
    bench.view.zoom(std::pow(1.25, static_cast<double>(io.MouseWheel)), scale.t(io.MousePos.x));
  }
  if (io.MouseDown[1] && io.MouseDelta.x != 0) {
    bench.view.pan(-static_cast<double>(io.MouseDelta.x) / (scale.right - scale.left));
  }
}

} // namespace

void draw_lanes(ui& with, workbench& bench, ImVec2 size) {
  begin_panel(with, "lanes", "", size, ImGuiWindowFlags_NoScrollbar);
  const run* shown = bench.shown();
  if (shown == nullptr || (shown->line().spans().empty() && shown->line().tasks().all().empty())) {
    empty_state(with, shown == nullptr ? "No run yet" : "No spans in this run",
                shown == nullptr ? "Lanes appear with the first run."
                                 : "Lanes show requests, attempts and waits. This scene follows "
                                   "items instead: see Flow and Charts.");
    end_panel();
    return;
  }
  const bool by_task = shown->line().spans().empty();
  if (by_task) {
    draw_task_legend(with, shown->line());
  } else {
    draw_legend(with, shown->line());
  }
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const ImVec2 room = ImGui::GetContentRegionAvail();
  const float gutter = std::min(with.px(150), room.x * 0.28F);
  const float ruler = with.px(24);
  const time_scale scale{bench.view.view(), std::round(at.x + gutter),
                         std::round(at.x + room.x - ImGui::GetStyle().ScrollbarSize)};
  const bool zooming = ImGui::GetIO().KeyShift || ImGui::GetIO().KeyCtrl;
  ImGui::BeginChild("lanes list", {room.x, room.y - ruler}, false,
                    zooming ? ImGuiWindowFlags_NoScrollWithMouse : 0);
  const ImRect clip = ImGui::GetCurrentWindow()->InnerClipRect;
  draw_ground(with, *ImGui::GetWindowDrawList(),
              {{scale.left, clip.Min.y}, {scale.right, clip.Max.y}}, theme::plot);
  draw_grid(with, *ImGui::GetWindowDrawList(),
            {{scale.left, clip.Min.y}, {scale.right, clip.Max.y}}, scale);
  if (by_task) {
    draw_task_rows(with, bench, scale);
  } else {
    lanes_drawing{with, bench, scale}.draw();
  }
  draw_moments(with, *ImGui::GetWindowDrawList(), bench,
               {{scale.left, clip.Min.y}, {scale.right, clip.Max.y}}, scale, false);
  lanes_mouse(bench, scale);
  ImGui::EndChild();
  note_widget(with, "lanes list");
  draw_time_ruler(with, *ImGui::GetWindowDrawList(),
                  {{scale.left, at.y + room.y - ruler}, {scale.right, at.y + room.y}}, scale);
  end_panel();
}

} // namespace weir::viz
