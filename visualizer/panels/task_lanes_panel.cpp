#include "panels/task_lanes_panel.hpp"

#include "model/ticks.hpp"
#include "panels/lane_parts.hpp"

#include <weir/trace/text.hpp>

#include <imgui_internal.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <string>
#include <utility>

namespace weir::viz {

namespace {

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
    const auto all = tasks_.all();
    const float step = row_ + gap_;
    const auto above = static_cast<std::size_t>(std::max(0.0F, (clip.Min.y - top.y) / step));
    for (std::size_t i = above; i < all.size(); ++i) {
      const float y = top.y + step * static_cast<float>(i);
      if (y > clip.Max.y) {
        break;
      }
      draw_row(all[i], y);
    }
    ImGui::Dummy({1, step * static_cast<float>(all.size())});
  }

private:
  void draw_row(const task_lane& lane, float y) {
    draw_name(lane, y);
    drawn_.clear();
    with_.cost.visited += tasks_.bars(lane, scale_.range, scale_.columns(), drawn_).visited;
    for (const drawn_stretch& each : drawn_) { // strokes over bars
      if (each.doing == task_doing::waiting) {
        draw_bar(lane, each, y);
      }
    }
    for (std::size_t i = 0; i < drawn_.size();) {
      i = is_busy(drawn_[i]) ? draw_busy(i, y) : draw_stroke(i, y);
    }
    if (ImGui::IsWindowHovered() && ImGui::GetMousePos().y >= y &&
        ImGui::GetMousePos().y < y + row_) {
      point_at(lane, y);
    }
    if (lane.how && lane.end_ns >= scale_.range.from_ns && lane.end_ns <= scale_.range.to_ns) {
      const auto [sign, colour] = sign_of(*lane.how);
      const float at = std::min(scale_.x(lane.end_ns) + with_.px(10), scale_.right - with_.px(6));
      draw_icon(to_, sign, {at, y + row_ / 2}, with_.px(13), colour);
    }
  }

  void draw_name(const task_lane& lane, float y) {
    const float x = ImGui::GetWindowPos().x;
    const bool there = tasks_.at_event(lane, bench_.clock.at().event) != nullptr;
    const float room = scale_.left - x - with_.px(10);
    const std::string name = shortened_in_front(with_, lane.name, room, with_.fonts.small);
    draw_label(with_, to_, {x, y + (row_ - with_.fonts.small->FontSize) / 2}, name,
               there ? theme::text : theme::soft_text, with_.fonts.small);
    if (name != lane.name) {
      hint(with_, {{x, y}, {scale_.left, y + row_}}, lane.name);
    }
  }

  [[nodiscard]] box area_of(const drawn_stretch& bar, float top) const {
    const float left = std::clamp(scale_.x(bar.begin_ns), scale_.left, scale_.right);
    const float right = std::clamp(scale_.x(bar.end_ns), left, scale_.right);
    return {{left, top + with_.px(2)}, {right, top + row_ - with_.px(2)}};
  }

  /// Turns in one column, and waits between them: it must not look as if it ran all the time.
  static bool is_busy(const drawn_stretch& bar) {
    return bar.doing == task_doing::running && bar.merged > 4;
  }

  /// Columns side by side become one rectangle. Returns the stretch after them.
  std::size_t draw_busy(std::size_t first, float y) {
    box area = area_of(drawn_[first], y);
    std::size_t next = first + 1;
    while (next < drawn_.size() && is_busy(drawn_[next]) &&
           area_of(drawn_[next], y).min.x <= area.max.x + 1) {
      area.max.x = std::max(area.max.x, area_of(drawn_[next++], y).max.x);
    }
    area.max.x = std::max(area.max.x, area.min.x + with_.px(3));
    draw_busy_task(with_, to_, area);
    return next;
  }

  std::size_t draw_stroke(std::size_t index, float y) {
    if (drawn_[index].doing == task_doing::running) {
      draw_running(with_, to_, area_of(drawn_[index], y));
    }
    return index + 1;
  }

  void draw_bar(const task_lane& lane, const drawn_stretch& bar, float top) {
    const box area = area_of(bar, top);
    draw_waiting(with_, to_, area);
    draw_wait_label(with_, to_, line_.trace(), tasks_.stretches(lane)[bar.stretch], area);
  }

  /// The mouse is over the row: says what it points at, and takes its click. A stroke wins over the
  /// bar that it stands on.
  void point_at(const task_lane& lane, float y) {
    const drawn_stretch* found = nullptr;
    for (const drawn_stretch& bar : drawn_) {
      const box area = area_of(bar, y);
      const float more = with_.px(4);
      const box reach{{area.min.x - more, area.min.y}, {area.max.x + more, area.max.y}};
      const bool over = reach.contains(ImGui::GetMousePos());
      if (over && (found == nullptr || bar.doing == task_doing::running)) {
        found = &bar;
      }
    }
    if (found == nullptr) {
      return;
    }
    hint(with_, {{scale_.left, y}, {scale_.right, y + row_}}, words_for(lane, *found));
    if (ImGui::IsMouseClicked(0)) {
      bench_.select_event(tasks_.stretches(lane)[found->stretch].begin_event);
    }
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
  legend row{with};
  row.entry("waits for", 24, [&](ImDrawList& to, const box& at) { draw_waiting(with, to, at); });
  row.entry("runs", 3, [&](ImDrawList& to, const box& at) { draw_running(with, to, at); });
  const auto& all = line.tasks().all();
  for (const auto how :
       {trace::task_end::completed, trace::task_end::exception, trace::task_end::destroyed}) {
    if (std::ranges::find(all, std::optional(how), &task_lane::how) != all.end()) {
      row.entry(trace::to_string(how), 13, [&](ImDrawList& to, const box& at) {
        const auto [sign, colour] = sign_of(how);
        draw_icon(to, sign, at.centre(), with.px(12), colour);
      });
    }
  }
  const auto left = std::ranges::count_if(all, [](const task_lane& one) { return !one.how; });
  row.count(count_text(all.size()) + (all.size() == 1 ? " task, " : " tasks, ") +
            count_text(static_cast<std::uint64_t>(left)) + " there at the end");
}

void draw_task_rows(ui& with, workbench& bench, const time_scale& scale) {
  task_rows{with, bench, scale}.draw();
}

} // namespace weir::viz
