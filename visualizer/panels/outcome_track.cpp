#include "model/ticks.hpp"
#include "panels/track_drawing.hpp"
#include "panels/track_parts.hpp"

#include <algorithm>
#include <cmath>

namespace weir::viz {

void draw_outcome_bars(ui& with, ImDrawList& to, workbench& bench, const outcome_series& series,
                       const outcome_series* ghost, const track_place& where) {
  const float bar = std::max(4.0F, std::round(with.px(6)));
  const auto bars = static_cast<std::size_t>(std::max(1.0F, where.plot.width() / bar));
  static thread_local std::vector<outcome_counts> counts;
  counts.assign(bars, {});
  with.cost.visited += series.columns(where.scale.range, counts).visited;
  std::uint64_t most = 0;
  for (const outcome_counts& each : counts) {
    most = std::max(most, total(each));
  }
  static thread_local std::vector<outcome_counts> before;
  before.assign(ghost != nullptr ? bars : 0, {});
  if (ghost != nullptr) {
    with.cost.visited += ghost->columns(where.scale.range, before).visited;
    for (const outcome_counts& each : before) {
      most = std::max(most, total(each));
    }
  }
  const double seconds =
      static_cast<double>(where.scale.range.length()) / 1e9 / static_cast<double>(bars);
  const bool any = most > 0;
  most = std::max<std::uint64_t>(most, 1);
  const double high_rate = nice_ceiling(static_cast<double>(most) / std::max(seconds, 1e-12));
  const double high = high_rate * std::max(seconds, 1e-12);
  const float width = where.plot.width() / static_cast<float>(bars);
  for (std::size_t i = 0; i < bars; ++i) {
    float floor = where.plot.max.y;
    const float left = where.plot.min.x + static_cast<float>(i) * width;
    for (const trace::outcome how : shown_outcomes) {
      const std::uint32_t count = counts[i][static_cast<std::size_t>(how)];
      if (count == 0) {
        continue;
      }
      const float height = std::max(2.0F, static_cast<float>(static_cast<double>(count) / high) *
                                              where.plot.height());
      const ImVec2 min{left, std::max(where.plot.min.y, floor - height)};
      const ImVec2 max{left + width - 1, floor};
      to.AddRectFilled(min, max, theme::faded(theme::of(how), 0.9));
      if (how != trace::outcome::ok && height > with.px(4)) {
        draw_pattern(to, pattern_of(how), min, max, theme::faded(theme::ground, 0.7), with.px(5));
      }
      floor = min.y;
    }
  }
  // Of the run before: how many ended, and the lower line how many of them well.
  const auto line = [&](std::size_t index, std::uint64_t count, ImU32 colour) {
    const float left = where.plot.min.x + static_cast<float>(index) * width;
    const float y = y_of(where.plot, 0, high, static_cast<double>(count));
    to.AddRectFilled({left, y}, {left + width - 1, y + std::max(1.0F, with.px(1.5F))}, colour);
  };
  for (std::size_t i = 0; i < before.size(); ++i) {
    const std::uint64_t all = total(before[i]);
    const std::uint64_t well = before[i][static_cast<std::size_t>(trace::outcome::ok)];
    if (all > 0) {
      line(i, all, theme::ghost);
    }
    if (well > 0 && well < all) {
      line(i, well, theme::ghost);
    }
  }
  draw_top_label(with, to, where.plot,
                 any ? format_number(high_rate) + " /s" : "none ends in this view");
  const outcome_counts so_far = series.at_event(bench.clock.at().event);
  const std::string name{series.name};
  // The legend is the gutter: sign, count and word of each kind that occurs.
  const box& gutter = where.gutter;
  to.AddRectFilled({gutter.min.x, gutter.min.y + with.px(2)},
                   {gutter.min.x + with.px(3), gutter.max.y - with.px(2)}, theme::closed,
                   with.px(1.5F));
  const float x = gutter.min.x + with.px(10);
  float y = gutter.min.y + with.px(1);
  draw_label_within(with, to, {x, y}, gutter.width() - with.px(16), "outcomes: " + name,
                    theme::soft_text, with.fonts.small);
  const outcome_counts in_all = series.counts(0, series.times.size());
  for (const trace::outcome how : shown_outcomes) {
    if (in_all[static_cast<std::size_t>(how)] == 0) {
      continue;
    }
    y += with.fonts.small->FontSize + with.px(2);
    if (y + with.fonts.small->FontSize > gutter.max.y + 1) {
      break;
    }
    draw_outcome(to, how, {x + with.px(5), y + with.fonts.small->FontSize / 2}, with.px(11),
                 theme::of(how));
    draw_label_within(with, to, {x + with.px(16), y}, gutter.width() - with.px(32),
                      count_text(so_far[static_cast<std::size_t>(how)]) + " " +
                          std::string{trace::to_string(how)},
                      theme::text, with.fonts.small);
  }
}

} // namespace weir::viz
