#include "theme.hpp"

namespace weir::viz {

namespace theme {

ImU32 mixed(ImU32 under, ImU32 over, double share) {
  const auto channel = [&](int shift) {
    const double below = (under >> shift) & 0xff;
    const double above = (over >> shift) & 0xff;
    return static_cast<int>(below + (above - below) * share + 0.5);
  };
  return IM_COL32(channel(IM_COL32_R_SHIFT), channel(IM_COL32_G_SHIFT), channel(IM_COL32_B_SHIFT),
                  255);
}

ImU32 of(trace::outcome how) {
  switch (how) {
  case trace::outcome::ok:
    return closed;
  case trace::outcome::rejected:
    return refused;
  case trace::outcome::timed_out:
    return timeout;
  case trace::outcome::failed:
    return open;
  case trace::outcome::dropped:
    return lost;
  case trace::outcome::short_circuited:
    return short_circuit;
  case trace::outcome::none:
    break;
  }
  return queue;
}

ImU32 of(trace::span_role role) {
  switch (role) {
  case trace::span_role::waiting:
    return queue;
  case trace::span_role::running:
  case trace::span_role::attempt:
    return in_flight;
  case trace::span_role::backing_off:
    return retry;
  case trace::span_role::work:
  case trace::span_role::request:
    break;
  }
  return soft_text;
}

} // namespace theme

void apply_style(float scale) {
  ImGuiStyle& style = ImGui::GetStyle();
  style = ImGuiStyle{};
  style.WindowPadding = {10, 8};
  style.FramePadding = {9, 5};
  style.ItemSpacing = {8, 6};
  style.ItemInnerSpacing = {6, 4};
  style.WindowRounding = 0;
  style.ChildRounding = 6;
  style.FrameRounding = 5;
  style.PopupRounding = 6;
  style.GrabRounding = 5;
  style.ScrollbarRounding = 6;
  style.ScrollbarSize = 12;
  style.GrabMinSize = 12;
  style.WindowBorderSize = 0;
  style.ChildBorderSize = 0;
  style.PopupBorderSize = 1;
  style.FrameBorderSize = 0;
  style.TabRounding = 5;
  style.ScaleAllSizes(scale);
  style.AntiAliasedLinesUseTex = true;

  const auto set = [&](ImGuiCol which, ImU32 colour) {
    style.Colors[which] = ImGui::ColorConvertU32ToFloat4(colour);
  };
  set(ImGuiCol_Text, theme::text);
  set(ImGuiCol_TextDisabled, theme::soft_text);
  set(ImGuiCol_WindowBg, theme::ground);
  set(ImGuiCol_ChildBg, theme::faded(theme::panel, 0)); // see ui.hpp: grounds
  set(ImGuiCol_PopupBg, theme::raised);
  set(ImGuiCol_Border, theme::strong_line);
  set(ImGuiCol_FrameBg, theme::raised);
  set(ImGuiCol_FrameBgHovered, theme::hovered);
  set(ImGuiCol_FrameBgActive, theme::pressed);
  set(ImGuiCol_ScrollbarBg, theme::faded(theme::panel, 0));
  set(ImGuiCol_ScrollbarGrab, theme::strong_line);
  set(ImGuiCol_ScrollbarGrabHovered, theme::soft_text);
  set(ImGuiCol_ScrollbarGrabActive, theme::accent);
  set(ImGuiCol_CheckMark, theme::accent);
  set(ImGuiCol_SliderGrab, theme::soft_text);
  set(ImGuiCol_SliderGrabActive, theme::accent);
  set(ImGuiCol_Button, theme::raised);
  set(ImGuiCol_ButtonHovered, theme::hovered);
  set(ImGuiCol_ButtonActive, theme::pressed);
  set(ImGuiCol_Header, theme::hovered);
  set(ImGuiCol_HeaderHovered, theme::hovered);
  set(ImGuiCol_HeaderActive, theme::pressed);
  set(ImGuiCol_Separator, theme::line);
  set(ImGuiCol_TableRowBgAlt, theme::rgb(0xffffff, 6));
  set(ImGuiCol_TextSelectedBg, theme::rgb(0x56b4e9, 90));
  set(ImGuiCol_NavHighlight, theme::accent);
  set(ImGuiCol_ModalWindowDimBg, theme::rgb(0x0a0c0f, 190));
}

} // namespace weir::viz
