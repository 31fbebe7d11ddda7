#include "panels/panels.hpp"

#include <algorithm>
#include <cmath>
#include <string>

namespace weir::viz {

namespace {

std::string_view label_of(code which) {
  switch (which) {
  case code::naive:
    return "Naive";
  case code::mended:
    return "Mended";
  case code::file:
    return "Other file";
  case code::yours:
    break;
  }
  return "Your code";
}

std::string_view tip_of(code which) {
  switch (which) {
  case code::naive:
    return "The starter, as the exercise hands it out.";
  case code::mended:
    return "The model solution.";
  case code::file:
    return "The other file that was named on the command line.";
  case code::yours:
    break;
  }
  return "Your file in the workspace. It is rebuilt whenever you save it.";
}

/// The menu of scenes: every chapter, naive and mended.
void draw_menu(ui& with, workbench& bench, ImVec2 below) {
  if (!bench.menu_open) {
    return;
  }
  const ImVec2 whole = ImGui::GetIO().DisplaySize;
  ImGui::SetNextWindowPos(below);
  ImGui::SetNextWindowSizeConstraints({with.px(380), with.px(60)},
                                      {with.px(520), whole.y - below.y - with.px(20)});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {with.px(12), with.px(10)});
  ImGui::PushStyleColor(ImGuiCol_WindowBg, theme::raised);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 1);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, with.px(6));
  ImGui::Begin("scenes", nullptr,
               ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                   ImGuiWindowFlags_AlwaysAutoResize | ImGuiWindowFlags_NoSavedSettings |
                   ImGuiWindowFlags_NoNav);
  std::string chapter;
  for (const scene_entry& each : bench.scenes()) {
    if (each.chapter != chapter) {
      chapter = each.chapter;
      ImGui::PushFont(with.fonts.bold);
      ImGui::TextColored(ImGui::ColorConvertU32ToFloat4(theme::soft_text), "%s", chapter.c_str());
      ImGui::PopFont();
    }
    ImGui::AlignTextToFramePadding();
    const float width = with.px(210);
    const std::string title = shortened(with, each.title, width);
    ImGui::TextUnformatted(title.c_str());
    ImGui::SameLine(width + with.px(24));
    for (const code which : each.codes) {
      const bool current = each.id == bench.scene().id && which == bench.code();
      const button_look look{.sign = icon::none,
                             .text = label_of(which),
                             .enabled = true,
                             .chosen = current,
                             .width = 0,
                             .colour = theme::text};
      if (draw_button(with, "open " + each.id + " " + std::string{name_of(which)}, look,
                      "Opens this scene. " + std::string{tip_of(which)})) {
        bench.open_scene(each.id, which);
        bench.menu_open = false;
      }
      ImGui::SameLine();
    }
    ImGui::NewLine();
  }
  if (bench.scenes().empty()) {
    ImGui::TextUnformatted("No scenes: this is a recorded run.");
  }
  const bool elsewhere = !ImGui::IsWindowHovered(ImGuiHoveredFlags_AllowWhenBlockedByActiveItem) &&
                         ImGui::IsMouseClicked(0) && ImGui::GetMousePos().y > below.y;
  ImGui::End();
  ImGui::PopStyleVar(3);
  ImGui::PopStyleColor();
  if (elsewhere) {
    bench.menu_open = false;
  }
}

void draw_codes(ui& with, workbench& bench) {
  for (const code which : bench.codes()) {
    const button_look look{.sign = icon::none,
                           .text = label_of(which),
                           .enabled = !bench.session_over(),
                           .chosen = which == bench.code(),
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
  return std::to_string(std::lround(bench.text_scale * 100)) + " %";
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
  action_button(with, action::presenter, {}, true, bench.presenter);
  ImGui::SameLine(0, gap);
  action_button(with, action::help, {}, true, bench.help_open);
}

void draw_title(ui& with, const workbench& bench, ImVec2 at, float width) {
  ImDrawList& to = *ImGui::GetWindowDrawList();
  const box title =
      draw_label_within(with, to, at, width, bench.title(), theme::text, with.fonts.title);
  const float after = title.max.x + with.px(14);
  if (at.x + width - after > with.px(120)) {
    draw_label_within(with, to, {after, title.max.y - with.fonts.small->FontSize - with.px(2)},
                      at.x + width - after, small_print(bench), theme::soft_text, with.fonts.small);
  }
}

} // namespace

void draw_header(ui& with, workbench& bench) {
  const ImVec2 start = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x;
  if (bench.live()) {
    const button_look look{.sign = icon::menu,
                           .text = "Scenes",
                           .enabled = !bench.session_over(),
                           .chosen = bench.menu_open,
                           .width = 0,
                           .colour = theme::text};
    if (draw_button(with, "Scenes", look,
                    "Scenes of every chapter, naive and mended, without opening an exercise.")) {
      bench.menu_open = !bench.menu_open;
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

  const std::string caption = bench.notice().empty() ? bench.caption() : bench.notice();
  if (!caption.empty()) {
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const box drawn =
        draw_wrapped(with, *ImGui::GetWindowDrawList(), at, width, caption, theme::soft_text);
    ImGui::Dummy({width, drawn.height()});
    note_widget(with, bench.notice().empty() ? "caption" : "notice", caption);
  }
  draw_menu(with, bench, {start.x, start.y + line + with.px(6)});
}

void draw_banner(ui& with, workbench& bench) {
  const banner& told = bench.banner();
  if (told.what == banner::kind::none) {
    return;
  }
  const bool working = told.what == banner::kind::working;
  const std::string title_text = told.title; // a click on Dismiss takes `told` away
  const ImU32 colour = working ? theme::in_flight : theme::open;
  const bool has_text = !told.text.empty();
  const float line = ImGui::GetFrameHeight();
  const auto breaks = static_cast<float>(std::ranges::count(told.text, '\n'));
  const float all_lines = (breaks + 1) * with.fonts.mono->FontSize + with.px(22);
  const float lines =
      has_text && bench.banner_open
          ? std::min({all_lines, with.px(150), ImGui::GetIO().DisplaySize.y * 0.25F})
          : 0;
  ImGui::PushStyleColor(ImGuiCol_ChildBg, theme::mixed(theme::ground, colour, 0.2));
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {with.px(12), with.px(5)});
  ImGui::BeginChild("banner", {0, line + with.px(10) + lines}, false,
                    ImGuiWindowFlags_AlwaysUseWindowPadding | ImGuiWindowFlags_NoScrollbar);
  ImDrawList& to = *ImGui::GetWindowDrawList();
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x;
  to.AddRectFilled({at.x - with.px(12), at.y - with.px(5)},
                   {at.x - with.px(8), at.y + line + lines + with.px(5)}, colour);
  draw_icon(to, working ? icon::rerun : icon::warning, {at.x + with.px(8), at.y + line / 2},
            with.px(16), working ? theme::in_flight : theme::timeout);
  const float text_y = at.y + (line - with.fonts.bold->FontSize) / 2;
  const float buttons = working ? 0 : (has_text ? 2 : 1) * with.px(86);
  const box title =
      draw_label_within(with, to, {at.x + with.px(26), text_y}, width - with.px(30) - buttons,
                        told.title, theme::text, with.fonts.bold);
  if (!working && bench.shown() != nullptr) {
    draw_label_within(with, to, {title.max.x + with.px(12), text_y + with.px(1)},
                      width - buttons - (title.max.x - at.x) - with.px(18),
                      "The last good run is kept below.", theme::soft_text);
  }
  if (!working) {
    ImGui::SetCursorScreenPos({at.x + width - buttons + with.px(6), at.y});
    if (has_text) {
      if (draw_button(with, "banner details",
                      {.text = bench.banner_open ? "Hide" : "Details", .width = 76},
                      "Shows or hides what was said in full.")) {
        bench.banner_open = !bench.banner_open;
      }
      ImGui::SameLine(0, with.px(6));
    }
    if (draw_button(with, "dismiss banner", {.text = "Dismiss", .width = 76},
                    "Takes the message away. It comes back if the next save fails again.")) {
      bench.dismiss_banner();
    }
  }
  if (lines > 0) {
    ImGui::SetCursorScreenPos({at.x + with.px(26), at.y + line + with.px(4)});
    ImGui::PushStyleColor(ImGuiCol_ChildBg, theme::faded(theme::ground, 0.55));
    ImGui::BeginChild("banner text", {width - with.px(30), lines - with.px(4)}, false,
                      ImGuiWindowFlags_HorizontalScrollbar);
    ImGui::PushFont(with.fonts.mono);
    ImGui::TextUnformatted(bench.banner().text.c_str());
    ImGui::PopFont();
    ImGui::EndChild();
    ImGui::PopStyleColor();
  }
  ImGui::EndChild();
  note_widget(with, "banner", title_text);
  ImGui::PopStyleVar();
  ImGui::PopStyleColor();
}

} // namespace weir::viz
