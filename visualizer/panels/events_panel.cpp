#include "model/ticks.hpp"
#include "panels/panels.hpp"

#include <imgui_stdlib.h>

#include <algorithm>
#include <string>

namespace weir::viz {

namespace {

void draw_filter(ui& with, workbench& bench, std::size_t passing) {
  const float width = std::min(with.px(300), ImGui::GetContentRegionAvail().x * 0.45F);
  if (bench.screen.focus_filter) {
    ImGui::SetKeyboardFocusHere();
    bench.screen.focus_filter = false;
  }
  ImGui::SetNextItemWidth(width);
  ImGui::InputTextWithHint("##filter", "Filter: words of kind, source, task or text",
                           &bench.screen.filter.text);
  note_widget(with, "event filter");
  tooltip(with, "Every word has to occur. The slash key puts the caret here, Esc clears.");
  ImGui::SameLine();
  action_button(with, action::filter);
  ImGui::SameLine();
  action_button(with, action::clear, {}, !bench.screen.filter.text.empty());
  ImGui::SameLine();
  const button_look look{.sign = bench.screen.filter.bookkeeping ? icon::check : icon::none,
                         .text = "All events",
                         .enabled = true,
                         .chosen = bench.screen.filter.bookkeeping,
                         .width = 0,
                         .colour = theme::text};
  if (draw_button(with, "book-keeping events", look,
                  "Also choices, clock steps, timers and plain resumptions.")) {
    bench.screen.filter.bookkeeping = !bench.screen.filter.bookkeeping;
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

/// To the microsecond: many events share a millisecond.
std::string time_of(nanos t_ns) {
  return format_time(t_ns, 1'000);
}

/// A text, shortened where there is no room for all of it. Where that or `whole` says more, it is
/// the tooltip.
void cell(ui& with, std::string_view text, float width, std::string_view whole = {}) {
  const std::string shown = shortened(with, text, width);
  ImGui::TextUnformatted(shown.data(), shown.data() + shown.size());
  whole = whole.empty() ? text : whole;
  if (shown.size() != whole.size()) {
    hint(with, {ImGui::GetItemRectMin(), ImGui::GetItemRectMax()}, whole);
  }
}

/// "Event 7, limiter.cpp:44"
std::string name_of_event(const workbench& bench, const event_line& line, bool listed) {
  std::string text = "Event " + count_text(line.event + 1);
  if (!line.file.empty()) {
    text += ", " + line.file + ":" + std::to_string(line.line);
  }
  if (!listed) {
    text += bench.screen.filter.text.empty() ? ", not in the list" : ", hidden by the filter";
  }
  return text;
}

/// What led to the selected event, with its place in the code.
void draw_cause(ui& with, workbench& bench, std::size_t selected, bool listed) {
  run& shown = *bench.shown();
  const event_line line = shown.texts()(selected);
  std::string text = name_of_event(bench, line, listed);
  ImGui::AlignTextToFramePadding();
  if (const auto cause = cause_of(shown.trace(), selected); !cause) {
    text += ". Nothing in the trace led to it.";
  } else {
    if (draw_button(with, "go to cause",
                    {.sign = icon::previous, .text = "Cause", .colour = theme::text},
                    "The cursor to the event that this one goes back to.")) {
      bench.select_event(*cause);
    }
    ImGui::SameLine();
    ImGui::AlignTextToFramePadding();
    const event_line before = shown.texts()(*cause);
    text += ". It goes back to " + time_of(before.t_ns) + ": " +
            (before.task.empty() ? "" : std::string{short_name(before.task)} + " ") + before.text;
  }
  ImGui::PushStyleColor(ImGuiCol_Text, theme::soft_text);
  cell(with, text, ImGui::GetContentRegionAvail().x);
  ImGui::PopStyleColor();
}

bool is_alarm(trace::event_kind kind) {
  return kind == trace::event_kind::promise_broken || kind == trace::event_kind::loop_blocked ||
         kind == trace::event_kind::gap;
}

/// Columns that nothing would stand in are left out.
struct list_columns {
  bool task = true;
  bool source = true;
};

list_columns columns_of(const trace_view& trace) {
  const auto& sources = trace.tables().sources;
  return {.task = !trace.tables().tasks.empty(),
          .source = std::ranges::any_of(sources, [](const auto& one) { return one.line != 0; })};
}

void draw_line(ui& with, workbench& bench, std::uint32_t event, std::size_t current,
               const list_columns& columns) {
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
  if (ImGui::Selectable(time_of(line.t_ns).c_str(), false,
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
  if (columns.task) {
    ImGui::TableNextColumn();
    cell(with, short_name(line.task), ImGui::GetContentRegionAvail().x, line.task);
  }
  ImGui::TableNextColumn();
  cell(with, line.text, ImGui::GetContentRegionAvail().x);
  ImGui::PopStyleColor();
  if (columns.source) {
    ImGui::TableNextColumn();
    if (!line.file.empty()) {
      ImGui::PushStyleColor(ImGuiCol_Text, theme::soft_text);
      cell(with, line.file.substr(line.file.rfind('/') + 1) + ":" + std::to_string(line.line),
           ImGui::GetContentRegionAvail().x);
      ImGui::PopStyleColor();
    }
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
  const list_columns columns = columns_of(bench.shown()->trace());
  const int count = 2 + (columns.task ? 1 : 0) + (columns.source ? 1 : 0);
  // Another set of columns is another table, with widths of its own.
  const std::string id = std::string{"events list"} + (columns.task ? " by task" : "") +
                         (columns.source ? " with source" : "");
  const bool open = ImGui::BeginTable(id.c_str(), count, flags, {0, height});
  if (!open) {
    return;
  }
  ImGui::TableSetupScrollFreeze(0, 1);
  ImGui::TableSetupColumn("time", ImGuiTableColumnFlags_WidthFixed,
                          text_size(with, "000.000000 s", with.fonts.mono).x);
  if (columns.task) {
    ImGui::TableSetupColumn("task", ImGuiTableColumnFlags_WidthStretch, 0.22F);
  }
  ImGui::TableSetupColumn("what", ImGuiTableColumnFlags_WidthStretch, 0.58F);
  if (columns.source) {
    ImGui::TableSetupColumn("source", ImGuiTableColumnFlags_WidthStretch, 0.2F);
  }
  ImGui::PushStyleColor(ImGuiCol_Text, theme::soft_text);
  ImGui::PushStyleColor(ImGuiCol_TableHeaderBg, theme::panel);
  ImGui::TableHeadersRow();
  ImGui::PopStyleColor(2);
  ImGuiListClipper clipper;
  const float row = ImGui::GetTextLineHeight() + 2 * ImGui::GetStyle().CellPadding.y;
  clipper.Begin(static_cast<int>(passing.size()), row);
  while (clipper.Step()) {
    for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
      draw_line(with, bench, passing[static_cast<std::size_t>(i)], current, columns);
    }
  }
  follow_cursor(passing, current, row);
  ImGui::EndTable();
  note_widget(with, "events list");
}

/// Why the list is empty, and what would fill it.
void draw_nothing(ui& with, const workbench& bench) {
  const std::size_t all = bench.shown()->trace().size();
  if (all == 0) {
    empty_state(with, "This run recorded no events", "There is nothing to list.");
  } else if (bench.screen.filter.text.empty()) {
    empty_state(with, "Only book-keeping was recorded",
                "\"All events\" lists the " + count_text(all) +
                    ": choices, clock steps, timers, plain resumptions.");
  } else {
    empty_state(with, "Nothing passes the filter",
                bench.screen.filter.bookkeeping
                    ? "Esc clears it."
                    : "Esc clears it; \"All events\" looks at the book-keeping, too.");
  }
}

} // namespace

void draw_events(ui& with, workbench& bench, ImVec2 size) {
  begin_panel(with, "events", "", size, ImGuiWindowFlags_NoScrollbar);
  if (bench.shown() == nullptr) {
    empty_state(with, "No run yet", "Events appear with the first run.");
    end_panel();
    return;
  }
  const auto& passing = bench.shown()->events_passing(bench.screen.filter);
  draw_filter(with, bench, passing.size());
  const std::size_t current =
      bench.screen.selected_event.value_or(last_event(bench.shown()->trace(), bench.clock.at()));
  const bool any = current < bench.shown()->trace().size();
  const float foot = any ? ImGui::GetFrameHeightWithSpacing() : 0;
  if (passing.empty()) {
    draw_nothing(with, bench);
  } else {
    draw_list(with, bench, passing, current, ImGui::GetContentRegionAvail().y - foot);
    if (any) {
      draw_cause(with, bench, current,
                 std::ranges::binary_search(passing, static_cast<std::uint32_t>(current)));
    }
  }
  end_panel();
}

} // namespace weir::viz
