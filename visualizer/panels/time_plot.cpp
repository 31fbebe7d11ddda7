#include "panels/time_plot.hpp"

#include "model/ticks.hpp"

#include <imgui_internal.h>

#include <cmath>

namespace weir::viz {

namespace {

std::size_t most_ticks(const ui& with, const time_scale& scale) {
  return static_cast<std::size_t>(std::max(2.0F, (scale.right - scale.left) / with.px(95)));
}

void draw_vertical(ImDrawList& to, float x, const box& area, ImU32 colour, float width) {
  x = std::round(x);
  to.AddRectFilled({x, area.min.y}, {x + width, area.max.y}, colour);
}

bool in_view(const time_scale& scale, nanos t_ns) {
  return t_ns >= scale.range.from_ns && t_ns <= scale.range.to_ns;
}

/// Dashes, so that a marker is no cursor even in grey.
void draw_dashed(const ui& with, ImDrawList& to, float x, const box& area, ImU32 colour) {
  const float dash = with.px(5);
  x = std::round(x);
  for (float y = area.min.y; y < area.max.y; y += 2 * dash) {
    to.AddRectFilled({x, y}, {x + std::max(1.0F, with.px(1)), std::min(y + dash, area.max.y)},
                     colour);
  }
}

} // namespace

void draw_grid(const ui& with, ImDrawList& to, const box& area, const time_scale& scale) {
  for (const tick& each : time_ticks(scale.range, most_ticks(with, scale))) {
    draw_vertical(to, scale.x(static_cast<nanos>(each.at)), area, theme::line, 1);
  }
}

void draw_time_ruler(const ui& with, ImDrawList& to, const box& area, const time_scale& scale) {
  float free_from = area.min.x;
  for (const tick& each : time_ticks(scale.range, most_ticks(with, scale))) {
    const float x = scale.x(static_cast<nanos>(each.at));
    const float half = text_size(with, each.label, with.fonts.small).x / 2;
    const float middle = std::clamp(x, area.min.x + half, area.max.x - half);
    to.AddRectFilled({std::round(x), area.min.y}, {std::round(x) + 1, area.min.y + with.px(4)},
                     theme::strong_line);
    if (middle - half < free_from) {
      continue;
    }
    draw_label(with, to, {middle, area.min.y + with.px(5)}, each.label, theme::soft_text,
               with.fonts.small, align::centre);
    free_from = middle + half + with.px(6);
  }
}

void draw_moments(ui& with, ImDrawList& to, const workbench& bench, const box& area,
                  const time_scale& scale, bool heads) {
  const run* shown = bench.shown();
  if (shown == nullptr) {
    return;
  }
  // Below the cursor's head, which often stands at the same moment.
  const auto sign = [&](float x, icon what, ImU32 colour, std::string_view words) {
    const ImVec2 centre{x, area.min.y + with.px(18)};
    to.AddCircleFilled(centre, with.px(9), theme::ground, 20);
    draw_icon(to, what, centre, with.px(12), colour);
    hint(with, {{x - with.px(9), centre.y - with.px(9)}, {x + with.px(9), centre.y + with.px(9)}},
         words);
  };
  for (const mark& each : shown->line().gaps()) {
    if (in_view(scale, each.t_ns)) {
      draw_dashed(with, to, scale.x(each.t_ns), area, theme::ghost);
    }
  }
  for (const mark& each : shown->line().promises_broken()) {
    if (!in_view(scale, each.t_ns)) {
      continue;
    }
    const float x = scale.x(each.t_ns);
    draw_vertical(to, x, area, theme::faded(theme::open, 0.85), std::max(1.0F, with.px(1.5F)));
    if (heads) {
      sign(x, icon::cross, theme::open, "Broken promise: " + std::string{each.text});
    }
  }
  for (const nanos each : bench.markers) {
    if (!in_view(scale, each)) {
      continue;
    }
    const float x = scale.x(each);
    draw_dashed(with, to, x, area, theme::accent);
    if (heads) {
      sign(x + with.px(4), icon::flag, theme::accent, "Marker at " + format_time(each));
    }
  }
  const nanos now = bench.clock.at().t_ns;
  if (in_view(scale, now)) {
    const float x = std::min(scale.x(now), area.max.x - with.px(2));
    draw_vertical(to, x, area, theme::accent, std::max(1.0F, with.px(1.5F)));
    if (heads) {
      to.AddTriangleFilled({x - with.px(5), area.min.y}, {x + with.px(6.5F), area.min.y},
                           {x + with.px(0.75F), area.min.y + with.px(8)}, theme::accent);
    }
  }
}

void time_mouse(ui& with, workbench& bench, const time_scale& scale, const char* id,
                const box& area, bool wheel) {
  if (bench.shown() == nullptr) {
    return;
  }
  ImGui::SetCursorScreenPos(area.min);
  ImGui::PushID(id);
  ImGui::InvisibleButton("plot", {std::max(area.width(), 1.0F), std::max(area.height(), 1.0F)},
                         ImGuiButtonFlags_MouseButtonLeft | ImGuiButtonFlags_MouseButtonRight |
                             ImGuiButtonFlags_MouseButtonMiddle);
  ImGui::PopID();
  note_widget(with, id);
  const ImGuiIO& io = ImGui::GetIO();
  const bool panning = ImGui::IsItemActive() && (io.MouseDown[1] || io.MouseDown[2]);
  if (ImGui::IsItemActivated()) {
    bench.view.begin_gesture();
  }
  if (ImGui::IsItemActive() && io.MouseDown[0]) {
    bench.clock.go_to(bench.shown()->trace(),
                      scale.t(std::clamp(io.MousePos.x, scale.left, scale.right)));
    bench.selected_event.reset();
  } else if (panning && io.MouseDelta.x != 0) {
    bench.view.pan(-static_cast<double>(io.MouseDelta.x) / (scale.right - scale.left));
  }
  if (ImGui::IsItemDeactivated()) {
    bench.view.end_gesture();
  }
  if (wheel && ImGui::IsItemHovered()) {
    if (io.MouseWheel != 0) {
      bench.view.zoom(std::pow(1.25, static_cast<double>(io.MouseWheel)), scale.t(io.MousePos.x));
    }
    if (io.MouseWheelH != 0) {
      bench.view.pan(-0.1 * static_cast<double>(io.MouseWheelH));
    }
  }
}

} // namespace weir::viz
