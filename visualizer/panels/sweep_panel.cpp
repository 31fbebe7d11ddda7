#include "panels/panels.hpp"
#include "panels/sweep_curves.hpp"
#include "session/knob_steps.hpp"

#include <algorithm>
#include <string>

namespace weir::viz {

namespace {

void draw_controls(ui& with, workbench& bench) {
  const auto& knobs = bench.scene().knobs;
  bench.screen.sweep_knob = std::min(bench.screen.sweep_knob, knobs.size() - 1);
  if (knobs[bench.screen.sweep_knob].info.kind == knob_kind::choice) { // no range to go over
    const auto first = std::ranges::find_if(
        knobs, [](const knob_value& each) { return each.info.kind != knob_kind::choice; });
    bench.screen.sweep_knob = first != knobs.end() ? static_cast<std::size_t>(first - knobs.begin())
                                                   : bench.screen.sweep_knob;
  }
  const std::string current = knobs[bench.screen.sweep_knob].info.name;
  ImGui::AlignTextToFramePadding();
  ImGui::TextColored(ImGui::ColorConvertU32ToFloat4(theme::soft_text), "Sweep");
  ImGui::SameLine();
  ImGui::SetNextItemWidth(with.px(190));
  if (ImGui::BeginCombo("##knob", current.c_str())) {
    for (std::size_t i = 0; i < knobs.size(); ++i) {
      if (knobs[i].info.kind != knob_kind::choice &&
          ImGui::Selectable(knobs[i].info.name.c_str(), i == bench.screen.sweep_knob)) {
        bench.screen.sweep_knob = i;
      }
      note_widget(with, "sweep " + knobs[i].info.name);
    }
    ImGui::EndCombo();
  }
  note_widget(with, "sweep knob");
  tooltip(with, "Which knob goes over its whole range, the others as they are.");
  ImGui::SameLine();
  if (bench.sweep().running()) {
    if (draw_button(with, "stop sweep", {.sign = icon::close, .text = "Stop", .width = 90},
                    "Keeps what has come in so far.")) {
      bench.stop_sweep();
    }
  } else if (draw_button(
                 with, "start sweep",
                 {.sign = icon::play, .text = "Run sweep", .enabled = !bench.session_over()},
                 "Runs the scene once for each of " +
                     std::to_string(sweep_count(knobs[bench.screen.sweep_knob].info)) +
                     " values, with the same seed.")) {
    bench.start_sweep();
  }
  ImGui::SameLine();
  ImGui::AlignTextToFramePadding();
  if (bench.sweep().running()) {
    const std::string text =
        std::to_string(bench.sweep().done()) + " of " + std::to_string(bench.sweep().total());
    ImGui::TextUnformatted(text.c_str());
  } else {
    ImGui::NewLine();
  }
}

/// Why there are no curves.
void draw_nothing(ui& with, const workbench& bench) {
  if (bench.sweep().running()) {
    return empty_state(with, "The first run is on its way",
                       "The curves grow with each run that ends.");
  }
  if (!bench.sweep().failures().empty()) {
    return empty_state(with, "Every run failed",
                       "The first one: " + bench.sweep().failures().front().why);
  }
  empty_state(with, "Not swept yet",
              "One knob over its range: throughput and latency against it, the knee, what Little's "
              "law asks for, and where the goals are met.");
}

} // namespace

void draw_sweep(ui& with, workbench& bench, ImVec2 size) {
  begin_panel(with, "sweep", "", size, ImGuiWindowFlags_NoScrollbar);
  if (!bench.live() || bench.scene().knobs.empty()) {
    empty_state(with, bench.live() ? "No knobs to sweep" : "A recorded run has no knobs to turn",
                bench.live() ? "This scene declares none."
                             : "Open its scene with `weir viz` to run it over a knob's range.");
    end_panel();
    return;
  }
  const bool ranges = std::ranges::any_of(bench.scene().knobs, [](const knob_value& each) {
    return each.info.kind != knob_kind::choice;
  });
  if (!ranges) {
    empty_state(with, "No knob to sweep", "This scene's knobs are choices: none has a range.");
    end_panel();
    return;
  }
  draw_controls(with, bench);
  const sweep_result* seen = bench.sweep().result();
  if (seen == nullptr || seen->points.empty() || bench.sweep().knob() == nullptr) {
    draw_nothing(with, bench);
  } else {
    draw_sweep_curves(with, bench, *seen);
  }
  end_panel();
}

} // namespace weir::viz
