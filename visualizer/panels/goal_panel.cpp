#include "model/ticks.hpp"
#include "panels/panels.hpp"

#include <weir/trace/text.hpp>

#include <chrono>
#include <cmath>
#include <string>

namespace weir::viz {

namespace {

/// A sign and a text that wraps beside it.
void draw_item(ui& with, icon sign, ImU32 colour, std::string_view text, std::string_view small) {
  ImDrawList& to = *ImGui::GetWindowDrawList();
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float indent = with.px(24);
  const float width = ImGui::GetContentRegionAvail().x - indent;
  draw_icon(to, sign, {at.x + with.px(8), at.y + with.fonts.body->FontSize / 2}, with.px(14),
            colour);
  float y = at.y;
  y = draw_wrapped(with, to, {at.x + indent, y}, width, text, theme::text).max.y;
  if (!small.empty()) {
    y = draw_wrapped(with, to, {at.x + indent, y + with.px(1)}, width, small, theme::soft_text,
                     with.fonts.small)
            .max.y;
  }
  ImGui::Dummy({indent + width, y - at.y + with.px(3)});
}

void draw_remark(const std::string& text) {
  ImGui::PushStyleColor(ImGuiCol_Text, theme::soft_text);
  ImGui::PushTextWrapPos(0);
  ImGui::TextUnformatted(text.c_str());
  ImGui::PopTextWrapPos();
  ImGui::PopStyleColor();
}

void draw_goals(ui& with, const run& shown) {
  for (const judged_goal& each : shown.goals()) {
    draw_item(with, each.met ? icon::check : icon::cross, each.met ? theme::closed : theme::open,
              each.text, each.remark.empty() ? (each.met ? "met" : "missed") : each.remark);
    note_widget(with, "goal: " + each.text, each.met ? "met" : "missed");
  }
}

std::string figures_of(const headline& seen) {
  const auto time = [](nanos length) {
    return trace::format_duration(std::chrono::nanoseconds{length});
  };
  std::string text = format_number(seen.throughput_per_s) + " /s done";
  if (seen.p50 && seen.p99) {
    text += ", p50 " + time(*seen.p50) + ", p99 " + time(*seen.p99);
  }
  if (seen.error_share > 0) {
    const double percent = seen.error_share * 100; // no point: a line would break there
    text += ", " + (percent >= 10 ? std::to_string(std::lround(percent)) : format_number(percent)) +
            " % not ok";
  }
  return text;
}

void draw_end(ui& with, const run& shown) {
  if (shown.healthy()) {
    return;
  }
  for (const mark& each : shown.line().promises_broken()) {
    draw_item(with, icon::cross, theme::open, "A promise was broken", each.text);
    note_widget(with, "broken promise", each.text);
  }
  if (shown.line().promises_broken().empty()) {
    const std::string how =
        shown.ended().empty() ? "without a word: the trace breaks off" : shown.ended();
    draw_item(with, icon::cross, theme::open, "The run ended: " + how, shown.message());
  }
}

void draw_advice(ui& with, workbench& bench, const run& shown) {
  int number = 0;
  for (const advice& each : shown.warnings()) {
    const bool grave = each.weight != urgency::hint;
    std::string small = each.evidence;
    if (!each.try_this.empty()) {
      small += (small.empty() ? "" : "\n") + each.try_this;
    }
    draw_item(with, grave ? icon::warning : icon::circle,
              each.weight == urgency::wrong ? theme::open
              : grave                       ? theme::timeout
                                            : theme::strong_line,
              each.text, small);
    note_widget(with, "advice: " + std::string{each.rule}, each.text);
    if (!each.knob.empty() && bench.live()) {
      ImGui::SetCursorPosX(ImGui::GetCursorPosX() + with.px(24));
      const button_look look{.sign = icon::knob,
                             .text = each.knob,
                             .enabled = true,
                             .chosen = bench.highlighted_knob == each.knob,
                             .width = 0,
                             .colour = theme::text};
      if (draw_button(with, "show knob " + std::string{each.knob} + " " + std::to_string(number++),
                      look, "Shows this knob above.")) {
        bench.highlighted_knob = each.knob;
      }
    }
  }
}

} // namespace

void draw_goal(ui& with, workbench& bench, ImVec2 size) {
  begin_panel(with, "goal", "Goal and advice", size);
  const run* shown = bench.shown();
  if (shown == nullptr) {
    empty_state(with, "No run yet", "Goals are judged with the first run.");
    end_panel();
    return;
  }
  draw_end(with, *shown);
  draw_goals(with, *shown);
  if (shown->figures().ended > 0) {
    draw_remark(figures_of(shown->figures()));
  }
  if (shown->warnings().empty() && shown->healthy()) {
    draw_remark("Nothing stands out in this run.");
  }
  draw_advice(with, bench, *shown);
  end_panel();
}

} // namespace weir::viz
