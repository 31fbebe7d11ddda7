#include "panels/lane_parts.hpp"
#include "panels/panels.hpp"
#include "panels/span_lanes_panel.hpp"
#include "panels/task_lanes_panel.hpp"

namespace weir::viz {

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
  draw_time_list(with, bench, "lanes list", 150, [&](const time_scale& scale) {
    if (by_task) {
      draw_task_rows(with, bench, scale);
    } else {
      draw_span_rows(with, bench, scale);
    }
  });
  end_panel();
}

} // namespace weir::viz
