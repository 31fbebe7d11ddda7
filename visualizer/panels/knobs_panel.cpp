#include "panels/panels.hpp"

#include <imgui_stdlib.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>
#include <utility>

namespace weir::viz {

namespace {

/// Where on its slider a value lies: by ratio where the range spans two decades or more.
class slider_scale {
public:
  explicit slider_scale(const knob_info& knob)
      : low_(knob.min), high_(knob.max), by_ratio_(knob.min > 0 && knob.max / knob.min >= 100) {}

  [[nodiscard]] float share(double value) const {
    const double share = by_ratio_ ? std::log(value / low_) / std::log(high_ / low_)
                                   : (value - low_) / std::max(high_ - low_, 1e-300);
    return static_cast<float>(std::clamp(share, 0.0, 1.0));
  }

  [[nodiscard]] double value(float share) const {
    return by_ratio_ ? low_ * std::pow(high_ / low_, static_cast<double>(share))
                     : low_ + (high_ - low_) * static_cast<double>(share);
  }

private:
  double low_;
  double high_;
  bool by_ratio_;
};

void start_typing(workbench& bench, std::size_t which, std::string text) {
  bench.screen.typing = which;
  bench.screen.typed = std::move(text);
  bench.screen.typing_error.clear();
  // One setting takes the caret once: see draw_field.
  ImGui::GetStateStorage()->SetBool(ImGui::GetID("typing begins"), true);
}

void take_typed(workbench& bench) {
  if (*bench.screen.typing == screen_state::typing_seed) {
    std::uint64_t seed = 0;
    const char* end = bench.screen.typed.data() + bench.screen.typed.size();
    const auto read = std::from_chars(bench.screen.typed.data(), end, seed);
    if (read.ec != std::errc{} || read.ptr != end) {
      bench.screen.typing_error = "A seed is a whole number.";
      return;
    }
    bench.set_seed(seed);
  } else {
    const knob_info& knob = bench.scene().knobs[*bench.screen.typing].info;
    try {
      const double value = parse_knob(knob, bench.screen.typed);
      bench.begin_change();
      bench.set_knob(*bench.screen.typing, value);
    } catch (const knob_error& wrong) {
      bench.screen.typing_error = wrong.what();
      return;
    }
  }
  bench.screen.typing.reset();
}

void draw_field(ui& with, workbench& bench, float width) {
  ImGuiStorage* memory = ImGui::GetStateStorage();
  const ImGuiID begins = ImGui::GetID("typing begins");
  const bool first = memory->GetBool(begins);
  if (first) {
    ImGui::SetKeyboardFocusHere();
    memory->SetBool(begins, false);
  }
  ImGui::SetNextItemWidth(width);
  const bool entered =
      ImGui::InputText("##typed", &bench.screen.typed,
                       ImGuiInputTextFlags_EnterReturnsTrue | ImGuiInputTextFlags_AutoSelectAll);
  note_widget(with, "typed value");
  if (entered) {
    take_typed(bench);
  } else if (!first && ImGui::IsItemDeactivated()) {
    bench.screen.typing.reset();
  }
}

/// The value as a button that becomes a text field.
void draw_value(ui& with, workbench& bench, std::size_t which, const std::string& name,
                const std::string& text, const std::string& typed, float width) {
  if (bench.screen.typing == which) {
    draw_field(with, bench, width);
    return;
  }
  const std::string fitting =
      shortened(with, text, width - 2 * ImGui::GetStyle().FramePadding.x + with.px(6));
  const button_look look{.sign = icon::none,
                         .text = fitting,
                         .enabled = true,
                         .chosen = false,
                         .width = width / with.scale,
                         .colour = theme::text};
  if (draw_button(with, name + " value", look, "Click to type a value; Enter takes it.")) {
    start_typing(bench, which, typed);
  }
}

void draw_slider(ui& with, workbench& bench, std::size_t index, float width) {
  const knob_value& knob = bench.scene().knobs[index];
  const slider_scale scale{knob.info};
  const float height = with.px(14);
  const ImVec2 at = ImGui::GetCursorScreenPos();
  ImGui::InvisibleButton("slider", {width, height});
  const float grab = with.px(6);
  const float left = at.x + grab;
  const float right = at.x + width - grab;
  if (ImGui::IsItemActivated()) {
    bench.begin_change();
  }
  if (ImGui::IsItemActive()) {
    const float share = std::clamp((ImGui::GetIO().MousePos.x - left) / (right - left), 0.0F, 1.0F);
    bench.drag_knob(index, scale.value(share));
  }
  const bool lit = ImGui::IsItemHovered() || ImGui::IsItemActive();
  note_widget(with, knob.info.name + " slider", knob.info.documentation);
  tooltip(with, knob.info.documentation + "\nFrom " + format_knob(knob.info, knob.info.min) +
                    " to " + format_knob(knob.info, knob.info.max) + ".");
  ImDrawList& to = *ImGui::GetWindowDrawList();
  const float middle = at.y + height / 2;
  const float x = left + scale.share(bench.scene().knobs[index].value) * (right - left);
  const float standard = left + scale.share(knob.info.value) * (right - left);
  to.AddRectFilled({left, middle - with.px(2)}, {right, middle + with.px(2)}, theme::hovered,
                   with.px(2));
  to.AddRectFilled({left, middle - with.px(2)}, {x, middle + with.px(2)}, theme::soft_text,
                   with.px(2));
  to.AddRectFilled({std::round(standard), middle - with.px(6)},
                   {std::round(standard) + with.px(1.5F), middle + with.px(6)}, theme::soft_text);
  to.AddCircleFilled({x, middle}, grab, lit ? theme::accent : theme::soft_text, 20);
}

void draw_choices(ui& with, workbench& bench, std::size_t index) {
  const knob_info& knob = bench.scene().knobs[index].info;
  for (std::size_t i = 0; i < knob.choices.size(); ++i) {
    const float padding = 2 * ImGui::GetStyle().FramePadding.x;
    const float edge = ImGui::GetWindowPos().x + ImGui::GetWindowContentRegionMax().x;
    const std::string text =
        shortened(with, knob.choices[i], ImGui::GetContentRegionAvail().x - padding);
    const float needed = text_size(with, text).x + padding;
    if (i > 0 && ImGui::GetItemRectMax().x + with.px(4) + needed <= edge) {
      ImGui::SameLine(0, with.px(4));
    }
    const button_look look{
        .text = text, .chosen = static_cast<std::size_t>(bench.scene().knobs[index].value) == i};
    const std::string tip =
        (text == knob.choices[i] ? "" : knob.choices[i] + "\n") + knob.documentation;
    if (draw_button(with, knob.name + " = " + knob.choices[i], look, tip)) {
      bench.begin_change();
      bench.set_knob(index, static_cast<double>(i));
    }
  }
}

/// The unit in small print where the value goes without it; nothing where there is no room.
void draw_unit(const ui& with, ImDrawList& to, const knob_info& knob, ImVec2 at, float right) {
  const bool told = knob.unit.empty() || format_knob(knob, knob.value).ends_with(knob.unit);
  if (!told && at.x + text_size(with, knob.unit, with.fonts.small).x <= right) {
    draw_label(with, to, {at.x, at.y + (ImGui::GetFrameHeight() - with.fonts.small->FontSize) / 2},
               knob.unit, theme::soft_text, with.fonts.small);
  }
}

/// Name on the left, value and reset on the right.
void draw_head(ui& with, workbench& bench, std::size_t index, float width) {
  const knob_value& knob = bench.scene().knobs[index];
  ImDrawList& to = *ImGui::GetWindowDrawList();
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float reset = sign_button_width(with);
  const float value = knob.info.kind == knob_kind::choice ? 0 : with.px(88);
  const float name_width = width - value - reset - with.px(12);
  const float row = ImGui::GetFrameHeight();
  const box name = draw_label_within(with, to, {at.x, at.y + (row - with.fonts.body->FontSize) / 2},
                                     name_width, knob.info.name, theme::text);
  draw_unit(with, to, knob.info, {name.max.x + with.px(6), at.y}, at.x + name_width);
  ImGui::InvisibleButton("name", {std::max(name_width, 1.0F), row});
  const std::string tip = knob.info.name + "\n" + knob.info.documentation;
  note_widget(with, knob.info.name, tip);
  tooltip(with, tip);
  if (value > 0) {
    ImGui::SetCursorScreenPos({at.x + width - value - reset - with.px(4), at.y});
    draw_value(with, bench, index, knob.info.name, format_knob(knob.info, knob.value),
               format_knob(knob.info, knob.value), value);
  }
  ImGui::SetCursorScreenPos({at.x + width - reset, at.y});
  const bool changed = knob.value != knob.info.value;
  const button_look look{.sign = icon::undo,
                         .text = {},
                         .enabled = changed,
                         .chosen = false,
                         .width = 0,
                         .colour = theme::text};
  if (draw_button(with, "reset " + knob.info.name, look,
                  "Back to the default, " + format_knob(knob.info, knob.info.value) + ".")) {
    bench.begin_change();
    bench.set_knob(index, knob.info.value);
  }
}

void draw_typing_error(ui& with, const workbench& bench) {
  if (!bench.screen.typing_error.empty()) {
    remark(with, bench.screen.typing_error, theme::timeout);
  }
}

void draw_knob(ui& with, workbench& bench, std::size_t index) {
  const std::string name = bench.scene().knobs[index].info.name;
  ImGui::PushID(name.c_str());
  ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, {with.px(6), with.px(1)});
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {with.px(4), with.px(1)});
  ImGui::BeginGroup();
  const float width = ImGui::GetContentRegionAvail().x;
  draw_head(with, bench, index, width);
  if (bench.scene().knobs[index].info.kind == knob_kind::choice) {
    draw_choices(with, bench, index);
  } else {
    draw_slider(with, bench, index, width);
  }
  if (bench.screen.typing == index) {
    draw_typing_error(with, bench);
  }
  ImGui::EndGroup();
  ImGui::PopStyleVar(2);
  if (bench.screen.highlighted_knob == name) {
    if (std::exchange(bench.screen.scroll_to_knob, false)) {
      ImGui::SetScrollHereY();
    }
    const float edge = with.px(4);
    const ImVec2 min = ImGui::GetItemRectMin();
    const ImVec2 max = ImGui::GetItemRectMax();
    ImGui::GetWindowDrawList()->AddRect({min.x - edge, min.y - edge}, {max.x + edge, max.y + edge},
                                        theme::timeout, with.px(5), 0, with.px(1.5F));
  }
  ImGui::PopID();
}

/// The seed, at the right end of the panel's first line; returns where it begins.
float draw_seed(ui& with, workbench& bench, ImVec2 right) {
  ImGui::PushID("seed");
  const float square = sign_button_width(with);
  const float value = with.px(58);
  const float gap = with.px(4);
  const float left = right.x - square - gap - value;
  const box name = draw_label(
      with, *ImGui::GetWindowDrawList(),
      {left - with.px(6), right.y + (ImGui::GetFrameHeight() - with.fonts.body->FontSize) / 2},
      "seed", theme::text, nullptr, align::right);
  ImGui::SetCursorScreenPos({left, right.y});
  draw_value(with, bench, screen_state::typing_seed, "seed", std::to_string(bench.scene().seed),
             std::to_string(bench.scene().seed), value);
  ImGui::SetCursorScreenPos({left + value + gap, right.y});
  if (draw_button(with, "next seed", {.sign = icon::dice},
                  "The next seed: other arrivals and other luck, the same settings.")) {
    bench.set_seed(bench.scene().seed + 1);
  }
  ImGui::PopID();
  return name.min.x;
}

/// "Knobs", what takes all of them back, and the seed.
void draw_head_line(ui& with, workbench& bench) {
  ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, {with.px(6), with.px(2)});
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x;
  const float row = ImGui::GetFrameHeight();
  const box title = draw_label(with, *ImGui::GetWindowDrawList(),
                               {at.x, at.y + (row - with.fonts.bold->FontSize) / 2}, "Knobs",
                               theme::soft_text, with.fonts.bold);
  const bool any_changed = std::ranges::any_of(
      bench.scene().knobs, [](const knob_value& each) { return each.value != each.info.value; });
  ImGui::SetCursorScreenPos({title.max.x + with.px(10), at.y});
  if (draw_button(with, "reset all knobs", {.text = "Reset", .enabled = any_changed},
                  "Every knob back to its default.")) {
    bench.reset_knobs();
  }
  draw_seed(with, bench, {at.x + width, at.y});
  ImGui::SetCursorScreenPos({at.x, at.y + row + with.px(4)});
  ImGui::PopStyleVar();
  if (bench.screen.typing == screen_state::typing_seed) {
    draw_typing_error(with, bench);
  }
}

/// A recorded run can't be turned; what it ran with can be read.
void draw_recorded(ui& with, const workbench& bench) {
  const trace::header& header = bench.shown()->recording().header;
  remark(with, "This run is recorded: its settings stand.");
  ImGui::Dummy({1, with.px(4)});
  ImDrawList& to = *ImGui::GetWindowDrawList();
  const auto row = [&](std::string_view name, std::string_view value) {
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float width = ImGui::GetContentRegionAvail().x;
    const box right = draw_label_within(with, to, {at.x + width, at.y}, width * 0.6F, value,
                                        theme::text, nullptr, align::right);
    draw_label_within(with, to, at, right.min.x - at.x - with.px(10), name, theme::soft_text);
    ImGui::Dummy({1, with.fonts.body->FontSize + with.px(2)});
  };
  if (!header.exercise.empty()) {
    row("exercise", header.exercise);
  }
  row("seed", std::to_string(header.seed));
  for (const auto& [name, value] : header.knobs) {
    row(name, value);
  }
  if (!header.exercise.empty()) {
    ImGui::Dummy({1, with.px(6)});
    remark(with, "To tune it, open the scene: weir viz " + header.exercise);
  }
}

} // namespace

void draw_knobs(ui& with, workbench& bench, ImVec2 size) {
  begin_panel(with, "knobs", bench.live() && !bench.scene().info.id.empty() ? "" : "Knobs", size);
  if (!bench.live()) {
    if (bench.shown() != nullptr) {
      draw_recorded(with, bench);
    }
    end_panel();
    return;
  }
  if (bench.scene().info.id.empty()) {
    empty_state(with, "No scene yet", "Its knobs appear when it is open.");
    end_panel();
    return;
  }
  draw_head_line(with, bench);
  if (bench.scene().knobs.empty()) {
    empty_state(with, "No knobs", "This scene declares none; only its seed can be changed.");
  }
  for (std::size_t i = 0; i < bench.scene().knobs.size(); ++i) {
    draw_knob(with, bench, i);
  }
  with.side.knobs = ImGui::GetCursorPosY() + ImGui::GetScrollY() + with.px(9);
  end_panel();
}

} // namespace weir::viz
