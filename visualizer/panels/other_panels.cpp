#include "panels/panels.hpp"

namespace weir::viz {
void draw_lanes(ui& with, workbench&, ImVec2 size) {
  begin_panel(with, "lanes", "Lanes", size);
  end_panel();
}

void draw_events(ui& with, workbench&, ImVec2 size) {
  begin_panel(with, "events", "Events", size);
  end_panel();
}

void draw_knobs(ui& with, workbench&, ImVec2 size) {
  begin_panel(with, "knobs", "Knobs", size);
  end_panel();
}

void draw_goal(ui& with, workbench&, ImVec2 size) {
  begin_panel(with, "goal", "Goal", size);
  end_panel();
}

void draw_compare(ui& with, workbench&, ImVec2 size) {
  begin_panel(with, "compare", "Compare", size);
  end_panel();
}

void draw_sweep(ui& with, workbench&, ImVec2 size) {
  begin_panel(with, "sweep", "Sweep", size);
  end_panel();
}
} // namespace weir::viz
