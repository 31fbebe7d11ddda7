#include "model/compare.hpp"
#include "model/cursor.hpp"
#include "panels/breaker_band.hpp"
#include "panels/chart_tracks.hpp"
#include "panels/panels.hpp"
#include "panels/track_parts.hpp"

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

/// Names of both runs: the one on show is filled, the other one a line.
void draw_legend(ui& with, ImDrawList& to, ImVec2 at, float width, const std::string& left,
                 const std::string& right) {
  const float middle = at.y + with.fonts.small->FontSize / 2;
  const float swatch = with.px(18);
  const auto entry = [&](const std::string& text, bool filled) {
    if (filled) {
      to.AddRectFilled({at.x, middle - with.px(5)}, {at.x + swatch, middle + with.px(5)},
                       theme::faded(theme::in_flight, 0.22));
      to.AddRectFilled({at.x, middle - with.px(5)}, {at.x + swatch, middle - with.px(3.5F)},
                       theme::in_flight);
    } else {
      to.AddRectFilled({at.x, middle - with.px(1)}, {at.x + swatch, middle + with.px(1)},
                       theme::text);
    }
    const box drawn = draw_label_within(with, to, {at.x + swatch + with.px(6), at.y}, width / 2.5F,
                                        text, theme::soft_text, with.fonts.small);
    at.x = drawn.max.x + with.px(18);
  };
  entry(left, true);
  entry(right, false);
}

/// A gauge or a state that both runs have.
struct pair {
  const gauge_series* mine = nullptr;
  const gauge_series* theirs = nullptr;
  const state_series* my_state = nullptr;
  const state_series* their_state = nullptr;
  ImU32 colour = theme::in_flight;
};

/// The states first, then the gauges as the charts have them; where nothing ever happens there is
/// nothing to compare.
std::vector<pair> pairs_of(const timeline& mine, const timeline& theirs) {
  std::vector<pair> pairs;
  std::ptrdiff_t states = 0;
  for (const track& each : tracks_of(mine)) {
    if (each.kind == track_kind::breaker_band) {
      const state_series& state = mine.states()[each.index];
      if (const state_series* same = state_called(theirs, state.name); same != nullptr) {
        pairs.insert(pairs.begin() + states++, {.my_state = &state, .their_state = same});
      }
    } else if (each.kind == track_kind::gauge) {
      const gauge_series& gauge = mine.gauges()[each.index];
      const gauge_series* same = theirs.gauge(gauge.name);
      if (same != nullptr && std::max(gauge.value.extent().max, same->value.extent().max) > 0) {
        pairs.push_back({.mine = &gauge, .theirs = same, .colour = each.colour});
      }
    }
  }
  return pairs;
}

/// Room for a name above the plot.
float head_height(const ui& with) {
  return with.fonts.small->FontSize + with.px(2);
}

/// One above the other, on one time axis.
void draw_states_pair(ui& with, ImDrawList& to, const pair& what, const box& area,
                      const time_scale& scale, const std::string& left, const std::string& right) {
  const float half = (area.height() - with.px(3)) / 2;
  const auto band = [&](const state_series& series, float y, const std::string& whose) {
    const box own{{scale.left, y}, {scale.right, y + half}};
    draw_ground(with, to, own, theme::plot);
    draw_states(with, to, series, own, scale, 1);
    hint(with, own, whose + ": " + std::string{series.name});
  };
  band(*what.my_state, area.min.y, left + " (above)");
  band(*what.their_state, area.min.y + half + with.px(3), right + " (below)");
}

/// One over the other, on one scale: the run on show filled, the other one a line.
void draw_gauges_pair(ui& with, ImDrawList& to, const pair& what, const box& area,
                      const time_scale& scale) {
  const double highest = std::max(what.mine->value.extent().max, what.theirs->value.extent().max);
  const double top = scale_top(std::max(highest, 1e-9) * 1.04, what.mine->unit);
  draw_ground(with, to, area, theme::plot);
  draw_grid(with, to, area, scale);
  // The run on show on top: a white line over it would hide it wherever the two agree.
  draw_steps(with, to, area, scale, what.theirs->value, {theme::text, 0, top, false, 1.5F});
  draw_steps(with, to, area, scale, what.mine->value, {what.colour, 0, top, true, 1.5F});
  draw_top_label(with, to, area, with_unit(top, what.mine->unit));
}

void draw_pair_head(ui& with, ImDrawList& to, const workbench& bench, const run& other,
                    const pair& what, ImVec2 at, float width) {
  const std::size_t mine = bench.clock.at().event;
  const std::size_t theirs = cursor_at_time(other.trace(), bench.clock.at().t_ns).event;
  std::string now;
  if (what.my_state != nullptr) {
    const auto word = [](const state_series& series, std::size_t event) {
      const std::int16_t state = series.at_event(event);
      return state < 0 ? std::string{"not yet"} : std::string{series.label(state)};
    };
    now = word(*what.my_state, mine) + " | " + word(*what.their_state, theirs);
  } else {
    const auto value = [](const gauge_series& gauge, std::size_t event) {
      return with_unit(gauge.value.at_event(event), gauge.unit);
    };
    now = value(*what.mine, mine) + " | " + value(*what.theirs, theirs);
  }
  const box drawn = draw_label_within(with, to, {at.x + width, at.y}, width * 0.6F, now,
                                      theme::text, with.fonts.small, align::right);
  hint(with, drawn, "At the cursor: the run on show, and the other one.");
  draw_label_within(with, to, at, drawn.min.x - at.x - with.px(10),
                    what.my_state != nullptr ? what.my_state->name : what.mine->name,
                    theme::soft_text, with.fonts.small);
}

void draw_pairs(ui& with, workbench& bench, run& other, const std::string& left,
                const std::string& right, ImVec2 room) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float ruler = with.px(22);
  const float legend = with.fonts.small->FontSize + with.px(6);
  const float gap = with.px(8);
  const std::vector<pair> pairs = pairs_of(bench.shown()->line(), other.line());
  draw_legend(with, *ImGui::GetWindowDrawList(), at, room.x, left, right);
  if (pairs.empty()) {
    draw_label(with, *ImGui::GetWindowDrawList(), {at.x, at.y + legend + gap},
               "No gauge or state that both runs have.", theme::soft_text, with.fonts.small);
    return;
  }
  const float tall = room.y - ruler - legend;
  const float least = head_height(with) + with.px(38);
  const auto count = static_cast<float>(pairs.size());
  const auto states = static_cast<float>(
      std::ranges::count_if(pairs, [](const pair& each) { return each.my_state != nullptr; }));
  // Bands need no more than their words do; the gauges share what is left.
  const float band = head_height(with) + with.px(56);
  const float left_over = tall - gap * (count - 1) - states * band;
  const float plot = std::max(least, std::floor(left_over / std::max(count - states, 1.0F)));
  ImGui::SetCursorScreenPos({at.x, at.y + legend});
  ImGui::BeginChild("pairs", {room.x, tall}, false, ImGuiWindowFlags_NoScrollWithMouse);
  ImDrawList& to = *ImGui::GetWindowDrawList();
  const ImVec2 top = ImGui::GetCursorScreenPos();
  const float scroll = ImGui::GetScrollMaxY() > 0 ? ImGui::GetStyle().ScrollbarSize : 0;
  const time_scale scale{bench.view.view(), std::round(at.x), std::round(at.x + room.x - scroll)};
  float y = top.y;
  for (const pair& each : pairs) {
    const float height = each.my_state != nullptr ? band : plot;
    const box area{{scale.left, y + head_height(with)}, {scale.right, y + height}};
    if (ImGui::IsRectVisible({scale.left, y}, area.max)) {
      draw_pair_head(with, to, bench, other, each, {scale.left, y}, area.width());
      if (each.my_state != nullptr) {
        draw_states_pair(with, to, each, area, scale, left, right);
      } else {
        draw_gauges_pair(with, to, each, area, scale);
      }
      draw_moments(with, to, bench, area, scale, false);
    }
    y += height + gap;
  }
  time_mouse(with, bench, scale, "compare plot", {top, {scale.right, y - gap}}, true);
  ImGui::EndChild();
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
  // The column is narrow; the legend has the whole name.
  const std::string column = bench.against() == rival::previous ? "previous" : right;
  draw_table(with, compare(bench.shown()->line(), other->line()), left, column,
             ImGui::GetContentRegionAvail().x - with.px(4));
  ImGui::EndChild();
  note_widget(with, "compare table");
  ImGui::SetCursorScreenPos({at.x + table + with.px(16), at.y});
  draw_pairs(with, bench, *other, left, right, {room.x - table - with.px(16), room.y});
  end_panel();
}

} // namespace weir::viz
