#include "panels/compare_pairs.hpp"

#include "model/cursor.hpp"
#include "panels/breaker_band.hpp"
#include "panels/chart_tracks.hpp"
#include "panels/track_parts.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace weir::viz {

namespace {

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

/// A gauge, a counter or a state that both runs have.
struct pair {
  std::string_view name = {};
  std::string_view unit = {};
  const timeline* my_line = nullptr;
  const timeline* their_line = nullptr;
  const step_series* mine = nullptr; ///< null: of a state
  const step_series* theirs = nullptr;
  const state_series* my_state = nullptr;
  const state_series* their_state = nullptr;
  ImU32 colour = theme::in_flight;
};

/// The states first, then gauges and counters as the charts have them; where nothing ever happens
/// there is nothing to compare.
std::vector<pair> pairs_of(const timeline& mine, const timeline& theirs,
                           const track_request& request) {
  std::vector<pair> pairs;
  std::ptrdiff_t states = 0;
  const auto moves = [](const step_series& one) {
    return !one.empty() && (one.extent().max > 0 || one.extent().min < 0);
  };
  const auto add = [&](const auto* one, const auto* other, const step_series& values,
                       const step_series* others, ImU32 colour) {
    if (other != nullptr && (moves(values) || moves(*others))) {
      pairs.push_back({.name = one->name,
                       .unit = one->unit,
                       .my_line = &mine,
                       .their_line = &theirs,
                       .mine = &values,
                       .theirs = others,
                       .colour = colour});
    }
  };
  for (const track& each : tracks_of(mine, request)) {
    if (each.kind == track_kind::breaker_band) {
      const state_series& state = mine.states()[each.index];
      if (const state_series* same = state_called(theirs, state.name); same != nullptr) {
        pairs.insert(pairs.begin() + states++, {.name = state.name,
                                                .my_line = &mine,
                                                .their_line = &theirs,
                                                .my_state = &state,
                                                .their_state = same});
      }
    } else if (each.kind == track_kind::gauge) {
      const gauge_series& gauge = mine.gauges()[each.index];
      const gauge_series* same = theirs.gauge(gauge.name);
      add(&gauge, same, gauge.value, same != nullptr ? &same->value : nullptr, each.colour);
    } else if (each.kind == track_kind::counter) {
      const counter_series& counter = mine.counters()[each.index];
      const counter_series* same = theirs.counter(counter.name);
      add(&counter, same, counter.total, same != nullptr ? &same->total : nullptr, each.colour);
    }
  }
  return pairs;
}

/// Room for a name above the plot.
float head_height(const ui& with) {
  return with.fonts.small->FontSize + with.px(2);
}

/// Calls `draw(area, scale)` for as much of the plot as the run lasts; what lies beyond is hatched.
template <class Draw>
void within_run(const ui& with, ImDrawList& to, const timeline& line, const box& area,
                const time_scale& scale, Draw draw) {
  const nanos last = line.range().to_ns;
  if (last >= scale.range.to_ns) {
    draw(area, scale);
    return;
  }
  const float end = std::clamp(std::round(scale.x(last)), area.min.x, area.max.x);
  if (end > area.min.x) {
    draw(box{area.min, {end, area.max.y}},
         time_scale{{scale.range.from_ns, last}, scale.left, end});
  }
  if (area.max.x - end > 2) {
    draw_pattern(to, pattern::rising, {end, area.min.y}, area.max, theme::faded(theme::ghost, 0.3),
                 with.px(9));
  }
}

/// One above the other, on one time axis.
void draw_states_pair(ui& with, ImDrawList& to, const pair& what, const box& area,
                      const time_scale& scale, const std::string& left, const std::string& right) {
  const float half = (area.height() - with.px(3)) / 2;
  const auto band = [&](const state_series& series, const timeline& line, float y,
                        const std::string& whose) {
    const box own{{scale.left, y}, {scale.right, y + half}};
    draw_ground(with, to, own, theme::plot);
    within_run(with, to, line, own, scale, [&](const box& part, const time_scale& part_scale) {
      draw_states(with, to, series, part, part_scale, 1);
    });
    hint(with, own, whose + ": " + std::string{series.name});
  };
  band(*what.my_state, *what.my_line, area.min.y, left + " (above)");
  band(*what.their_state, *what.their_line, area.min.y + half + with.px(3), right + " (below)");
}

/// One over the other, on one scale: the run on show filled, the other one a line.
void draw_values_pair(ui& with, ImDrawList& to, const pair& what, const box& area,
                      const time_scale& scale) {
  const auto mine = what.mine->extent();
  const auto theirs = what.theirs->extent();
  const double highest = std::max({mine.max, theirs.max, 1e-9});
  const double least = std::min({mine.min, theirs.min, 0.0});
  const double top = scale_top(highest * 1.04, what.unit);
  const double low = least < 0 ? -scale_top(-least * 1.04, what.unit) : 0;
  draw_ground(with, to, area, theme::plot);
  draw_grid(with, to, area, scale);
  // The run on show on top: a white line over it would hide it wherever the two agree.
  const auto draw = [&](const timeline& line, const step_series& values, const series_look& look) {
    within_run(with, to, line, area, scale, [&](const box& part, const time_scale& part_scale) {
      draw_steps(with, to, part, part_scale, values, look);
    });
  };
  draw(*what.their_line, *what.theirs, {theme::text, low, top, false, 1.5F});
  draw(*what.my_line, *what.mine, {what.colour, low, top, low == 0, 1.5F});
  draw_top_label(with, to, area, with_unit(top, what.unit));
  if (low < 0) {
    draw_bottom_label(with, to, area, with_unit(low, what.unit));
  }
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
    now = with_unit(what.mine->at_event(mine), what.unit) + " | " +
          with_unit(what.theirs->at_event(theirs), what.unit);
  }
  const box drawn = draw_label_within(with, to, {at.x + width, at.y}, width * 0.6F, now,
                                      theme::text, with.fonts.small, align::right);
  hint(with, drawn, "At the cursor: the run on show, and the other one.");
  draw_label_within(with, to, at, drawn.min.x - at.x - with.px(10), what.name, theme::soft_text,
                    with.fonts.small);
}

} // namespace

void draw_pairs(ui& with, workbench& bench, run& other, const std::string& left,
                const std::string& right, ImVec2 room) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float ruler = with.px(22);
  const float legend = with.fonts.small->FontSize + with.px(6);
  const float gap = with.px(8);
  const std::vector<pair> pairs =
      pairs_of(bench.shown()->line(), other.line(), track_request_of(bench));
  draw_legend(with, *ImGui::GetWindowDrawList(), at, room.x, left, right);
  if (pairs.empty()) {
    draw_wrapped(with, *ImGui::GetWindowDrawList(), {at.x, at.y + legend + gap}, room.x,
                 "There is no gauge, counter or state that both runs have.", theme::soft_text,
                 with.fonts.small);
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
        draw_values_pair(with, to, each, area, scale);
      }
      draw_moments(with, to, bench, area, scale);
    }
    y += height + gap;
  }
  time_mouse(with, bench, scale, "compare plot", {top, {scale.right, y - gap}}, true);
  ImGui::EndChild();
  draw_time_ruler(with, *ImGui::GetWindowDrawList(),
                  {{scale.left, at.y + room.y - ruler}, {scale.right, at.y + room.y}}, scale);
}

} // namespace weir::viz
