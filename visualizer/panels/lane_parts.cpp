#include "panels/lane_parts.hpp"

#include <imgui_internal.h>

#include <algorithm>
#include <cmath>

namespace weir::viz {

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

void draw_open_end(const ui& with, ImDrawList& to, const box& area) {
  const float gap = with.px(2);
  for (float x = area.max.x - gap; x > std::max(area.min.x, area.max.x - 7 * gap); x -= 2 * gap) {
    to.AddRectFilled({x - gap / 2, area.min.y}, {x + gap / 2, area.max.y}, theme::plot);
  }
}

std::string shortened_in_front(const ui& with, std::string_view text, float width, ImFont* font) {
  if (text_size(with, text, font).x <= width) {
    return std::string{text};
  }
  const std::string dots = "\xe2\x80\xa6";
  const float room = width - text_size(with, dots, font).x;
  const auto continues = [&](std::size_t at) { // within a character of several bytes
    return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80;
  };
  std::size_t from = 0;
  do {
    ++from;
  } while (from < text.size() &&
           (continues(from) || text_size(with, text.substr(from), font).x > room));
  return dots + std::string{text.substr(from)};
}

legend::legend(ui& with)
    : with_(with),
      to_(*ImGui::GetWindowDrawList()),
      at_(ImGui::GetCursorScreenPos()),
      edge_(at_.x + ImGui::GetContentRegionAvail().x),
      height_(with.fonts.small->FontSize) {}

void legend::entry(std::string_view name, float width, const sample& draw) {
  const float words = text_size(with_, name, with_.fonts.small).x;
  const float needed = with_.px(width + 6) + words;
  if (at_.x + needed > edge_ - kept_) {
    return;
  }
  draw(to_,
       {{at_.x, at_.y + with_.px(2)}, {at_.x + with_.px(width), at_.y + height_ - with_.px(1)}});
  draw_label(with_, to_, {at_.x + with_.px(width + 6), at_.y}, name, theme::soft_text,
             with_.fonts.small);
  at_.x += needed + with_.px(14);
}

void legend::keep_room_for(std::string_view count) {
  kept_ = text_size(with_, count, with_.fonts.small).x;
}

void legend::count(const std::string& text) {
  if (at_.x + text_size(with_, text, with_.fonts.small).x < edge_) {
    draw_label(with_, to_, {edge_, at_.y}, text, theme::soft_text, with_.fonts.small, align::right);
  }
  ImGui::Dummy({1, height_ + with_.px(4)});
}

void draw_waiting(const ui& with, ImDrawList& to, const box& area) {
  const ImU32 colour = theme::of(trace::span_role::waiting);
  to.AddRectFilled(area.min, area.max, theme::faded(colour, 0.25), with.px(3));
  draw_pattern(to, pattern::dots, area.min, area.max, theme::faded(colour, 0.7), with.px(6));
}

void draw_running(const ui& with, ImDrawList& to, const box& area) {
  const float width = std::max(area.width(), with.px(3));
  const float left = area.width() < width ? area.min.x - width / 2 : area.min.x;
  to.AddRectFilled({left, area.min.y - with.px(2)}, {left + width, area.max.y + with.px(2)},
                   theme::of(trace::span_role::running), with.px(1));
}

void draw_busy_task(const ui& with, ImDrawList& to, const box& area) {
  draw_waiting(with, to, area);
  to.AddRectFilled({area.min.x, area.centre().y}, area.max, theme::of(trace::span_role::running));
}

void draw_wait_label(const ui& with, ImDrawList& to, const trace_view& trace,
                     const task_stretch& stretch, const box& area) {
  const float room = area.width() - with.px(20);
  if (room < with.px(24)) {
    return;
  }
  std::string text = label_of(trace, stretch);
  if (text_size(with, text, with.fonts.small).x > room) {
    const std::string place = place_of(trace, stretch); // says more than "timer (the…"
    text = shortened(with, place.empty() ? text : place, room, with.fonts.small);
  }
  const ImVec2 size = text_size(with, text, with.fonts.small);
  const ImVec2 at{area.min.x + with.px(10), area.centre().y - size.y / 2};
  to.AddRectFilled({at.x - with.px(4), area.min.y + with.px(1)},
                   {at.x + size.x + with.px(4), area.max.y - with.px(1)}, theme::plot, with.px(3));
  draw_label(with, to, at, text, theme::text, with.fonts.small);
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

namespace {

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

void draw_time_list(ui& with, workbench& bench, const char* name, float gutter,
                    const std::function<void(const time_scale& scale)>& rows) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const ImVec2 room = ImGui::GetContentRegionAvail();
  const float names = std::min(with.px(gutter), room.x * 0.28F);
  const float ruler = with.px(24);
  const float signs = sign_height(with, bench);
  const time_scale scale{bench.view.view(), std::round(at.x + names),
                         std::round(at.x + room.x - ImGui::GetStyle().ScrollbarSize)};
  const bool zooming = ImGui::GetIO().KeyShift || ImGui::GetIO().KeyCtrl;
  if (signs > 0) {
    draw_signs(with, *ImGui::GetWindowDrawList(), bench,
               {{scale.left, at.y}, {scale.right, at.y + signs}}, scale);
    ImGui::SetCursorScreenPos({at.x, at.y + signs});
  }
  ImGui::BeginChild(name, {room.x, room.y - ruler - signs}, false,
                    zooming ? ImGuiWindowFlags_NoScrollWithMouse : 0);
  const ImRect clip = ImGui::GetCurrentWindow()->InnerClipRect;
  draw_ground(with, *ImGui::GetWindowDrawList(),
              {{scale.left, clip.Min.y}, {scale.right, clip.Max.y}}, theme::plot);
  draw_grid(with, *ImGui::GetWindowDrawList(),
            {{scale.left, clip.Min.y}, {scale.right, clip.Max.y}}, scale);
  rows(scale);
  draw_moments(with, *ImGui::GetWindowDrawList(), bench,
               {{scale.left, clip.Min.y}, {scale.right, clip.Max.y}}, scale);
  lanes_mouse(bench, scale);
  ImGui::EndChild();
  note_widget(with, name);
  draw_time_ruler(with, *ImGui::GetWindowDrawList(),
                  {{scale.left, at.y + room.y - ruler}, {scale.right, at.y + room.y}}, scale);
}

} // namespace weir::viz
