#include "model/ticks.hpp"
#include "panels/panels.hpp"

#include <imgui_stdlib.h>

#include <algorithm>
#include <string>

namespace weir::viz {

namespace {

void draw_filter(ui& with, workbench& bench, std::size_t passing) {
  const float width = std::min(with.px(300), ImGui::GetContentRegionAvail().x * 0.45F);
  if (bench.focus_filter) {
    ImGui::SetKeyboardFocusHere();
    bench.focus_filter = false;
  }
  ImGui::SetNextItemWidth(width);
  ImGui::InputTextWithHint("##filter", "Filter: words of kind, source, task or text",
                           &bench.filter.text);
  note_widget(with, "event filter");
  tooltip(with, "Every word has to occur. The slash key puts the caret here, Esc clears.");
  ImGui::SameLine();
  action_button(with, action::filter);
  ImGui::SameLine();
  action_button(with, action::clear, {}, !bench.filter.text.empty());
  ImGui::SameLine();
  const button_look look{.sign = bench.filter.bookkeeping ? icon::check : icon::none,
                         .text = "All events",
                         .enabled = true,
                         .chosen = bench.filter.bookkeeping,
                         .width = 0,
                         .colour = theme::text};
  if (draw_button(with, "book-keeping events", look,
                  "Also choices, clock steps, timers and plain resumptions.")) {
    bench.filter.bookkeeping = !bench.filter.bookkeeping;
  }
  ImGui::SameLine();
  ImGui::AlignTextToFramePadding();
  const std::string count =
      count_text(passing) + " of " + count_text(bench.shown()->trace().size());
  const float left = ImGui::GetContentRegionAvail().x;
  if (text_size(with, count).x < left) {
    ImGui::TextColored(ImGui::ColorConvertU32ToFloat4(theme::soft_text), "%s", count.c_str());
  } else {
    ImGui::NewLine();
  }
}

/// Without the namespaces in front: "exchange #781".
std::string_view short_name(std::string_view task) {
  const auto colons = task.rfind("::");
  return colons == std::string_view::npos ? task : task.substr(colons + 2);
}

/// What led to the selected event, with its place in the code.
void draw_cause(ui& with, workbench& bench, std::size_t selected) {
  run& shown = *bench.shown();
  const event_line line = shown.texts()(selected);
  ImGui::PushStyleColor(ImGuiCol_Text, theme::soft_text);
  std::string where = line.file.empty() ? std::string{"source line not known"}
                                        : line.file + ":" + std::to_string(line.line);
  const auto cause = cause_of(shown.trace(), selected);
  ImGui::AlignTextToFramePadding();
  if (!cause) {
    ImGui::TextUnformatted(shortened(with,
                                     "Event " + count_text(selected + 1) + " at " + where +
                                         ". Nothing earlier led to it.",
                                     ImGui::GetContentRegionAvail().x)
                               .c_str());
    ImGui::PopStyleColor();
    return;
  }
  if (draw_button(with, "go to cause",
                  {.sign = icon::previous, .text = "Cause", .colour = theme::text},
                  "The cursor to the event that this one goes back to.")) {
    bench.select_event(*cause);
  }
  ImGui::SameLine();
  const event_line before = shown.texts()(*cause);
  ImGui::AlignTextToFramePadding();
  const std::string text = where + ". It goes back to " + format_time(before.t_ns) + ": " +
                           (before.task.empty() ? "" : std::string{short_name(before.task)} + " ") +
                           before.text;
  ImGui::TextUnformatted(shortened(with, text, ImGui::GetContentRegionAvail().x).c_str());
  ImGui::PopStyleColor();
}

bool is_alarm(trace::event_kind kind) {
  return kind == trace::event_kind::promise_broken || kind == trace::event_kind::loop_blocked ||
         kind == trace::event_kind::gap;
}

void draw_line(ui& with, workbench& bench, std::uint32_t event, std::size_t current) {
  const event_line line = bench.shown()->texts()(event);
  const bool chosen = event == current;
  ImGui::TableNextRow();
  if (chosen) {
    ImGui::TableSetBgColor(ImGuiTableBgTarget_RowBg0,
                           theme::mixed(theme::panel, theme::accent, 0.25));
  }
  ImGui::TableNextColumn();
  ImGui::PushID(static_cast<int>(event));
  ImGui::PushFont(with.fonts.mono);
  const std::string time = format_time(line.t_ns);
  if (ImGui::Selectable(time.c_str(), false,
                        ImGuiSelectableFlags_SpanAllColumns |
                            ImGuiSelectableFlags_AllowItemOverlap)) {
    bench.select_event(event);
  }
  ImGui::PopFont();
  ImGui::PopID();
  // What has not happened yet at the cursor is paler.
  const bool future = event >= bench.clock.at().event;
  const ImU32 text = is_alarm(bench.shown()->trace()[event].kind) ? theme::timeout
                     : future                                     ? theme::soft_text
                                                                  : theme::text;
  ImGui::PushStyleColor(ImGuiCol_Text, text);
  ImGui::TableNextColumn();
  const std::string_view task = short_name(line.task);
  ImGui::TextUnformatted(task.data(), task.data() + task.size());
  if (task.size() < line.task.size() && ImGui::IsItemHovered()) {
    ImGui::SetTooltip("%s", line.task.c_str());
  }
  ImGui::TableNextColumn();
  ImGui::TextUnformatted(line.text.c_str());
  if (ImGui::IsItemHovered() && ImGui::GetItemRectSize().x > ImGui::GetColumnWidth()) {
    ImGui::SetTooltip("%s", line.text.c_str());
  }
  ImGui::PopStyleColor();
  ImGui::TableNextColumn();
  if (!line.file.empty()) {
    const auto slash = line.file.find_last_of('/');
    const std::string name = slash == std::string::npos ? line.file : line.file.substr(slash + 1);
    ImGui::TextColored(ImGui::ColorConvertU32ToFloat4(theme::soft_text), "%s:%u", name.c_str(),
                       line.line);
  }
}

/// The list keeps the cursor in view: when it moved, and not while somebody scrolls.
void follow_cursor(const std::vector<std::uint32_t>& passing, std::size_t current, float row) {
  ImGuiStorage* memory = ImGui::GetStateStorage();
  const ImGuiID key = ImGui::GetID("followed");
  const auto now = static_cast<int>(current);
  if (memory->GetInt(key, -1) == now) {
    return;
  }
  memory->SetInt(key, now);
  const auto at = static_cast<float>(
      std::ranges::lower_bound(passing, static_cast<std::uint32_t>(current)) - passing.begin());
  const float top = at * row;
  const float height = ImGui::GetWindowHeight();
  if (top < ImGui::GetScrollY() + row || top > ImGui::GetScrollY() + height - 3 * row) {
    ImGui::SetScrollY(std::max(0.0F, top - height * 0.45F));
  }
}

void draw_list(ui& with, workbench& bench, const std::vector<std::uint32_t>& passing,
               std::size_t current, float height) {
  constexpr ImGuiTableFlags flags = ImGuiTableFlags_ScrollY | ImGuiTableFlags_RowBg |
                                    ImGuiTableFlags_Resizable | ImGuiTableFlags_NoSavedSettings |
                                    ImGuiTableFlags_PadOuterX;
  if (!ImGui::BeginTable("events list", 4, flags, {0, height})) {
    return;
  }
  ImGui::TableSetupScrollFreeze(0, 1);
  ImGui::TableSetupColumn("time", ImGuiTableColumnFlags_WidthFixed, with.px(84));
  ImGui::TableSetupColumn("task", ImGuiTableColumnFlags_WidthStretch, 0.22F);
  ImGui::TableSetupColumn("what", ImGuiTableColumnFlags_WidthStretch, 0.58F);
  ImGui::TableSetupColumn("source", ImGuiTableColumnFlags_WidthStretch, 0.2F);
  ImGui::PushStyleColor(ImGuiCol_Text, theme::soft_text);
  ImGui::PushStyleColor(ImGuiCol_TableHeaderBg, theme::panel);
  ImGui::TableHeadersRow();
  ImGui::PopStyleColor(2);
  ImGuiListClipper clipper;
  const float row = ImGui::GetTextLineHeight() + 2 * ImGui::GetStyle().CellPadding.y;
  clipper.Begin(static_cast<int>(passing.size()), row);
  while (clipper.Step()) {
    for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
      draw_line(with, bench, passing[static_cast<std::size_t>(i)], current);
    }
  }
  follow_cursor(passing, current, row);
  ImGui::EndTable();
  note_widget(with, "events list");
}

} // namespace

void draw_events(ui& with, workbench& bench, ImVec2 size) {
  begin_panel(with, "events", "", size, ImGuiWindowFlags_NoScrollbar);
  if (bench.shown() == nullptr) {
    empty_state(with, "No run yet", "Events appear with the first run.");
    end_panel();
    return;
  }
  const auto& passing = bench.shown()->events_passing(bench.filter);
  draw_filter(with, bench, passing.size());
  const std::size_t current =
      bench.selected_event.value_or(last_event(bench.shown()->trace(), bench.clock.at()));
  const bool any = current < bench.shown()->trace().size();
  const float foot = any ? ImGui::GetFrameHeightWithSpacing() : 0;
  if (passing.empty()) {
    empty_state(with, "Nothing passes the filter", "Esc clears it.");
  } else {
    draw_list(with, bench, passing, current, ImGui::GetContentRegionAvail().y - foot);
    if (any) {
      draw_cause(with, bench, current);
    }
  }
  end_panel();
}

} // namespace weir::viz
