#include "model/ticks.hpp"
#include "panels/panels.hpp"
#include "panels/time_plot.hpp"

#include <array>
#include <cmath>
#include <string>

namespace weir::viz {

namespace {

/// The next item goes on the same line if `width` is left on it; else on a new one.
void flow_on(const ui& with, float width, bool group = false) {
  const float gap = group ? with.px(16) : with.px(4);
  const float end = ImGui::GetItemRectMax().x + gap + width;
  const float edge = ImGui::GetWindowPos().x + ImGui::GetWindowContentRegionMax().x;
  if (end <= edge) {
    ImGui::SameLine(0, gap);
  }
}

/// The whole run as a strip: what part the charts show, where the breaker opened, where the cursor
/// is.
void draw_scrubber(ui& with, workbench& bench, const box& area) {
  ImDrawList& to = *ImGui::GetWindowDrawList();
  const run* shown = bench.shown();
  const float middle = area.centre().y;
  const time_scale scale{bench.view.whole(), area.min.x + with.px(6), area.max.x - with.px(6)};
  const box strip{{scale.left, middle - with.px(4)}, {scale.right, middle + with.px(4)}};
  to.AddRectFilled(strip.min, strip.max, theme::raised, with.px(4));
  if (shown == nullptr) {
    return;
  }
  const time_range view = bench.view.view();
  const bool part = !bench.view.fitted();
  to.AddRectFilled({scale.x(view.from_ns), strip.min.y}, {scale.x(view.to_ns), strip.max.y},
                   part ? theme::strong_line : theme::hovered, with.px(4));
  for (const transition& each : bench.transitions()) {
    const float x = std::round(scale.x(each.t_ns));
    to.AddRectFilled({x, strip.min.y - with.px(3)}, {x + with.px(1), strip.max.y + with.px(3)},
                     theme::soft_text);
  }
  for (const nanos each : bench.markers) {
    draw_icon(to, icon::flag, {scale.x(each) + with.px(3), middle - with.px(5)}, with.px(11),
              theme::accent);
  }
  for (const mark& each : shown->line().promises_broken()) {
    draw_icon(to, icon::cross, {scale.x(each.t_ns), middle}, with.px(13), theme::open);
  }
  const float x = scale.x(bench.clock.at().t_ns);
  to.AddCircleFilled({x, middle}, with.px(7), theme::accent, 20);
  to.AddCircleFilled({x, middle}, with.px(3), theme::ground, 12);
  time_mouse(with, bench, scale, "scrubber", area, false);
  tooltip(with, "The whole run. Click or drag to move the cursor; the lighter part is what the "
                "charts show.");
}

void draw_speeds(ui& with, workbench& bench) {
  constexpr std::array names{"0.1x", "0.5x", "1x", "4x", "16x"};
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto what = static_cast<action>(static_cast<std::size_t>(action::speed_1) + i);
    flow_on(with, with.px(44), i == 0);
    action_button(with, what, names[i], true,
                  std::abs(bench.clock.speed() - transport::key_speeds[i]) < 1e-9);
  }
}

void draw_play(ui& with, workbench& bench) {
  const bool any = bench.shown() != nullptr;
  const float button = sign_button_width(with);
  constexpr std::array before{action::to_start, action::back_second, action::back_tenth,
                              action::previous_event};
  constexpr std::array after{action::next_event, action::forward_tenth, action::forward_second,
                             action::to_end};
  for (const action each : before) {
    if (each != action::to_start) {
      flow_on(with, button);
    }
    action_button(with, each, {}, any);
  }
  flow_on(with, with.px(92));
  const action_info& info = info_of(action::play_pause);
  const button_look look{.sign = bench.clock.playing() ? icon::pause : icon::play,
                         .text = bench.clock.playing() ? "Pause" : "Play",
                         .enabled = any,
                         .chosen = bench.clock.playing(),
                         .width = 92,
                         .colour = theme::text};
  if (draw_button(with, info.name, look, "Play or pause  [Space]\nRuns the clock, or stops it.")) {
    with.actions.push_back(action::play_pause);
  }
  for (const action each : after) {
    flow_on(with, button);
    action_button(with, each, {}, any);
  }
  flow_on(with, 2 * button, true);
  const bool transitions = !bench.transitions().empty();
  action_button(with, action::previous_transition, {}, transitions);
  flow_on(with, button);
  action_button(with, action::next_transition, {}, transitions);
}

void draw_view_buttons(ui& with, workbench& bench) {
  const bool any = bench.shown() != nullptr;
  const float button = sign_button_width(with);
  flow_on(with, 6 * button, true);
  action_button(with, action::zoom_out, {}, any && !bench.view.fitted());
  flow_on(with, button);
  action_button(with, action::zoom_in, {}, any);
  flow_on(with, button);
  action_button(with, action::pan_left, {}, any && !bench.view.fitted());
  flow_on(with, button);
  action_button(with, action::pan_right, {}, any && !bench.view.fitted());
  flow_on(with, button);
  action_button(with, action::fit, {}, any && !bench.view.fitted());
  flow_on(with, button);
  action_button(with, action::undo_zoom, {}, bench.view.can_undo());
  flow_on(with, button, true);
  action_button(with, action::marker, {}, any);
  flow_on(with, with.px(80));
  const bool runs = bench.live() && !bench.session_over() && !bench.scene().info.id.empty();
  action_button(with, action::rerun, "Rerun", runs);
  if (with.filter_shown) { // the events have these two beside their text
    return;
  }
  flow_on(with, 2 * button, true);
  action_button(with, action::filter, {}, any);
  flow_on(with, button);
  action_button(with, action::clear, {}, bench.screen.can_clear());
}

/// Where the cursor is and how long the run; returns where the texts end.
float draw_time(ui& with, const workbench& bench, ImVec2 at, float row) {
  ImDrawList& to = *ImGui::GetWindowDrawList();
  const bool any = bench.shown() != nullptr;
  // Milliseconds are enough for a run of seconds, and not for one of milliseconds.
  const nanos whole_run = any ? bench.view.whole().to_ns : 1'000'000'000;
  const nanos resolution = whole_run >= 1'000'000'000 ? 1'000'000
                           : whole_run >= 1'000'000   ? 1'000
                                                      : 1;
  const std::string whole = format_time(whole_run, resolution);
  // As wide as the longest it will be, so that the strip beside it keeps still.
  const float digits = text_size(with, whole, with.fonts.title).x + with.px(1);
  draw_label(with, to, {at.x + digits, at.y + (row - with.fonts.title->FontSize) / 2},
             format_time(bench.clock.at().t_ns, resolution), any ? theme::text : theme::soft_text,
             with.fonts.title, align::right);
  const box of = draw_label(
      with, to,
      {at.x + digits + with.px(6), at.y + (row - with.fonts.small->FontSize) / 2 + with.px(2)},
      any ? "of " + whole : "no run yet", theme::soft_text, with.fonts.small);
  return of.max.x;
}

} // namespace

void draw_transport(ui& with, workbench& bench) {
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {with.px(4), with.px(5)});
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x;
  const float row = with.px(26);
  const float left = draw_time(with, bench, at, row) + with.px(10);
  draw_scrubber(with, bench, {{left, at.y}, {at.x + width, at.y + row}});
  ImGui::SetCursorScreenPos({at.x, at.y + row + with.px(3)});
  draw_play(with, bench);
  draw_speeds(with, bench);
  if (!bench.screen.presenter ||
      width >= with.px(1160)) { // a lecture has no second row to give away
    draw_view_buttons(with, bench);
  }
  with.transport_height = ImGui::GetItemRectMax().y - at.y;
  ImGui::PopStyleVar();
}

} // namespace weir::viz
