#include "ui.hpp"

#include <imgui_internal.h>

#include <cmath>

namespace weir::viz {

namespace {

constexpr float tooltip_after = 0.35F; // seconds of hovering

ImFont* or_body(const ui& with, ImFont* font) {
  return font != nullptr ? font : with.fonts.body;
}

void show_tooltip(const ui& with, std::string_view text) {
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {with.px(10), with.px(7)});
  ImGui::BeginTooltip();
  ImGui::PushTextWrapPos(with.px(340));
  ImGui::TextUnformatted(text.data(), text.data() + text.size());
  ImGui::PopTextWrapPos();
  ImGui::EndTooltip();
  ImGui::PopStyleVar();
}

/// Covers the corners of a panel with the window's colour, so that they look round.
void round_corners(ImDrawList& to, const box& area, float radius) {
  constexpr float quarter = 1.5707964F;
  const ImVec2 corners[] = {area.max, {area.min.x, area.max.y}, area.min, {area.max.x, area.min.y}};
  for (int i = 0; i < 4; ++i) {
    const ImVec2 corner = corners[i];
    const ImVec2 centre{corner.x + (corner.x == area.min.x ? radius : -radius),
                        corner.y + (corner.y == area.min.y ? radius : -radius)};
    constexpr int steps = 6;
    for (int step = 0; step < steps; ++step) {
      const auto at = [&](int which) {
        const float angle = quarter * (static_cast<float>(i) + static_cast<float>(which) / steps);
        return ImVec2{centre.x + radius * std::cos(angle), centre.y + radius * std::sin(angle)};
      };
      to.AddTriangleFilled(corner, at(step), at(step + 1), theme::ground);
    }
  }
}

} // namespace

ImVec2 text_size(const ui& with, std::string_view text, ImFont* font) {
  ImFont* used = or_body(with, font);
  if (text.empty()) { // ImGui takes a null pointer for the beginning of a text
    return {0, used->FontSize};
  }
  return used->CalcTextSizeA(used->FontSize, std::numeric_limits<float>::max(), 0, text.data(),
                             text.data() + text.size());
}

ImVec2 wrapped_size(const ui& with, std::string_view text, float width, ImFont* font) {
  ImFont* used = or_body(with, font);
  return text.empty() ? ImVec2{0, 0}
                      : used->CalcTextSizeA(used->FontSize, std::numeric_limits<float>::max(),
                                            width, text.data(), text.data() + text.size());
}

namespace {

bool can_scroll() {
  const ImGuiWindow* window = ImGui::GetCurrentWindowRead();
  return window->ScrollMax.y > 0 || window->ScrollMax.x > 0;
}

void note_label(const ui& with, const ImDrawList& to, std::string_view text, const box& where,
                ImU32 colour) {
  if (with.places != nullptr) {
    with.places->add(locator::label{std::string{text},
                                    where,
                                    {to.GetClipRectMin(), to.GetClipRectMax()},
                                    &to,
                                    colour,
                                    can_scroll()});
  }
}

} // namespace

box draw_wrapped(const ui& with, ImDrawList& to, ImVec2 at, float width, std::string_view text,
                 ImU32 colour, ImFont* font) {
  if (text.empty()) {
    return {at, at};
  }
  ImFont* used = or_body(with, font);
  const ImVec2 size = wrapped_size(with, text, width, font);
  const ImVec2 start{std::round(at.x), std::round(at.y)};
  const box where{start, {start.x + size.x, start.y + size.y}};
  to.AddText(used, used->FontSize, start, colour, text.data(), text.data() + text.size(), width);
  note_label(with, to, text, where, colour);
  return where;
}

box draw_label(const ui& with, ImDrawList& to, ImVec2 at, std::string_view text, ImU32 colour,
               ImFont* font, align how) {
  ImFont* used = or_body(with, font);
  if (text.empty()) {
    return {at, at};
  }
  const ImVec2 size = text_size(with, text, font);
  const float shift = how == align::left ? 0 : how == align::right ? size.x : size.x / 2;
  const ImVec2 start{std::round(at.x - shift), std::round(at.y)};
  const box where{start, {start.x + size.x, start.y + size.y}};
  to.AddText(used, used->FontSize, start, colour, text.data(), text.data() + text.size());
  note_label(with, to, text, where, colour);
  return where;
}

std::string shortened(const ui& with, std::string_view text, float width, ImFont* font) {
  if (text_size(with, text, font).x <= width) {
    return std::string{text};
  }
  const std::string dots = "\xe2\x80\xa6";
  const float room = width - text_size(with, dots, font).x;
  ImFont* used = or_body(with, font);
  const char* rest = text.data();
  used->CalcTextSizeA(used->FontSize, std::max(room, 0.0F), 0, text.data(),
                      text.data() + text.size(), &rest);
  return std::string{text.data(), rest} + dots;
}

box draw_label_within(const ui& with, ImDrawList& to, ImVec2 at, float width, std::string_view text,
                      ImU32 colour, ImFont* font, align how) {
  return draw_label(with, to, at, shortened(with, text, width, font), colour, font, how);
}

void note_widget(ui& with, std::string_view name, std::string_view tip, bool enabled) {
  if (with.places == nullptr) {
    return;
  }
  const ImRect clip = ImGui::GetCurrentWindow()->ClipRect;
  with.places->add(name, {{ImGui::GetItemRectMin(), ImGui::GetItemRectMax()},
                          {clip.Min, clip.Max},
                          enabled,
                          std::string{tip},
                          can_scroll()});
}

void tooltip(ui& with, std::string_view text) {
  const ImGuiID item = ImGui::GetItemID();
  if (ImGui::IsItemActive()) {
    with.quiet_item = item;
  }
  if (text.empty() || !ImGui::IsItemHovered(ImGuiHoveredFlags_AllowWhenDisabled)) {
    with.quiet_item = with.quiet_item == item && !ImGui::IsItemActive() ? 0 : with.quiet_item;
    return;
  }
  if (with.quiet_item == item) {
    return;
  }
  if (GImGui->HoveredIdTimer < tooltip_after && GImGui->HoveredId != 0) {
    with.wake_in(tooltip_after - GImGui->HoveredIdTimer + 0.01F);
    return;
  }
  show_tooltip(with, text);
}

void hint(ui& with, const box& where, std::string_view text) {
  if (ImGui::IsWindowHovered() && ImGui::IsMouseHoveringRect(where.min, where.max)) {
    show_tooltip(with, text);
  }
}

float button_width(const ui& with, const button_look& look) {
  if (look.width > 0) {
    return with.px(look.width);
  }
  const float sign = look.sign == icon::none ? 0 : with.px(15);
  const float gap = sign > 0 && !look.text.empty() ? with.px(7) : 0;
  return std::max(sign + gap + text_size(with, look.text).x + 2 * ImGui::GetStyle().FramePadding.x,
                  ImGui::GetFrameHeight());
}

float sign_button_width(const ui& with) {
  return button_width(with, {.sign = icon::play});
}

bool draw_button(ui& with, std::string_view name, const button_look& look, std::string_view tip) {
  const ImGuiStyle& style = ImGui::GetStyle();
  const float height = ImGui::GetFrameHeight();
  const ImVec2 text = text_size(with, look.text);
  const float sign = look.sign == icon::none ? 0 : with.px(15);
  const float gap = sign > 0 && !look.text.empty() ? with.px(7) : 0;
  const float width = button_width(with, look);

  ImGui::PushID(name.data(), name.data() + name.size());
  const bool clicked = ImGui::InvisibleButton("button", {width, height}) && look.enabled;
  ImGui::PopID();
  const box area{ImGui::GetItemRectMin(), ImGui::GetItemRectMax()};
  const bool over = look.enabled && ImGui::IsItemHovered();
  const bool down = look.enabled && ImGui::IsItemActive();

  ImDrawList& to = *ImGui::GetWindowDrawList();
  const ImU32 fill = down          ? theme::pressed
                     : over        ? theme::hovered
                     : look.chosen ? theme::mixed(theme::raised, theme::accent, 0.22)
                                   : theme::raised;
  to.AddRectFilled(area.min, area.max, fill, style.FrameRounding);
  if (look.chosen) {
    to.AddRect(area.min, area.max, theme::soft_text, style.FrameRounding);
  }
  if (ImGui::IsItemFocused() && GImGui->NavDisableHighlight == false) {
    to.AddRect(area.min, area.max, theme::accent, style.FrameRounding, 0, with.px(2));
  }
  const ImU32 colour = look.enabled ? look.colour : theme::faded(theme::soft_text, theme::disabled);
  float x = area.centre().x - (sign + gap + text.x) / 2;
  if (sign > 0) {
    const bool own = look.sign_colour != 0 && look.enabled;
    draw_icon(to, look.sign, {x + sign / 2, area.centre().y}, with.px(13),
              own ? look.sign_colour : colour);
    x += sign + gap;
  }
  if (!look.text.empty()) {
    draw_label(with, to, {x, area.centre().y - text.y / 2}, look.text, colour);
  }
  note_widget(with, name, tip, look.enabled);
  tooltip(with, tip);
  return clicked;
}

void action_button(ui& with, action what, std::string_view text, bool enabled, bool chosen) {
  const action_info& info = info_of(what);
  std::string tip{info.name};
  tip += "  [";
  tip += info.keys;
  tip += "]\n";
  tip += info.tip;
  const button_look look{.sign = info.sign,
                         .text = text,
                         .enabled = enabled,
                         .chosen = chosen,
                         .width = 0,
                         .colour = theme::text};
  if (draw_button(with, info.name, look, tip)) {
    with.actions.push_back(what);
  }
}

void draw_ground(ui& with, const ImDrawList& to, const box& where, ImU32 colour) {
  const ImVec2 low = to.GetClipRectMin();
  const ImVec2 high = to.GetClipRectMax();
  const box cut{{std::max(where.min.x, low.x), std::max(where.min.y, low.y)},
                {std::min(where.max.x, high.x), std::min(where.max.y, high.y)}};
  if (cut.width() > 0 && cut.height() > 0) {
    with.grounds.push_back({cut, colour});
  }
}

bool begin_panel(ui& with, const char* id, std::string_view title, ImVec2 size,
                 ImGuiWindowFlags flags) {
  const ImVec2 corner = ImGui::GetCursorScreenPos();
  const box whole{corner, {corner.x + size.x, corner.y + size.y}};
  draw_ground(with, *ImGui::GetWindowDrawList(), whole, theme::panel);
  round_corners(*ImGui::GetWindowDrawList(), whole, ImGui::GetStyle().ChildRounding);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {with.px(12), with.px(9)});
  const bool open =
      ImGui::BeginChild(id, size, false, flags | ImGuiWindowFlags_AlwaysUseWindowPadding);
  ImGui::PopStyleVar();
  if (!title.empty()) {
    const ImVec2 at = ImGui::GetCursorScreenPos();
    draw_label(with, *ImGui::GetWindowDrawList(), at, title, theme::soft_text, with.fonts.bold);
    ImGui::Dummy({text_size(with, title, with.fonts.bold).x, with.fonts.bold->FontSize});
  }
  return open;
}

void end_panel() {
  ImGui::EndChild();
}

void remark(ui& with, std::string_view text, ImU32 colour, ImFont* font) {
  const float width = ImGui::GetContentRegionAvail().x;
  const box drawn = draw_wrapped(with, *ImGui::GetWindowDrawList(), ImGui::GetCursorScreenPos(),
                                 width, text, colour, font);
  ImGui::Dummy({drawn.width(), drawn.height()});
}

void empty_state(ui& with, std::string_view what, std::string_view why) {
  ImDrawList& to = *ImGui::GetWindowDrawList();
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const ImVec2 room = ImGui::GetContentRegionAvail();
  const float width = std::max(room.x - with.px(24), with.px(80));
  const ImVec2 size = wrapped_size(with, why, width, with.fonts.small);
  const float top = at.y + std::max(0.0F, (room.y - size.y - with.px(26)) / 2);
  const float middle = at.x + room.x / 2;
  draw_label(with, to, {middle, top}, shortened(with, what, width), theme::soft_text, nullptr,
             align::centre);
  draw_wrapped(with, to, {middle - size.x / 2, top + with.px(26)}, width, why, theme::soft_text,
               with.fonts.small);
}

std::string count_text(std::uint64_t count) {
  std::string digits = std::to_string(count);
  for (std::size_t at = digits.size(); at > 3; at -= 3) {
    digits.insert(at - 3, ",");
  }
  return digits;
}

} // namespace weir::viz
