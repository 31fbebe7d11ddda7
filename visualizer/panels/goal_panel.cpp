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

struct verdict {
  const char* word;
  icon sign;
  ImU32 colour;
};

verdict verdict_of(const judged_goal& goal) {
  if (goal.met) {
    return {"met", icon::check, theme::closed};
  }
  // What cannot be judged is not missed either.
  return goal.remark.empty() ? verdict{"missed", icon::cross, theme::open}
                             : verdict{"not judged", icon::help, theme::timeout};
}

void draw_goals(ui& with, const run& shown, bool live) {
  for (const judged_goal& each : shown.goals()) {
    const verdict how = verdict_of(each);
    std::string small = how.word;
    for (const std::string& more : {each.seen, each.remark}) {
      small += more.empty() ? "" : ": " + more;
    }
    draw_item(with, how.sign, how.colour, each.text, small);
    note_widget(with, "goal: " + each.text, small);
  }
  if (shown.goals().empty() && live) {
    remark(with, "This scene sets no goal.");
  }
}

/// A line does not break between a number and its unit.
std::string unbroken(std::string text) {
  for (auto at = text.find(' '); at != std::string::npos; at = text.find(' ', at)) {
    text.replace(at, 1, "\u00a0");
  }
  return text;
}

std::string figures_of(const headline& seen) {
  const auto time = [](nanos length) {
    return trace::format_duration(std::chrono::nanoseconds{length});
  };
  std::string text = format_number(seen.throughput_per_s) + "\u00a0/s done";
  if (seen.p50 && seen.p99) {
    text += ", p50\u00a0" + unbroken(time(*seen.p50)) + ", p99\u00a0" + unbroken(time(*seen.p99));
  }
  if (seen.error_share > 0) {
    const long percent = std::lround(seen.error_share * 100); // no point: a line would break there
    text += ", " + (percent > 0 ? std::to_string(percent) : "under\u00a01") +
            "\u00a0%\u00a0not\u00a0ok";
  }
  return text;
}

void draw_end(ui& with, workbench& bench, const run& shown) {
  if (shown.healthy()) {
    return;
  }
  for (const mark& each : shown.line().promises_broken()) {
    draw_item(with, icon::cross, theme::open, "A promise was broken", each.text);
    note_widget(with, "broken promise", each.text);
    ImGui::SetCursorPosX(ImGui::GetCursorPosX() + with.px(24));
    const std::string when = "at " + format_time(each.t_ns);
    if (draw_button(with, "go to promise " + std::to_string(each.event),
                    {.sign = icon::flag, .text = when}, "Moves the cursor to that moment.")) {
      bench.select_event(each.event);
    }
  }
  if (shown.line().promises_broken().empty()) {
    const std::string how = shown.ended().empty() ? "The trace breaks off: how the run ended is "
                                                    "not known"
                                                  : "The run ended: " + shown.ended();
    draw_item(with, icon::cross, theme::open, how, shown.message());
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
                             .chosen = bench.screen.highlighted_knob == each.knob,
                             .width = 0,
                             .colour = theme::text};
      if (draw_button(with, "show knob " + std::string{each.knob} + " " + std::to_string(number++),
                      look, "Shows this knob.")) {
        bench.screen.highlighted_knob = each.knob;
        bench.screen.scroll_to_knob = true;
        bench.screen.tab =
            bench.screen.tab == tab::goal ? tab::knobs : bench.screen.tab; // where both are tabs
        bench.screen.second_tab =
            bench.screen.second_tab == tab::goal ? tab::knobs : bench.screen.second_tab;
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
  draw_end(with, bench, *shown);
  draw_goals(with, *shown, bench.live());
  if (shown->figures().ended > 0) {
    remark(with, figures_of(shown->figures()));
  }
  if (shown->warnings().empty() && shown->healthy()) {
    remark(with, "Nothing stands out in this run.");
  }
  draw_advice(with, bench, *shown);
  with.side.goal = ImGui::GetCursorPosY() + ImGui::GetScrollY() + with.px(9);
  end_panel();
}

} // namespace weir::viz
