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

namespace {

/// Where the recorder left events out: nothing that is drawn there is known.
void draw_gap(const ui& with, ImDrawList& to, const run& shown, const mark& gap, const box& area,
              const time_scale& scale) {
  const auto events = shown.trace().events();
  const nanos from = gap.event > 0 ? events[gap.event - 1].t_ns : 0;
  const float left = std::clamp(scale.x(from), area.min.x, area.max.x);
  const float right = std::clamp(scale.x(gap.t_ns), area.min.x, area.max.x);
  if (right > left) {
    to.AddRectFilled({left, area.min.y}, {right, area.max.y}, theme::faded(theme::plot, 0.75));
    draw_pattern(to, pattern::rising, {left, area.min.y}, {right, area.max.y},
                 theme::faded(theme::ghost, 0.5), with.px(9));
  }
  if (in_view(scale, gap.t_ns)) {
    draw_dashed(with, to, scale.x(gap.t_ns), area, theme::ghost);
  }
}

/// Signs side by side in the strip; none reaches over its ends.
class sign_row {
public:
  /// At `taken_x` stands the cursor's head: what belongs there stands beside it.
  sign_row(ui& with, ImDrawList& to, const box& strip, float taken_x)
      : with_(with), to_(to), strip_(strip), taken_x_(taken_x) {}

  void draw(float x, icon what, ImU32 colour, std::string_view tip) {
    const float half = with_.px(9);
    const float apart = with_.px(14);
    if (std::abs(x - taken_x_) < apart) {
      const bool left = x < taken_x_ || taken_x_ + apart + half > strip_.max.x;
      x = left ? taken_x_ - apart : taken_x_ + apart;
    }
    const ImVec2 centre{std::clamp(x, strip_.min.x + half, strip_.max.x - half), strip_.centre().y};
    draw_icon(to_, what, centre, with_.px(12), colour);
    hint(with_, {{centre.x - half, strip_.min.y}, {centre.x + half, strip_.max.y}}, tip);
    free_from_ = std::max(free_from_, centre.x + half);
  }

  /// Right of the sign just drawn, or left of it where there is no room.
  void label(std::string_view text, std::string_view tip) {
    const ImVec2 size = text_size(with_, text, with_.fonts.small);
    const bool right = free_from_ + size.x <= strip_.max.x;
    const float left = right ? free_from_ : free_from_ - with_.px(20) - size.x;
    if (left < strip_.min.x) {
      return;
    }
    const box drawn = draw_label(with_, to_, {left, strip_.centre().y - size.y / 2}, text,
                                 theme::text, with_.fonts.small);
    hint(with_, drawn, tip);
  }

private:
  ui& with_;
  ImDrawList& to_;
  box strip_;
  float taken_x_;
  float free_from_ = 0;
};

void draw_cursor_head(ui& with, ImDrawList& to, const box& strip, const time_scale& scale,
                      nanos now) {
  if (in_view(scale, now)) {
    const float x = std::min(scale.x(now), strip.max.x - with.px(2));
    const float top = std::max(strip.min.y, strip.max.y - with.px(8));
    const float left = std::max(x - with.px(5), strip.min.x);
    const float right = std::min(x + with.px(6.5F), strip.max.x);
    to.AddTriangleFilled({left, top}, {right, top}, {x + with.px(0.75F), top + with.px(8)},
                         theme::accent);
    return;
  }
  const bool before = now < scale.range.from_ns;
  const float x = before ? strip.min.x + with.px(8) : strip.max.x - with.px(8);
  const ImVec2 centre{x, std::max(strip.centre().y, strip.min.y + with.px(8))};
  to.AddCircleFilled(centre, with.px(8), theme::raised, 20);
  draw_icon(to, before ? icon::left : icon::right, centre, with.px(10), theme::accent);
  hint(with,
       {{centre.x - with.px(8), centre.y - with.px(8)},
        {centre.x + with.px(8), centre.y + with.px(8)}},
       "The cursor is at " + format_time(now) + (before ? ", before" : ", after") +
           " what is in view.");
}

} // namespace

void draw_moments(ui& with, ImDrawList& to, const workbench& bench, const box& area,
                  const time_scale& scale) {
  const run* shown = bench.shown();
  if (shown == nullptr) {
    return;
  }
  for (const mark& each : shown->line().gaps()) {
    draw_gap(with, to, *shown, each, area, scale);
  }
  for (const nanos each : bench.markers) {
    if (in_view(scale, each)) {
      draw_dashed(with, to, scale.x(each), area, theme::accent);
    }
  }
  // Wider than the cursor, which stands at the same moment when a failure is replayed.
  for (const mark& each : shown->line().promises_broken()) {
    if (in_view(scale, each.t_ns)) {
      const float x = std::min(scale.x(each.t_ns), area.max.x - with.px(4));
      draw_vertical(to, x - with.px(1.5F), area, theme::open, with.px(4.5F));
    }
  }
  if (const nanos now = bench.clock.at().t_ns; in_view(scale, now)) {
    const float x = std::min(scale.x(now), area.max.x - with.px(2));
    draw_vertical(to, x, area, theme::accent, std::max(1.0F, with.px(1.5F)));
  }
}

float sign_height(const ui& with, const workbench& bench) {
  const run* shown = bench.shown();
  const bool any = shown != nullptr && (!bench.markers.empty() || !shown->line().gaps().empty() ||
                                        !shown->line().promises_broken().empty());
  return any ? std::round(with.px(19)) : 0;
}

void draw_signs(ui& with, ImDrawList& to, const workbench& bench, const box& strip,
                const time_scale& scale) {
  const run* shown = bench.shown();
  if (shown == nullptr) {
    return;
  }
  if (strip.height() > 0) {
    sign_row row{with, to, strip, scale.x(bench.clock.at().t_ns)};
    for (const mark& each : shown->line().gaps()) {
      if (in_view(scale, each.t_ns)) {
        row.draw(scale.x(each.t_ns), icon::warning, theme::ghost,
                 count_text(static_cast<std::uint64_t>(each.amount)) +
                     " events are left out before this: the recorder was full.");
      }
    }
    for (const nanos each : bench.markers) {
      if (in_view(scale, each)) {
        row.draw(scale.x(each) + with.px(4), icon::flag, theme::accent,
                 "Marker at " + format_time(each));
      }
    }
    for (const mark& each : shown->line().promises_broken()) {
      if (in_view(scale, each.t_ns)) {
        const std::string tip = "Broken promise: " + std::string{each.text};
        row.draw(scale.x(each.t_ns), icon::cross, theme::open, tip);
        if (bench.markers.empty() && shown->line().promises_broken().size() == 1) {
          row.label("broken promise", tip);
        }
      }
    }
  }
  draw_cursor_head(with, to, strip, scale, bench.clock.at().t_ns);
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
    bench.screen.selected_event.reset();
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
