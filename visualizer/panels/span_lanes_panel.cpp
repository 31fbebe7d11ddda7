#include "panels/span_lanes_panel.hpp"

#include "model/ticks.hpp"
#include "panels/lane_parts.hpp"
#include "panels/track_parts.hpp"

#include <imgui_internal.h>

#include <algorithm>
#include <cmath>
#include <ranges>
#include <string>

namespace weir::viz {

namespace {

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
                     format_time(span.begin_ns) + ", " +
                     duration_text(static_cast<double>(span.length()));
  if (span.open()) {
    text += ", not ended";
  } else if (span.how != trace::outcome::none) {
    text += ", " + std::string{trace::to_string(span.how)};
  }
  return text + "\nClick: the cursor to where it begins.";
}

class span_rows {
public:
  span_rows(ui& with, workbench& bench, const time_scale& scale)
      : with_(with),
        bench_(bench),
        line_(bench.shown()->line()),
        scale_(scale),
        to_(*ImGui::GetWindowDrawList()),
        gap_(with.px(4)),
        row_(row_height()) {}

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
  /// Few rows are given more room than many, and the bars their names then.
  [[nodiscard]] float row_height() const {
    const auto rows = static_cast<float>(line_.rows_before(line_.lanes()));
    const float room = ImGui::GetContentRegionAvail().y - gap_ * static_cast<float>(line_.lanes());
    return std::round(std::clamp(room / std::max(rows, 1.0F), with_.px(13), with_.px(22)));
  }

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
    draw_name(lane, y);
  }

  /// What is in the lane at the cursor; where there is nothing, what the lane is for.
  void draw_name(std::uint32_t lane, float y) {
    const span_bar* now = line_.span_at(lane, bench_.clock.at().t_ns);
    const std::string text =
        now != nullptr ? line_.trace().source(now->source).name + " #" + std::to_string(now->id)
                       : std::string{line_.lane_name(lane)};
    const float x = ImGui::GetWindowPos().x;
    draw_label_within(with_, to_, {x, y + (row_ - with_.fonts.small->FontSize) / 2},
                      scale_.left - x - with_.px(8), text,
                      now != nullptr ? theme::text : theme::soft_text, with_.fonts.small);
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
    const bool bad = span.how != trace::outcome::none && span.how != trace::outcome::ok;
    const bool signed_end = bad && !span.open() && area.width() > with_.px(18);
    if (span.open()) {
      draw_open_end(with_, to_, area);
    } else if (bad) {
      const float width = std::min(with_.px(2), std::max(area.width(), 1.0F));
      to_.AddRectFilled({area.max.x - width, area.min.y}, area.max, theme::of(span.how));
    }
    if (signed_end) { // on a ground of its own: no colour stands out from all bars
      const float size = std::min(row_ - 2, with_.px(15));
      const ImVec2 centre{area.max.x - with_.px(3) - size / 2, area.centre().y};
      to_.AddCircleFilled(centre, size / 2, theme::ground, 16);
      draw_outcome(to_, span.how, centre, size * 0.8F, theme::of(span.how));
    }
    draw_name_in(span, area, with_.px(signed_end ? 20 : 6));
    if (bench_.screen.selected_span == bar.span) {
      to_.AddRect({area.min.x - 1, area.min.y - 1}, {area.max.x + 1, area.max.y + 1}, theme::accent,
                  with_.px(2), 0, with_.px(1.5F));
    }
    return index + 1;
  }

  /// Where row and bar have the room.
  void draw_name_in(const span_bar& span, const box& area, float right) {
    const float room = area.width() - right - with_.px(6);
    const float height = with_.fonts.small->FontSize;
    const bool crowded = span.level + 1U == span_bar::max_levels; // what is deeper overlaps there
    if (area.height() < height || room < with_.px(12) || crowded) {
      return;
    }
    const std::string& name = line_.trace().source(span.source).name;
    const std::string text = shortened(with_, name, room, with_.fonts.small);
    if (text != name && room < with_.px(60)) { // a few letters of it tell nothing
      return;
    }
    const ImVec2 at{area.min.x + with_.px(6), area.centre().y - height / 2};
    const bool patterned =
        span.role == trace::span_role::waiting || span.role == trace::span_role::backing_off;
    if (patterned) {
      to_.AddRectFilled(
          {at.x - with_.px(3), area.min.y + 1},
          {at.x + text_size(with_, text, with_.fonts.small).x + with_.px(3), area.max.y - 1},
          theme::panel, with_.px(2));
    }
    draw_label(with_, to_, at, text,
               span.role == trace::span_role::running ? theme::dark_text : theme::text,
               with_.fonts.small);
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
        bench_.screen.selected_span = bar.span;
      }
      return;
    }
  }

  ui& with_;
  workbench& bench_;
  const timeline& line_;
  time_scale scale_;
  ImDrawList& to_;
  float gap_;
  float row_;
  std::vector<drawn_bar> bars_;
};

} // namespace

void draw_span_legend(ui& with, const timeline& line) {
  legend row{with};
  const span_kinds& kinds = line.kinds_of_spans();
  for (std::size_t i = 0; i < kinds.roles.size(); ++i) {
    if (kinds.roles[i]) {
      const auto role = static_cast<trace::span_role>(i);
      row.entry(trace::to_string(role), 24,
                [&](ImDrawList& to, const box& at) { draw_role(with, to, role, at); });
    }
  }
  for (const trace::outcome how : bad_ends) {
    if (kinds.ends.has(how)) {
      row.entry(trace::to_string(how), 11, [&](ImDrawList& to, const box& at) {
        draw_outcome(to, how, at.centre(), with.px(11), theme::of(how));
      });
    }
  }
  if (kinds.ends.has_open()) {
    row.entry("not ended", 24, [&](ImDrawList& to, const box& at) {
      draw_role(with, to, trace::span_role::request, at);
      draw_open_end(with, to, at);
    });
  }
  row.count(count_text(line.lanes()) + (line.lanes() == 1 ? " lane, " : " lanes, ") +
            count_text(line.spans().size()) + (line.spans().size() == 1 ? " span" : " spans"));
}

void draw_span_rows(ui& with, workbench& bench, const time_scale& scale) {
  span_rows{with, bench, scale}.draw();
}

} // namespace weir::viz
