#include "model/ticks.hpp"
#include "panels/chart_tracks.hpp"
#include "panels/panels.hpp"

#include <algorithm>
#include <cmath>

namespace weir::viz {

namespace {

float height_of(const ui& with, const track& what, float spare, float shares) {
  const float least = with.px(what.least_height);
  return std::floor(least + (shares > 0 ? spare * what.share / shares : 0));
}

/// A line of values under the mouse would cover the plot; a hair with its time is enough, the
/// values are one click away.
void draw_hair(ui& with, ImDrawList& to, const box& area, const time_scale& scale) {
  const ImVec2 mouse = ImGui::GetMousePos();
  if (!ImGui::IsWindowHovered(ImGuiHoveredFlags_ChildWindows) || !area.contains(mouse) ||
      mouse.x < scale.left) {
    return;
  }
  to.AddRectFilled({mouse.x, area.min.y}, {mouse.x + 1, area.max.y},
                   theme::faded(theme::soft_text, 0.5));
  const std::string text = format_time(scale.t(mouse.x), scale.range.length() / 1000);
  const ImVec2 size = text_size(with, text, with.fonts.small);
  const float left = std::min(mouse.x + with.px(8), area.max.x - size.x - with.px(8));
  const ImVec2 at{left, area.max.y - size.y - with.px(6)};
  ImDrawList& over = *ImGui::GetForegroundDrawList();
  over.AddRectFilled({at.x - with.px(4), at.y - with.px(2)},
                     {at.x + size.x + with.px(4), at.y + size.y + with.px(2)}, theme::raised,
                     with.px(3));
  draw_label(with, over, at, text, theme::text, with.fonts.small);
}

} // namespace

void draw_charts(ui& with, workbench& bench, ImVec2 size) {
  begin_panel(with, "charts", "", size, ImGuiWindowFlags_NoScrollbar);
  run* shown = bench.shown();
  std::vector<track> tracks =
      shown != nullptr ? tracks_of(shown->line(), track_request_of(bench)) : std::vector<track>{};
  if (tracks.empty()) {
    empty_state(with, shown == nullptr ? "No run yet" : "Nothing to chart",
                shown == nullptr
                    ? "The charts appear with the first run."
                    : "This run recorded no gauges, counters, outcomes or spans. The events tab "
                      "has all that happened.");
    end_panel();
    return;
  }
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const ImVec2 room = ImGui::GetContentRegionAvail();
  const float gutter = std::min(with.px(150), room.x * 0.28F);
  const float ruler = with.px(24);
  const float signs = sign_height(with, bench);
  const float gap = with.px(5);
  if (bench.screen.presenter) { // nobody scrolls in a lecture: as many as fit
    float needed = 0;
    const auto beyond = std::ranges::find_if(tracks, [&](const track& each) {
      needed += with.px(each.least_height) + gap;
      return needed > room.y - ruler - signs + gap;
    });
    tracks.erase(std::max(beyond, tracks.begin() + 1), tracks.end());
  }
  float least = 0;
  float shares = 0;
  for (const track& each : tracks) {
    least += with.px(each.least_height) + gap;
    shares += each.share;
  }
  const float spare = std::max(0.0F, room.y - ruler - signs - least);
  const time_scale scale{bench.view.view(), std::round(at.x + gutter), std::round(at.x + room.x)};

  ImGui::SetCursorScreenPos({at.x, at.y + signs});
  ImGui::BeginChild("tracks", {room.x, room.y - ruler - signs}, false,
                    spare > 0 ? ImGuiWindowFlags_NoScrollWithMouse | ImGuiWindowFlags_NoScrollbar
                              : ImGuiWindowFlags_NoScrollWithMouse);
  ImDrawList& to = *ImGui::GetWindowDrawList();
  const ImVec2 top = ImGui::GetCursorScreenPos();
  float y = top.y;
  const float scroll = ImGui::GetScrollMaxY() > 0 ? ImGui::GetStyle().ScrollbarSize : 0;
  time_scale inner = scale;
  inner.right -= scroll;
  for (const track& each : tracks) {
    const float height = height_of(with, each, spare, shares);
    const track_place where{{{at.x, y}, {inner.left - with.px(4), y + height}},
                            {{inner.left, y}, {inner.right, y + height}},
                            inner};
    if (ImGui::IsRectVisible(where.gutter.min, where.plot.max)) {
      draw_track(with, to, bench, *shown, bench.ghost(), each, where);
    }
    y += height + gap;
  }
  const box plot{{inner.left, top.y}, {inner.right, y - gap}};
  draw_moments(with, to, bench, plot, inner);
  time_mouse(with, bench, inner, "charts plot", plot, true);
  draw_hair(with, to, {{at.x, at.y + signs}, {inner.right, at.y + room.y - ruler}}, inner);
  if (signs == 0) {
    draw_signs(with, to, bench, {{inner.left, at.y}, {inner.right, at.y}}, inner);
  }
  ImGui::EndChild();
  if (signs > 0) { // outside of what scrolls
    draw_signs(with, *ImGui::GetWindowDrawList(), bench,
               {{inner.left, at.y}, {inner.right, at.y + signs}}, inner);
  }

  ImDrawList& below = *ImGui::GetWindowDrawList();
  const float line = at.y + room.y - ruler;
  draw_time_ruler(with, below, {{inner.left, line}, {inner.right, line + ruler}}, inner);
  if (bench.ghost() != nullptr) {
    const float middle = line + with.px(12);
    below.AddRectFilled({at.x + with.px(4), middle}, {at.x + with.px(22), middle + with.px(1.5F)},
                        theme::ghost);
    draw_label_within(with, below, {at.x + with.px(28), line + with.px(5)}, gutter - with.px(34),
                      "the run before", theme::soft_text, with.fonts.small);
  }
  end_panel();
}

} // namespace weir::viz
