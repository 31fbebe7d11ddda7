#include "panels/task_lanes_panel.hpp"

#include "model/ticks.hpp"

#include <weir/trace/text.hpp>

#include <imgui_internal.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <string>
#include <utility>

namespace weir::viz {

namespace {

void draw_waiting(const ui& with, ImDrawList& to, const box& area) {
  const ImU32 colour = theme::of(trace::span_role::waiting);
  to.AddRectFilled(area.min, area.max, theme::faded(colour, 0.25), with.px(3));
  draw_pattern(to, pattern::dots, area.min, area.max, theme::faded(colour, 0.7), with.px(6));
}

/// A task runs in no virtual time as a rule: a stroke then, from top to bottom.
void draw_running(const ui& with, ImDrawList& to, const box& area) {
  const float width = std::max(area.width(), with.px(3));
  const float left = area.width() < width ? area.min.x - width / 2 : area.min.x;
  to.AddRectFilled({left, area.min.y - with.px(2)}, {left + width, area.max.y + with.px(2)},
                   theme::of(trace::span_role::running), with.px(1));
}

std::pair<icon, ImU32> sign_of(trace::task_end how) {
  switch (how) {
  case trace::task_end::completed:
    return {icon::check, theme::closed};
  case trace::task_end::exception:
    return {icon::cross, theme::open};
  case trace::task_end::destroyed:
    break;
  }
  return {icon::close, theme::timeout};
}

class task_rows {
public:
  task_rows(ui& with, workbench& bench, const time_scale& scale)
      : with_(with),
        bench_(bench),
        line_(bench.shown()->line()),
        tasks_(line_.tasks()),
        scale_(scale),
        to_(*ImGui::GetWindowDrawList()),
        row_(std::round(with.px(22))),
        gap_(with.px(6)) {}

  void draw() {
    const ImVec2 top = ImGui::GetCursorScreenPos();
    const ImRect clip = ImGui::GetCurrentWindow()->InnerClipRect;
    float y = top.y;
    for (const task_lane& lane : tasks_.all()) {
      if (y + row_ >= clip.Min.y && y <= clip.Max.y) {
        draw_row(lane, y);
      }
      y += row_ + gap_;
    }
    ImGui::Dummy({1, y - top.y});
  }

private:
  void draw_row(const task_lane& lane, float y) {
    const float x = ImGui::GetWindowPos().x;
    const bool there = tasks_.at_event(lane, bench_.clock.at().event) != nullptr;
    draw_label_within(with_, to_, {x, y + (row_ - with_.fonts.small->FontSize) / 2},
                      scale_.left - x - with_.px(10), lane.name,
                      there ? theme::text : theme::soft_text, with_.fonts.small);
    drawn_.clear();
    static_cast<void>(tasks_.bars(lane, scale_.range, scale_.columns(), drawn_));
    for (const drawn_stretch& each : drawn_) { // strokes over bars
      if (each.doing == task_doing::waiting) {
        draw_bar(lane, each, y);
      }
    }
    for (const drawn_stretch& each : drawn_) {
      if (each.doing == task_doing::running) {
        draw_bar(lane, each, y);
      }
    }
    if (lane.how && lane.end_ns >= scale_.range.from_ns && lane.end_ns <= scale_.range.to_ns) {
      const auto [sign, colour] = sign_of(*lane.how);
      const float at = std::min(scale_.x(lane.end_ns) + with_.px(10), scale_.right - with_.px(6));
      draw_icon(to_, sign, {at, y + row_ / 2}, with_.px(13), colour);
    }
  }

  void draw_bar(const task_lane& lane, const drawn_stretch& bar, float top) {
    const float left = std::max(scale_.x(bar.begin_ns), scale_.left);
    const float right = std::clamp(scale_.x(bar.end_ns), left, scale_.right);
    const box area{{left, top + with_.px(2)}, {right, top + row_ - with_.px(2)}};
    if (bar.doing == task_doing::running) {
      draw_running(with_, to_, area);
    } else {
      draw_waiting(with_, to_, area);
      draw_label_in(lane, bar, area);
    }
    const float least = with_.px(4);
    const box reach{{area.min.x - least, area.min.y}, {area.max.x + least, area.max.y}};
    const bool wins = bar.doing == task_doing::running || !over_a_stroke();
    if (!ImGui::IsWindowHovered() || !reach.contains(ImGui::GetMousePos()) || !wins) {
      return;
    }
    hint(with_, reach, words_for(lane, bar));
    if (ImGui::IsMouseClicked(0)) {
      bench_.select_event(tasks_.stretches(lane)[bar.stretch].begin_event);
    }
  }

  [[nodiscard]] bool over_a_stroke() const {
    const float x = ImGui::GetMousePos().x;
    return std::ranges::any_of(drawn_, [&](const drawn_stretch& each) {
      return each.doing == task_doing::running && x > scale_.x(each.begin_ns) - with_.px(4) &&
             x < scale_.x(each.end_ns) + with_.px(4);
    });
  }

  /// What is waited for, on a ground of its own so that the pattern doesn't run through it.
  void draw_label_in(const task_lane& lane, const drawn_stretch& bar, const box& area) {
    const float room = area.width() - with_.px(20);
    if (room < with_.px(24)) {
      return;
    }
    const task_stretch& stretch = tasks_.stretches(lane)[bar.stretch];
    std::string text = label_of(line_.trace(), stretch);
    if (text_size(with_, text, with_.fonts.small).x > room) {
      const std::string place = place_of(line_.trace(), stretch); // says more than "timer (the…"
      text = shortened(with_, place.empty() ? text : place, room, with_.fonts.small);
    }
    const ImVec2 size = text_size(with_, text, with_.fonts.small);
    const ImVec2 at{area.min.x + with_.px(10), area.centre().y - size.y / 2};
    to_.AddRectFilled({at.x - with_.px(4), area.min.y + with_.px(1)},
                      {at.x + size.x + with_.px(4), area.max.y - with_.px(1)}, theme::plot,
                      with_.px(3));
    draw_label(with_, to_, at, text, theme::text, with_.fonts.small);
  }

  [[nodiscard]] std::string words_for(const task_lane& lane, const drawn_stretch& bar) const {
    const auto own = tasks_.stretches(lane);
    const task_stretch& first = own[bar.stretch];
    std::string text = lane.name + " " + words_of(line_.trace(), first) + "\nfrom " +
                       format_time(first.begin_ns) + ", " +
                       trace::format_duration(std::chrono::nanoseconds{first.length()});
    if (bar.merged > 1) {
      text += "\nand " + count_text(bar.merged - 1) + " more here: zoom in to see each";
    }
    if (first.open()) {
      text += ", to the end of the run";
    } else if (bar.stretch + std::size_t{1} == own.size() && lane.how) {
      text += "\nthen it ended: " + std::string{trace::to_string(*lane.how)};
    }
    return text + "\nClick: the cursor to where this begins.";
  }

  ui& with_;
  workbench& bench_;
  const timeline& line_;
  const task_lanes& tasks_;
  time_scale scale_;
  ImDrawList& to_;
  float row_;
  float gap_;
  std::vector<drawn_stretch> drawn_;
};

} // namespace

void draw_task_legend(ui& with, const timeline& line) {
  ImDrawList& to = *ImGui::GetWindowDrawList();
  const ImVec2 top = ImGui::GetCursorScreenPos();
  const float edge = top.x + ImGui::GetContentRegionAvail().x;
  const float height = with.fonts.small->FontSize;
  float x = top.x;
  const auto entry = [&](std::string_view name, float sample, auto&& draw) {
    draw(box{{x, top.y + with.px(2)}, {x + sample, top.y + height - with.px(1)}});
    x += sample + with.px(6);
    draw_label(with, to, {x, top.y}, name, theme::soft_text, with.fonts.small);
    x += text_size(with, name, with.fonts.small).x + with.px(18);
  };
  entry("waits for", with.px(24), [&](const box& at) { draw_waiting(with, to, at); });
  entry("runs", with.px(3), [&](const box& at) { draw_running(with, to, at); });
  entry("has ended", with.px(13), [&](const box& at) {
    draw_icon(to, icon::check, at.centre(), with.px(12), theme::closed);
  });
  const auto& all = line.tasks().all();
  const auto left = std::ranges::count_if(all, [](const task_lane& one) { return !one.how; });
  const std::string count = count_text(all.size()) + (all.size() == 1 ? " task, " : " tasks, ") +
                            count_text(static_cast<std::uint64_t>(left)) + " there at the end";
  if (x + text_size(with, count, with.fonts.small).x < edge) {
    draw_label(with, to, {edge, top.y}, count, theme::soft_text, with.fonts.small, align::right);
  }
  ImGui::Dummy({1, height + with.px(4)});
}

void draw_task_rows(ui& with, workbench& bench, const time_scale& scale) {
  task_rows{with, bench, scale}.draw();
}

} // namespace weir::viz
