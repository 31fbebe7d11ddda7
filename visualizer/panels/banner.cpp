#include "panels/panels.hpp"

#include <algorithm>
#include <string>

namespace weir::viz {

namespace {

struct banner_look {
  ImU32 ground;
  icon sign;
  ImU32 sign_colour;
};

banner_look look_of(banner::kind what) {
  switch (what) {
  case banner::kind::working:
    return {theme::in_flight, icon::rerun, theme::in_flight};
  case banner::kind::passed:
    return {theme::closed, icon::check, theme::closed};
  case banner::kind::remark:
    return {theme::timeout, icon::warning, theme::timeout};
  default:
    return {theme::open, icon::warning, theme::timeout};
  }
}

/// What a compiler says keeps its columns; a sentence of ours is broken where it has to be.
bool keeps_columns(const banner& told) {
  return is_trouble(told.what);
}

float text_height(const ui& with, const banner& told, float width) {
  if (!keeps_columns(told)) {
    return wrapped_size(with, told.text, width).y + with.px(10);
  }
  const auto breaks = static_cast<float>(std::ranges::count(told.text, '\n'));
  // One line more leaves room for the bar that scrolls long lines.
  return (breaks + 1) * with.fonts.mono->FontSize + ImGui::GetStyle().ScrollbarSize + with.px(10);
}

void draw_text(ui& with, const banner& told, ImVec2 at, ImVec2 size) {
  ImGui::SetCursorScreenPos(at);
  ImGui::PushStyleColor(ImGuiCol_ChildBg, theme::faded(theme::ground, 0.55));
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {with.px(8), with.px(4)});
  ImGui::BeginChild("banner text", size, false,
                    ImGuiWindowFlags_HorizontalScrollbar | ImGuiWindowFlags_AlwaysUseWindowPadding);
  if (keeps_columns(told)) {
    ImGui::PushFont(with.fonts.mono);
    ImGui::TextUnformatted(told.text.c_str());
    ImGui::PopFont();
  } else {
    remark(with, told.text, theme::text);
  }
  ImGui::EndChild();
  ImGui::PopStyleVar();
  ImGui::PopStyleColor();
}

/// Details and Dismiss; true when the banner is to go.
bool draw_buttons(ui& with, workbench& bench) {
  if (!bench.banner().text.empty()) {
    if (draw_button(with, "banner details",
                    {.text = bench.screen.banner_open ? "Hide" : "Details", .width = 76},
                    "Shows or hides what was said in full.")) {
      bench.screen.banner_open = !bench.screen.banner_open;
    }
    ImGui::SameLine(0, with.px(6));
  }
  return draw_button(with, "dismiss banner", {.text = "Dismiss", .width = 76},
                     "Takes the message away. It comes back if the next save fails again.");
}

void draw_line(ui& with, const workbench& bench, ImVec2 at, float width) {
  ImDrawList& to = *ImGui::GetWindowDrawList();
  const banner& told = bench.banner();
  const float y = at.y + (ImGui::GetFrameHeight() - with.fonts.bold->FontSize) / 2;
  const box title =
      draw_label_within(with, to, {at.x, y}, width, told.title, theme::text, with.fonts.bold);
  hint(with, title, told.title);
  const std::string_view kept = "The last good run is kept below.";
  const float after = title.max.x + with.px(12);
  if (is_trouble(told.what) && bench.shown() != nullptr &&
      after + text_size(with, kept).x <= at.x + width) {
    draw_label(with, to, {after, y + with.px(1)}, kept, theme::soft_text);
  }
}

} // namespace

void draw_banner(ui& with, workbench& bench, float most) {
  const banner told = bench.banner(); // a click on Dismiss takes the workbench's away
  if (told.what == banner::kind::none) {
    return;
  }
  const bool working = told.what == banner::kind::working;
  const banner_look look = look_of(told.what);
  const float line = ImGui::GetFrameHeight();
  const float edge = with.px(5);
  const float inner = ImGui::GetContentRegionAvail().x - with.px(24);
  const bool open = !told.text.empty() && bench.screen.banner_open;
  const float room = std::max(most - line - 2 * edge, with.px(66));
  const float text =
      open ? std::min({text_height(with, told, inner - with.px(46)), with.px(150), room}) : 0;
  ImGui::PushStyleColor(ImGuiCol_ChildBg, theme::mixed(theme::ground, look.ground, 0.2));
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {with.px(12), edge});
  ImGui::BeginChild("banner", {0, line + 2 * edge + (open ? text + edge : 0)}, false,
                    ImGuiWindowFlags_AlwaysUseWindowPadding | ImGuiWindowFlags_NoScrollbar);
  ImGui::PopStyleVar();
  ImDrawList& to = *ImGui::GetWindowDrawList();
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const ImVec2 corner = ImGui::GetWindowPos();
  to.AddRectFilled(corner, {corner.x + with.px(4), corner.y + ImGui::GetWindowHeight()},
                   look.ground);
  draw_icon(to, look.sign, {at.x + with.px(8), at.y + line / 2}, with.px(16), look.sign_colour);
  const float buttons = working ? 0 : (told.text.empty() ? 1 : 2) * with.px(86);
  draw_line(with, bench, {at.x + with.px(26), at.y}, inner - with.px(26) - buttons - with.px(8));
  if (!working) {
    ImGui::SetCursorScreenPos({at.x + inner - buttons + with.px(6), at.y});
    if (draw_buttons(with, bench)) {
      bench.dismiss_banner();
    }
  }
  if (open) {
    draw_text(with, told, {at.x + with.px(26), at.y + line + edge}, {inner - with.px(30), text});
  }
  ImGui::EndChild();
  note_widget(with, "banner", told.title);
  ImGui::PopStyleColor();
}

} // namespace weir::viz
