#include "model/ticks.hpp"
#include "panels/panels.hpp"
#include "panels/task_lanes_panel.hpp"
#include "panels/time_plot.hpp"

#include <weir/trace/text.hpp>

#include <imgui_internal.h>

#include <array>
#include <chrono>
#include <cmath>
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

std::string words_of(const timeline& line, const drawn_bar& bar) {
  const span_bar& span = line.spans()[bar.span];
  const std::string name = line.trace().source(span.source).name;
  if (bar.merged > 1) {
    return std::to_string(bar.merged) + " spans, the first: " + name + "\nZoom in to see each.";
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
    float y = top.y;
    for (std::uint32_t lane = 0; lane < line_.lanes(); ++lane) {
      const float height = row_ * line_.lane_levels(lane);
      if (y + height >= clip.Min.y && y <= clip.Max.y) {
        draw_lane(lane, y);
      }
      y += height + gap_;
    }
    ImGui::Dummy({1, y - top.y});
  }

private:
  void draw_lane(std::uint32_t lane, float y) {
    bars_.clear();
    with_.cost.visited += line_.lane_bars(lane, scale_.range, scale_.columns(), bars_).visited;
    std::string now;
    for (const drawn_bar& each : bars_) {
      draw_bar(each, y);
      const span_bar& span = line_.spans()[each.span];
      const nanos cursor = bench_.clock.at().t_ns;
      if (each.level == 0 && each.merged == 1 && span.begin_ns <= cursor && cursor < span.end_ns) {
        now = line_.trace().source(span.source).name + " #" + std::to_string(span.id);
      }
    }
    const float x = ImGui::GetWindowPos().x;
    if (!now.empty()) {
      draw_label_within(with_, to_, {x, y + (row_ - with_.fonts.small->FontSize) / 2},
                        scale_.left - x - with_.px(8), now, theme::soft_text, with_.fonts.small);
    }
  }

  void draw_bar(const drawn_bar& bar, float top) {
    const span_bar& span = line_.spans()[bar.span];
    const float y = top + row_ * bar.level;
    const float left = std::max(scale_.x(bar.begin_ns), scale_.left);
    const float right = std::min(std::max(scale_.x(bar.end_ns), left + 1), scale_.right);
    const box area{{left, y + 1}, {right, y + row_ - 1}};
    if (bar.merged > 1) {
      to_.AddRectFilled(area.min, area.max, theme::faded(theme::soft_text, 0.45));
    } else {
      draw_role(with_, to_, span.role, area);
    }
    const bool bad = bar.worst != trace::outcome::none && bar.worst != trace::outcome::ok;
    if (bad) {
      to_.AddRectFilled({area.max.x - with_.px(2), area.min.y}, area.max, theme::of(bar.worst));
      if (area.width() > with_.px(18)) {
        draw_outcome(to_, bar.worst, {area.max.x - with_.px(9), area.centre().y}, row_ * 0.75F,
                     theme::of(bar.worst));
      }
    }
    if (bench_.selected_span == bar.span) {
      to_.AddRect({area.min.x - 1, area.min.y - 1}, {area.max.x + 1, area.max.y + 1}, theme::accent,
                  with_.px(2), 0, with_.px(1.5F));
    }
    const box reach{{area.min.x - with_.px(2), area.min.y}, {area.max.x + with_.px(2), area.max.y}};
    if (!ImGui::IsWindowHovered() || !reach.contains(ImGui::GetMousePos())) {
      return;
    }
    hint(with_, reach, words_of(line_, bar));
    if (ImGui::IsMouseClicked(0)) {
      bench_.select_event(span.begin_event);
      bench_.selected_span = bar.span;
      clicked_ = true;
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
  bool clicked_ = false;
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
