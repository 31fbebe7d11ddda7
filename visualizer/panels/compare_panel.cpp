#include "model/compare.hpp"
#include "model/ticks.hpp"
#include "panels/chart_tracks.hpp"
#include "panels/panels.hpp"

#include <algorithm>
#include <cmath>
#include <string>

namespace weir::viz {

namespace {

void draw_choice(ui& with, workbench& bench) {
  ImGui::AlignTextToFramePadding();
  ImGui::TextColored(ImGui::ColorConvertU32ToFloat4(theme::soft_text), "Beside");
  const auto button = [&](rival which, std::string_view text, std::string_view tip) {
    ImGui::SameLine(0, with.px(6));
    const button_look look{.sign = icon::none,
                           .text = text,
                           .enabled = true,
                           .chosen = bench.against() == which,
                           .width = 0,
                           .colour = theme::text};
    if (draw_button(with, "compare with " + std::string{name_of(which)}, look, tip)) {
      bench.compare_with(which);
    }
  };
  button(rival::none, "nothing", "Ends the comparison.");
  for (const rival each : bench.rivals()) {
    button(each, name_of(each),
           each == rival::previous ? "The run before the last change."
                                   : "Runs that code with the same seed and the same knobs.");
  }
}

std::string name_of_shown(const workbench& bench) {
  return bench.live() ? std::string{name_of(bench.code())} : std::string{"this run"};
}

struct verdict_look {
  icon sign;
  ImU32 colour;
  const char* word;
};

verdict_look look_of(verdict which) {
  switch (which) {
  case verdict::better:
    return {icon::check, theme::closed, "better"};
  case verdict::worse:
    return {icon::cross, theme::open, "worse"};
  case verdict::different:
    return {icon::none, theme::soft_text, "different"};
  case verdict::same:
    break;
  }
  return {icon::none, theme::soft_text, "the same"};
}

void draw_table(ui& with, const comparison& seen, const std::string& left, const std::string& right,
                float width) {
  ImDrawList& to = *ImGui::GetWindowDrawList();
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float columns[] = {at.x, at.x + width * 0.57F, at.x + width * 0.78F, at.x + width};
  const float row = with.fonts.body->FontSize + with.px(5);
  float y = at.y;
  draw_label_within(with, to, {columns[1], y}, width * 0.2F, left, theme::soft_text,
                    with.fonts.small, align::right);
  draw_label_within(with, to, {columns[2], y}, width * 0.2F, right, theme::soft_text,
                    with.fonts.small, align::right);
  y += with.fonts.small->FontSize + with.px(5);
  for (const comparison_row& each : seen.rows) {
    const verdict_look look = look_of(each.right_is);
    draw_label_within(with, to, {columns[0], y}, width * 0.36F, each.name, theme::text);
    draw_label_within(with, to, {columns[1], y}, width * 0.2F, each.left, theme::text, nullptr,
                      align::right);
    draw_label_within(with, to, {columns[2], y}, width * 0.2F, each.right, theme::text, nullptr,
                      align::right);
    const box difference = draw_label_within(with, to, {columns[3], y}, width * 0.2F,
                                             each.difference, look.colour, nullptr, align::right);
    if (look.sign != icon::none && !each.difference.empty()) {
      draw_icon(to, look.sign, {difference.min.x - with.px(10), y + with.fonts.body->FontSize / 2},
                with.px(10), look.colour);
    }
    hint(with, {{at.x, y}, {columns[3], y + row}},
         each.name + ": " + right + " is " + look.word +
             (each.right_is == verdict::same ? "." : " than " + left + "."));
    y += row;
  }
  for (const std::string& each : seen.other_knobs) {
    draw_label_within(with, to, {at.x, y}, width, "knob " + each, theme::timeout, with.fonts.small);
    y += with.fonts.small->FontSize + with.px(3);
  }
  if (!seen.same_seed) {
    draw_label_within(with, to, {at.x, y}, width, "The seeds differ: some of this is luck.",
                      theme::timeout, with.fonts.small);
    y += with.fonts.small->FontSize + with.px(3);
  }
  ImGui::Dummy({width, y - at.y});
}

/// One gauge of both runs, one above the other, on one scale.
void draw_pair(ui& with, workbench& bench, const gauge_series& mine, const gauge_series& theirs,
               const box& area, const time_scale& scale, const std::string& left,
               const std::string& right, ImU32 colour) {
  ImDrawList& to = *ImGui::GetWindowDrawList();
  const double top =
      nice_ceiling(std::max({mine.value.extent().max, theirs.value.extent().max, 1e-9}) * 1.04);
  const float gap = with.px(4);
  const float half = (area.height() - gap) / 2;
  const auto plot = [&](const gauge_series& series, float y, const std::string& whose, ImU32 ink) {
    const box own{{scale.left, y}, {scale.right, y + half}};
    draw_ground(with, to, own, theme::plot);
    draw_grid(with, to, own, scale);
    draw_steps(with, to, own, scale, series.value, {ink, 0, top, true, 1.5F});
    const std::string text = whose + ": " + std::string{series.name} + ", to " + format_number(top);
    const ImVec2 size = text_size(with, text, with.fonts.small);
    to.AddRectFilled({own.min.x + with.px(2), own.min.y},
                     {own.min.x + size.x + with.px(8), own.min.y + size.y},
                     theme::faded(theme::panel, 0.85), with.px(3));
    draw_label_within(with, to, {own.min.x + with.px(5), own.min.y}, own.width() - with.px(10),
                      text, theme::soft_text, with.fonts.small);
    draw_moments(with, to, bench, own, scale, false);
  };
  plot(mine, area.min.y, left, colour);
  plot(theirs, area.min.y + half + gap, right, theme::ghost);
}

void draw_pairs(ui& with, workbench& bench, run& other, const std::string& left,
                const std::string& right, ImVec2 room) {
  const timeline& mine = bench.shown()->line();
  const timeline& theirs = other.line();
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float ruler = with.px(22);
  const time_scale scale{bench.view.view(), std::round(at.x), std::round(at.x + room.x)};

  struct pair {
    const gauge_series* mine;
    const gauge_series* theirs;
    ImU32 colour;
  };

  std::vector<pair> pairs;
  const auto add = [&](const gauge_series* series, ImU32 colour) {
    const gauge_series* same = series != nullptr ? theirs.gauge(series->name) : nullptr;
    // Where nothing ever happens there is nothing to compare.
    if (same != nullptr && std::max(series->value.extent().max, same->value.extent().max) > 0) {
      pairs.push_back({series, same, colour});
    }
  };
  add(main_queue(mine), theme::queue);
  add(main_in_flight(mine), theme::in_flight);
  if (pairs.empty()) {
    for (const gauge_series& each : mine.gauges()) {
      if (pairs.size() < 2) {
        add(&each, theme::in_flight);
      }
    }
  }
  const float gap = with.px(8);
  const auto count = static_cast<float>(std::max<std::size_t>(pairs.size(), 1));
  const float height = (room.y - ruler - gap * (count - 1)) / count;
  float y = at.y;
  for (const pair& each : pairs) {
    draw_pair(with, bench, *each.mine, *each.theirs, {{at.x, y}, {at.x + room.x, y + height}},
              scale, left, right, each.colour);
    y += height + gap;
  }
  time_mouse(with, bench, scale, "compare plot", {at, {at.x + room.x, at.y + room.y - ruler}},
             true);
  draw_time_ruler(with, *ImGui::GetWindowDrawList(),
                  {{scale.left, at.y + room.y - ruler}, {scale.right, at.y + room.y}}, scale);
}

} // namespace

void draw_compare(ui& with, workbench& bench, ImVec2 size) {
  begin_panel(with, "compare", "", size, ImGuiWindowFlags_NoScrollbar);
  if (bench.shown() == nullptr || !bench.live()) {
    empty_state(with, bench.live() ? "No run yet" : "A recorded run stands alone",
                bench.live() ? "There will be something to compare when the scene has run."
                             : "Open its scene with `weir viz` to run your code beside the naive "
                               "version or the run before.");
    end_panel();
    return;
  }
  draw_choice(with, bench);
  run* other = bench.other();
  if (other == nullptr) {
    const bool chosen = bench.against() != rival::none;
    empty_state(with, chosen ? "Waiting for the other run" : "Choose what to compare with",
                "The same seed and the same knobs, on one time axis.");
    end_panel();
    return;
  }
  const std::string left = name_of_shown(bench);
  const std::string right{name_of(bench.against())};
  const ImVec2 room = ImGui::GetContentRegionAvail();
  const float table = std::clamp(room.x * 0.42F, with.px(250), with.px(460));
  const ImVec2 at = ImGui::GetCursorScreenPos();
  ImGui::BeginChild("compare table", {table, room.y}, false);
  draw_table(with, compare(bench.shown()->line(), other->line()), left, right,
             ImGui::GetContentRegionAvail().x - with.px(4));
  ImGui::EndChild();
  note_widget(with, "compare table");
  ImGui::SetCursorScreenPos({at.x + table + with.px(16), at.y});
  draw_pairs(with, bench, *other, left, right, {room.x - table - with.px(16), room.y});
  end_panel();
}

} // namespace weir::viz
