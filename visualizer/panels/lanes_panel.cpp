#include "panels/panels.hpp"
#include "panels/span_lanes_panel.hpp"
#include "panels/task_lanes_panel.hpp"
#include "panels/time_plot.hpp"

#include <imgui_internal.h>

#include <cmath>

namespace weir::viz {

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

void draw_lanes(ui& with, workbench& bench, ImVec2 size) {
  begin_panel(with, "lanes", "", size, ImGuiWindowFlags_NoScrollbar);
  const run* shown = bench.shown();
  if (shown == nullptr || (shown->line().spans().empty() && shown->line().tasks().all().empty())) {
    empty_state(with, shown == nullptr ? "No run yet" : "No spans and no tasks in this run",
                shown == nullptr ? "Lanes appear with the first run."
                                 : "Lanes show requests with their attempts, or tasks. This run "
                                   "recorded none of them.");
    end_panel();
    return;
  }
  const bool by_task = shown->line().spans().empty();
  if (by_task) {
    draw_task_legend(with, shown->line());
  } else {
    draw_span_legend(with, shown->line());
  }
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const ImVec2 room = ImGui::GetContentRegionAvail();
  const float gutter = std::min(with.px(150), room.x * 0.28F);
  const float ruler = with.px(24);
  const float signs = sign_height(with, bench);
  const time_scale scale{bench.view.view(), std::round(at.x + gutter),
                         std::round(at.x + room.x - ImGui::GetStyle().ScrollbarSize)};
  const bool zooming = ImGui::GetIO().KeyShift || ImGui::GetIO().KeyCtrl;
  if (signs > 0) {
    draw_signs(with, *ImGui::GetWindowDrawList(), bench,
               {{scale.left, at.y}, {scale.right, at.y + signs}}, scale);
    ImGui::SetCursorScreenPos({at.x, at.y + signs});
  }
  ImGui::BeginChild("lanes list", {room.x, room.y - ruler - signs}, false,
                    zooming ? ImGuiWindowFlags_NoScrollWithMouse : 0);
  const ImRect clip = ImGui::GetCurrentWindow()->InnerClipRect;
  draw_ground(with, *ImGui::GetWindowDrawList(),
              {{scale.left, clip.Min.y}, {scale.right, clip.Max.y}}, theme::plot);
  draw_grid(with, *ImGui::GetWindowDrawList(),
            {{scale.left, clip.Min.y}, {scale.right, clip.Max.y}}, scale);
  if (by_task) {
    draw_task_rows(with, bench, scale);
  } else {
    draw_span_rows(with, bench, scale);
  }
  draw_moments(with, *ImGui::GetWindowDrawList(), bench,
               {{scale.left, clip.Min.y}, {scale.right, clip.Max.y}}, scale);
  lanes_mouse(bench, scale);
  ImGui::EndChild();
  note_widget(with, "lanes list");
  draw_time_ruler(with, *ImGui::GetWindowDrawList(),
                  {{scale.left, at.y + room.y - ruler}, {scale.right, at.y + room.y}}, scale);
  end_panel();
}

} // namespace weir::viz
