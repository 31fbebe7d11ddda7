#include "panels/sweep_findings.hpp"

#include "model/ticks.hpp"
#include "panels/track_parts.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

namespace weir::viz {

std::string value_text(const knob_info& knob, double value) {
  return knob.kind == knob_kind::duration ? duration_text(value)
         : knob.unit.empty()              ? format_number(value)
                                          : with_unit(value, knob.unit);
}

bool meets_all(const sweep_point& point) {
  const auto judged = [](std::optional<bool> met) {
    return met.has_value();
  };
  const auto missed = [](std::optional<bool> met) {
    return met == false;
  };
  return std::ranges::any_of(point.goals_met, judged) &&
         std::ranges::none_of(point.goals_met, missed);
}

namespace {

/// "all 4 goals met from 8 to 24", "no value meets all 4 goals"; empty where none were judged.
std::string where_goals_are_met(const workbench& bench, const sweep_result& seen) {
  const auto judged = std::ranges::find_if(
      seen.points, [](const sweep_point& each) { return !each.goals_met.empty(); });
  if (judged == seen.points.end()) {
    return {};
  }
  const std::size_t goals = judged->goals_met.size();
  const std::string all = goals == 1   ? "the goal"
                          : goals == 2 ? "both goals"
                                       : "all " + count_text(goals) + " goals";
  std::string text;
  for (auto from = seen.points.begin(); from != seen.points.end();) {
    if (!meets_all(*from)) {
      ++from;
      continue;
    }
    const auto to = std::find_if_not(from, seen.points.end(), meets_all);
    text += text.empty() ? " met " : ", ";
    text += to - from == 1 ? "at " + value_text(*bench.sweep().knob(), from->value)
                           : "from " + value_text(*bench.sweep().knob(), from->value) + " to " +
                                 value_text(*bench.sweep().knob(), (to - 1)->value);
    from = to;
  }
  return text.empty() ? "no value meets " + all : all + text;
}

} // namespace

void draw_sweep_findings(ui& with, const workbench& bench, const sweep_result& seen) {
  const knob_info& knob = *bench.sweep().knob();
  ImDrawList& to = *ImGui::GetWindowDrawList();
  const ImVec2 start = ImGui::GetCursorScreenPos();
  ImVec2 at = start;
  const float edge = at.x + ImGui::GetContentRegionAvail().x;
  const auto entry = [&](ImU32 colour, const std::string& text, std::string_view tip) {
    const float width = text_size(with, text, with.fonts.small).x + with.px(22);
    if (at.x + width > edge && at.x > start.x) {
      at = {start.x, at.y + with.fonts.small->FontSize + with.px(3)};
    }
    to.AddRectFilled({at.x, at.y + with.px(2)},
                     {at.x + with.px(3), at.y + with.fonts.small->FontSize}, colour);
    const box drawn =
        draw_label_within(with, to, {at.x + with.px(8), at.y}, edge - at.x - with.px(8), text,
                          theme::text, with.fonts.small);
    hint(with, drawn, tip);
    at.x += width;
  };
  if (seen.knee) {
    entry(theme::half_open,
          "knee at " + value_text(knob, seen.points[*seen.knee].value) + " (" +
              std::string{to_string(seen.method)} + ")",
          "Where more of it begins to cost more than it brings.");
  } else {
    entry(theme::strong_line, "no knee in this range", "The curve is flat, straight or falling.");
  }
  if (seen.little_bound) {
    const double wanted = *seen.little_bound;
    const std::string number = wanted < 1    ? "less than 1"
                               : wanted < 10 ? format_number(std::round(wanted * 10) / 10)
                                             : format_number(std::round(wanted));
    entry(theme::retry, "Little's law asks for " + number + " in flight",
          "The best throughput times the time that the work itself takes there: L = lambda W.");
  }
  if (const auto met = where_goals_are_met(bench, seen); !met.empty()) {
    entry(theme::closed, met, "Of the scene's goals, judged for each of the runs.");
  }
  if (!bench.sweep().failures().empty()) {
    const auto count = bench.sweep().failures().size();
    entry(theme::open, count_text(count) + (count == 1 ? " run failed" : " runs failed"),
          "Crosses mark their values; point at one to read why.");
  }
  entry(theme::accent, "the white line is the knob's value now",
        "Turn the knob and it moves; or click a point, and the knob takes its value.");
  if (bench.scene().knobs[bench.screen.sweep_knob].info.name != knob.name) {
    entry(theme::timeout, "these curves are of '" + knob.name + "'",
          "Another knob has been chosen since: run its sweep to see its curves.");
  }
  if (bench.sweep_is_old() && !bench.sweep().running()) {
    entry(theme::timeout, "other settings have changed since: run it again",
          "The curves show the code, the seed and the other knobs as they were.");
  }
  ImGui::Dummy({1, at.y - start.y + with.fonts.small->FontSize + with.px(4)});
}

} // namespace weir::viz
