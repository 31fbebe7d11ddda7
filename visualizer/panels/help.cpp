#include "panels/panels.hpp"

#include <algorithm>
#include <cmath>
#include <string>

namespace weir::viz {

namespace {

struct gesture {
  const char* keys;
  const char* what;
};

constexpr gesture gestures[] = {
    {"Click, drag", "on a chart, a lane or the strip below: moves the cursor"},
    {"Wheel", "over charts (over lanes with Shift): zooms at the mouse"},
    {"Right drag", "on charts and lanes: pans"},
    {"Click a knob's value", "types it; Enter takes it"},
    {"Ctrl+Q", "closes the window, as the button in its frame does"},
};

void draw_row(ui& with, std::string_view keys, std::string_view name, std::string_view tip,
              float key_width, float width) {
  ImDrawList& to = *ImGui::GetWindowDrawList();
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const ImVec2 size = text_size(with, keys, with.fonts.small);
  const float height = with.fonts.body->FontSize + with.px(6);
  to.AddRectFilled({at.x, at.y}, {at.x + size.x + with.px(12), at.y + height - with.px(2)},
                   theme::hovered, with.px(4));
  draw_label(with, to, {at.x + with.px(6), at.y + with.px(3)}, keys, theme::text, with.fonts.small);
  const box drawn = draw_label_within(with, to, {at.x + key_width, at.y + with.px(1)},
                                      width - key_width, name, theme::text);
  if (!tip.empty() && drawn.max.x + with.px(80) < at.x + width) {
    draw_label_within(with, to, {drawn.max.x + with.px(10), at.y + with.px(3)},
                      at.x + width - drawn.max.x - with.px(14), tip, theme::soft_text,
                      with.fonts.small);
  }
  ImGui::Dummy({width, height});
}

} // namespace

void draw_help(ui& with, workbench& bench) {
  if (!bench.screen.help_open) {
    return;
  }
  const ImVec2 whole = ImGui::GetIO().DisplaySize;
  ImGui::GetBackgroundDrawList();
  const ImVec2 size{std::min(with.px(1060), whole.x - with.px(40)),
                    std::min(with.px(640), whole.y - with.px(40))};
  ImGui::SetNextWindowPos({(whole.x - size.x) / 2, (whole.y - size.y) / 2});
  ImGui::SetNextWindowSize(size);
  ImGui::SetNextWindowFocus();
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {with.px(20), with.px(16)});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, with.px(8));
  ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 1);
  ImGui::PushStyleColor(ImGuiCol_WindowBg, theme::panel); // its buttons are raised
  ImGui::Begin("keys", nullptr,
               ImGuiWindowFlags_NoTitleBar | ImGuiWindowFlags_NoResize |
                   ImGuiWindowFlags_NoCollapse | ImGuiWindowFlags_NoMove |
                   ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoNav);
  ImDrawList& to = *ImGui::GetWindowDrawList();
  const ImVec2 at = ImGui::GetCursorScreenPos();
  draw_label(with, to, at, "Keys", theme::text, with.fonts.title);
  draw_label(with, to, {at.x + with.px(64), at.y + with.px(5)},
             "None of them while a text field has the caret. Every one has a button, too.",
             theme::soft_text, with.fonts.small);
  ImGui::SetCursorScreenPos({at.x + ImGui::GetContentRegionAvail().x - with.px(76), at.y});
  if (draw_button(with, "close keys", {.text = "Close", .width = 76}, "Closes this list. [Esc]")) {
    bench.screen.help_open = false;
  }
  ImGui::Dummy({1, with.px(4)});
  const float width = ImGui::GetContentRegionAvail().x;
  const bool two = width > with.px(760);
  const float column = two ? (width - with.px(28)) / 2 : width;
  const auto actions = all_actions();
  const std::size_t half = two ? (actions.size() + std::size(gestures) + 1) / 2 : actions.size();
  ImGui::BeginGroup();
  for (std::size_t i = 0; i < actions.size(); ++i) {
    if (two && i == half) {
      ImGui::EndGroup();
      ImGui::SameLine(0, with.px(28));
      ImGui::BeginGroup();
    }
    draw_row(with, actions[i].keys, actions[i].name, actions[i].tip, with.px(96), column);
  }
  ImGui::Dummy({1, with.px(6)});
  for (const gesture& each : gestures) {
    draw_row(with, each.keys, each.what, {}, with.px(150), column);
  }
  ImGui::EndGroup();
  ImGui::End();
  ImGui::PopStyleColor();
  ImGui::PopStyleVar(3);
}

} // namespace weir::viz
