#include "panels/panels.hpp"

#include <algorithm>
#include <cmath>
#include <string>

namespace weir::viz {

namespace {

std::string_view label_of(submission which) {
  switch (which) {
  case submission::starter:
    return "Starter";
  case submission::solution:
    return "Solution";
  case submission::other:
    return "Other file";
  case submission::mine:
    break;
  }
  return "Your code";
}

std::string_view tip_of(submission which) {
  switch (which) {
  case submission::starter:
    return "The starter, as the exercise hands it out.";
  case submission::solution:
    return "The model solution.";
  case submission::other:
    return "The other file that was named on the command line.";
  case submission::mine:
    break;
  }
  return "Your file in the workspace. It is rebuilt whenever you save it.";
}

/// The menu of scenes: every chapter, the starter and the solution.
void draw_menu(ui& with, workbench& bench, ImVec2 below) {
  if (!bench.screen.menu_open) {
    return;
  }
  const ImVec2 whole = ImGui::GetIO().DisplaySize;
  ImGui::SetNextWindowPos(below);
  ImGui::SetNextWindowSizeConstraints({with.px(380), with.px(60)},
                                      {with.px(520), whole.y - below.y - with.px(20)});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {with.px(12), with.px(10)});
  ImGui::PushStyleColor(ImGuiCol_WindowBg, theme::panel); // its buttons are raised
  ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 1);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, with.px(6));
  ImGui::Begin("scenes", nullptr,
               ImGuiWindowFlags_NoTitleBar | ImGuiWindowFlags_NoResize |
                   ImGuiWindowFlags_NoCollapse | ImGuiWindowFlags_NoMove |
                   ImGuiWindowFlags_AlwaysAutoResize | ImGuiWindowFlags_NoSavedSettings |
                   ImGuiWindowFlags_NoNav);
  std::string chapter;
  for (const scene_entry& each : bench.scenes()) {
    if (each.chapter != chapter) {
      chapter = each.chapter;
      remark(with, chapter, theme::soft_text, with.fonts.bold);
    }
    const float width = with.px(210);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    draw_label_within(with, *ImGui::GetWindowDrawList(), {at.x, at.y + with.px(5)}, width,
                      each.title, theme::text);
    ImGui::Dummy({width, ImGui::GetFrameHeight()});
    tooltip(with, each.title + "\n" + each.id);
    ImGui::SameLine(width + with.px(24));
    for (const submission which : each.codes) {
      const bool current = each.id == bench.scene().info.id && which == bench.scene().code;
      const button_look look{.sign = icon::none,
                             .text = label_of(which),
                             .enabled = true,
                             .chosen = current,
                             .width = 0,
                             .colour = theme::text};
      if (draw_button(with, "open " + each.id + " " + std::string{name_of(which)}, look,
                      "Opens this scene. " + std::string{tip_of(which)})) {
        bench.open_scene(each.id, which);
        bench.screen.menu_open = false;
      }
      ImGui::SameLine();
    }
    ImGui::NewLine();
  }
  if (bench.scenes().empty()) {
    remark(with, "There are no scenes to open.");
  }
  const bool elsewhere = !ImGui::IsWindowHovered(ImGuiHoveredFlags_AllowWhenBlockedByActiveItem) &&
                         ImGui::IsMouseClicked(0) && ImGui::GetMousePos().y > below.y;
  ImGui::End();
  ImGui::PopStyleVar(3);
  ImGui::PopStyleColor();
  if (elsewhere) {
    bench.screen.menu_open = false;
  }
}

void draw_codes(ui& with, workbench& bench) {
  for (const submission which : bench.scene().codes) {
    const button_look look{.sign = icon::none,
                           .text = label_of(which),
                           .enabled = !bench.session_over(),
                           .chosen = which == bench.scene().code,
                           .width = 0,
                           .colour = theme::text};
    if (draw_button(with, "show " + std::string{name_of(which)}, look, tip_of(which))) {
      bench.show_code(which);
    }
    ImGui::SameLine(0, with.px(4));
  }
}

/// What the run is, in small print under the title: seed, length, how it ended.
std::string small_print(const workbench& bench) {
  const run* shown = bench.shown();
  if (shown == nullptr) {
    return bench.waiting() ? "running the scene" : "";
  }
  std::string text = "seed " + std::to_string(shown->seed());
  if (!shown->ended().empty()) {
    text += ", " + shown->ended();
  }
  text += ", " + count_text(shown->trace().size()) + " events";
  if (shown->recording().truncated) {
    text += ", the file breaks off early";
  }
  return text;
}

std::string percent_of(const workbench& bench) {
  return std::to_string(std::lround(bench.screen.text_scale * 100)) + " %";
}

float right_buttons_width(const ui& with, const workbench& bench) {
  const float percent = text_size(with, percent_of(bench)).x + 2 * ImGui::GetStyle().FramePadding.x;
  return 5 * sign_button_width(with) + percent + with.px(3 * 4 + 2 * 12);
}

void draw_right_buttons(ui& with, workbench& bench) {
  const float gap = with.px(4);
  action_button(with, action::copy_command);
  ImGui::SameLine(0, with.px(12));
  action_button(with, action::scale_down);
  ImGui::SameLine(0, gap);
  action_button(with, action::scale_reset, percent_of(bench));
  ImGui::SameLine(0, gap);
  action_button(with, action::scale_up);
  ImGui::SameLine(0, with.px(12));
  action_button(with, action::presenter, {}, true, bench.screen.presenter);
  ImGui::SameLine(0, gap);
  action_button(with, action::help, {}, true, bench.screen.help_open);
}

/// A run that takes a moment is no news; one that takes longer is.
bool waits_long(ui& with, const workbench& bench) {
  constexpr double patience = 0.5; // seconds
  if (!bench.waiting()) {
    with.waiting_since = -1;
    return false;
  }
  if (with.waiting_since < 0) {
    with.waiting_since = ImGui::GetTime();
  }
  const double waited = ImGui::GetTime() - with.waiting_since;
  if (waited < patience) {
    with.wake_in(patience - waited + 0.01);
  }
  return waited >= patience;
}

void draw_title(ui& with, const workbench& bench, ImVec2 at, float width) {
  ImDrawList& to = *ImGui::GetWindowDrawList();
  const std::string title = bench.title();
  const std::string small =
      waits_long(with, bench) ? "the next run is on its way" : small_print(bench);
  const box drawn = draw_label_within(with, to, at, width, title, theme::text, with.fonts.title);
  hint(with, drawn, small.empty() ? title : title + "\n" + small);
  const float after = drawn.max.x + with.px(14);
  if (at.x + width - after > with.px(120)) {
    draw_label_within(with, to, {after, drawn.max.y - with.fonts.small->FontSize - with.px(2)},
                      at.x + width - after, small, theme::soft_text, with.fonts.small);
  }
}

/// A notice goes away by itself.
void expire_notice(ui& with, workbench& bench) {
  constexpr double seconds = 6;
  if (with.notice != bench.screen.notice) {
    with.notice = bench.screen.notice;
    with.notice_until = ImGui::GetTime() + seconds;
  }
  if (!with.notice.empty()) {
    const double left = with.notice_until - ImGui::GetTime();
    if (left <= 0) {
      bench.screen.notice.clear();
    } else {
      with.wake_in(left + 0.01);
    }
  }
}

/// What to watch, or for a moment what has just been done, in the room of the larger of the two:
/// the panels below keep still.
void draw_caption(ui& with, workbench& bench, float width) {
  expire_notice(with, bench);
  const std::string caption = bench.caption();
  const bool notice = !bench.screen.notice.empty();
  const std::string& told = notice ? bench.screen.notice : caption;
  if (told.empty()) {
    return;
  }
  const box drawn = draw_wrapped(with, *ImGui::GetWindowDrawList(), ImGui::GetCursorScreenPos(),
                                 width, told, notice ? theme::text : theme::soft_text);
  ImGui::Dummy({width, std::max(drawn.height(), wrapped_size(with, caption, width).y)});
  note_widget(with, notice ? "notice" : "caption", told);
}

} // namespace

void draw_header(ui& with, workbench& bench) {
  const ImVec2 start = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x;
  if (bench.live()) {
    const button_look look{.sign = icon::menu,
                           .text = "Scenes",
                           .enabled = !bench.session_over(),
                           .chosen = bench.screen.menu_open,
                           .width = 0,
                           .colour = theme::text};
    if (draw_button(
            with, "Scenes", look,
            "Scenes of every chapter, starter and solution, without opening an exercise.")) {
      bench.screen.menu_open = !bench.screen.menu_open;
    }
    ImGui::SameLine(0, with.px(12));
    draw_codes(with, bench);
  }
  const float left = ImGui::GetCursorScreenPos().x + with.px(bench.live() ? 8 : 0);
  const float right = start.x + width - right_buttons_width(with, bench);
  const float line = ImGui::GetFrameHeight();
  // Where it would be cut to a few letters the title gets a line of its own.
  const bool beside = right - left > with.px(200);
  if (beside) {
    draw_title(with, bench, {left, start.y + (line - with.fonts.title->FontSize) / 2},
               right - left - with.px(12));
  }
  ImGui::SetCursorScreenPos({right, start.y});
  draw_right_buttons(with, bench);
  if (!beside) {
    draw_title(with, bench, ImGui::GetCursorScreenPos(), width);
    ImGui::Dummy({1, with.fonts.title->FontSize});
  }

  draw_caption(with, bench, width);
  draw_menu(with, bench, {start.x, start.y + line + with.px(6)});
}

} // namespace weir::viz
