#include "panels/chart_tracks.hpp"

#include "model/ticks.hpp"
#include "panels/breaker_band.hpp"
#include "panels/track_parts.hpp"

#include <weir/trace/text.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace weir::viz {

namespace {

constexpr std::array shown_outcomes{trace::outcome::ok,        trace::outcome::rejected,
                                    trace::outcome::timed_out, trace::outcome::failed,
                                    trace::outcome::dropped,   trace::outcome::short_circuited};

void draw_gauge(ui& with, ImDrawList& to, workbench& bench, const gauge_series& gauge,
                const gauge_series* ghost, const track& what, const track_place& where) {
  const std::size_t now = bench.clock.at().event;
  const auto extent = gauge.value.extent();
  const auto limits = gauge.limit.extent();
  double top = std::max(extent.max, gauge.has_limit() ? std::max(gauge.capacity, limits.max) : 0);
  // A limit far above everything that happened would press the curve to the floor.
  const bool limit_far = gauge.has_limit() && extent.max > 0 && top > 12 * extent.max;
  if (limit_far) {
    top = extent.max;
  }
  if (ghost != nullptr) {
    top = std::max(top, ghost->value.extent().max);
  }
  const double low = std::min(0.0, extent.min);
  const double high =
      top > 0 ? scale_top(top * 1.04, gauge.unit) : 1; // one that never rises has no scale
  if (ghost != nullptr) {
    draw_steps(with, to, where.plot, where.scale, ghost->value,
               {theme::ghost, low, high, false, 1});
  }
  draw_steps(with, to, where.plot, where.scale, gauge.value, {what.colour, low, high, true, 1.5F});
  if (gauge.has_limit() && !limit_far) {
    if (gauge.limit.empty()) {
      draw_level(with, to, where.plot, y_of(where.plot, low, high, gauge.capacity),
                 theme::faded(theme::timeout, 0.95));
    } else {
      draw_steps(with, to, where.plot, where.scale, gauge.limit,
                 {theme::timeout, low, high, false, 1});
    }
  }
  draw_top_label(with, to, where.plot, with_unit(high, gauge.unit));
  const double limit = gauge.limit_at(now);
  const bool bytes = counts_bytes(gauge.unit); // other units stand with the value already
  const std::string small =
      limit > 0 ? "of " + (bytes ? with_unit(limit, gauge.unit) : format_number(limit)) : "";
  draw_gutter(with, to, where.gutter, what.name, with_unit(gauge.value.at_event(now), gauge.unit),
              small, what.colour);
}

void draw_outcome_bars(ui& with, ImDrawList& to, workbench& bench, const outcome_series& series,
                       const outcome_series* ghost, const track_place& where) {
  const float bar = std::max(4.0F, std::round(with.px(6)));
  const auto bars = static_cast<std::size_t>(std::max(1.0F, where.plot.width() / bar));
  static thread_local std::vector<outcome_counts> counts;
  counts.assign(bars, {});
  with.cost.visited += series.columns(where.scale.range, counts).visited;
  std::uint64_t most = 1;
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
  draw_top_label(with, to, where.plot, format_number(high_rate) + " /s");
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

void draw_latency(ui& with, ImDrawList& to, workbench& bench, run& shown, run* ghost,
                  const track_place& where) {
  const latency_series& series = *shown.line().main_latency();
  const auto windows = static_cast<std::size_t>(std::max(2.0F, where.plot.width() / with.px(10)));
  const auto& seen = shown.latency_in(where.scale.range, windows);
  nanos most = 1;
  for (const latency_window& each : seen) {
    most = std::max(most, each.p99);
  }
  if (ghost != nullptr && ghost->line().main_latency() != nullptr) {
    for (const latency_window& each : ghost->latency_in(where.scale.range, windows)) {
      most = std::max(most, each.p99);
    }
  }
  const double high = nice_ceiling(static_cast<double>(most) / 1e6 * 1.04) * 1e6;
  const latency_window* at_cursor = nullptr;
  const nanos now = bench.clock.at().t_ns;
  for (const latency_window& each : seen) {
    if (each.count == 0) {
      continue;
    }
    const float left = where.scale.x(each.range.from_ns);
    const float right = std::max(where.scale.x(each.range.to_ns), left + 2);
    const float high_y = y_of(where.plot, 0, high, static_cast<double>(each.p99));
    const float mid_y = y_of(where.plot, 0, high, static_cast<double>(each.p50));
    to.AddRectFilled({left, high_y}, {right, mid_y}, theme::faded(theme::timeout, 0.28));
    to.AddRectFilled({left, mid_y}, {right, where.plot.max.y},
                     theme::faded(theme::in_flight, 0.22));
    to.AddRectFilled({left, high_y}, {right, high_y + with.px(2)}, theme::timeout);
    to.AddRectFilled({left, mid_y - with.px(1)}, {right, mid_y + with.px(1)}, theme::in_flight);
    if (each.range.from_ns <= now) {
      at_cursor = &each;
    }
  }
  if (ghost != nullptr && ghost->line().main_latency() != nullptr) {
    for (const latency_window& each : ghost->latency_in(where.scale.range, windows)) {
      if (each.count > 0) {
        const float y = y_of(where.plot, 0, high, static_cast<double>(each.p99));
        to.AddRectFilled({where.scale.x(each.range.from_ns), y},
                         {where.scale.x(each.range.to_ns), y + with.px(1.5F)}, theme::ghost);
      }
    }
  }
  draw_top_label(with, to, where.plot, duration_text(high));
  const latency_window& told = at_cursor != nullptr ? *at_cursor : series.overall;
  draw_gutter(with, to, where.gutter, "latency: " + std::string{series.name},
              told.count == 0 ? "none yet" : "p99 " + duration_text(static_cast<double>(told.p99)),
              told.count == 0 ? "" : "p50 " + duration_text(static_cast<double>(told.p50)),
              theme::timeout);
}

void draw_amplification(ui& with, ImDrawList& to, workbench& bench, const timeline& line,
                        const track_place& where) {
  double most = 1;
  const amplification_window* at_cursor = nullptr;
  for (const amplification_window& each : line.amplification()) {
    most = std::max(most, each.ratio());
    if (each.range.from_ns <= bench.clock.at().t_ns) {
      at_cursor = &each;
    }
  }
  const double high = nice_ceiling(most * 1.04);
  for (const amplification_window& each : line.amplification()) {
    if (each.requests == 0 || each.range.to_ns < where.scale.range.from_ns ||
        each.range.from_ns > where.scale.range.to_ns) {
      continue;
    }
    const float left = std::max(where.plot.min.x, where.scale.x(each.range.from_ns));
    const float right = std::min(where.plot.max.x, where.scale.x(each.range.to_ns));
    const float y = y_of(where.plot, 0, high, each.ratio());
    to.AddRectFilled({left, y}, {std::max(right, left + 1), where.plot.max.y},
                     theme::faded(theme::retry, 0.3));
    to.AddRectFilled({left, y}, {std::max(right, left + 1), y + with.px(2)}, theme::retry);
  }
  draw_level(with, to, where.plot, y_of(where.plot, 0, high, 1), theme::soft_text);
  draw_top_label(with, to, where.plot, format_number(high) + "x");
  const bool any = at_cursor != nullptr && at_cursor->requests > 0;
  draw_gutter(with, to, where.gutter, "attempts per request",
              any ? format_number(at_cursor->ratio()) + "x" : std::string{"no request"}, "",
              theme::retry);
}

} // namespace

const state_series* state_called(const timeline& line, std::string_view name) {
  const auto found = std::ranges::find(line.states(), name, &state_series::name);
  return found == line.states().end() ? nullptr : &*found;
}

std::vector<track> tracks_of(const timeline& line) {
  std::vector<track> found;
  std::vector<bool> taken(line.gauges().size(), false);
  for (const breaker_sources& each : line.breakers()) {
    for (const std::int32_t own :
         {each.failure_rate, each.calls_in_window, each.window_size, each.cooldown, each.probes}) {
      if (own >= 0) {
        taken[static_cast<std::size_t>(own)] = true;
      }
    }
  }
  const auto add_gauge = [&](const gauge_series* gauge, ImU32 colour, float share) {
    if (gauge == nullptr) {
      return;
    }
    const auto index = static_cast<std::size_t>(gauge - line.gauges().data());
    if (!taken[index] && !gauge->value.empty()) {
      taken[index] = true;
      found.push_back({track_kind::gauge, index, std::string{gauge->name}, colour, 41, share});
    }
  };
  for (const breaker_sources& each : line.breakers()) {
    if (each.state >= 0) {
      found.push_back({track_kind::breaker_band,
                       static_cast<std::size_t>(each.state),
                       {},
                       theme::closed,
                       42,
                       0});
    }
  }
  // What stays at zero is told last.
  const auto first = [&](const gauge_series* gauge, ImU32 colour, float share) {
    if (gauge != nullptr && gauge->value.extent().max > 0) {
      add_gauge(gauge, colour, share);
    }
  };
  first(main_queue(line), theme::queue, 1.2F);
  first(main_in_flight(line), theme::in_flight, 1);
  if (const outcome_series* ends = line.main_outcomes(); ends != nullptr && !ends->times.empty()) {
    const outcome_counts all = ends->counts(0, ends->times.size());
    const auto kinds = std::ranges::count_if(
        shown_outcomes, [&](trace::outcome how) { return all[static_cast<std::size_t>(how)] > 0; });
    // The gutter is the legend: a line of its own for each kind.
    const float lines = 16.0F * static_cast<float>(kinds + 1) + 2;
    found.push_back({track_kind::outcomes, 0, {}, theme::closed, std::max(62.0F, lines), 1.2F});
  }
  if (line.main_latency() != nullptr) {
    found.push_back({track_kind::latency, 0, {}, theme::timeout, 44, 1});
  }
  if (line.attempts() > 0 && line.requests() > 0) {
    found.push_back({track_kind::amplification, 0, {}, theme::retry, 36, 0.6F});
  }
  for (const state_series& each : line.states()) {
    const auto index = static_cast<std::size_t>(&each - line.states().data());
    const bool is_breaker = std::ranges::any_of(line.breakers(), [&](const breaker_sources& one) {
      return one.state == static_cast<std::int32_t>(index);
    });
    if (!is_breaker && !each.transitions.empty()) {
      found.push_back({track_kind::breaker_band, index, {}, theme::closed, 42, 0});
    }
  }
  const gauge_series* lag = line.loop_lag();
  for (const gauge_series& each : line.gauges()) {
    first(&each, &each == lag ? theme::timeout : theme::in_flight, 0.8F);
  }
  for (const gauge_series& each : line.gauges()) {
    add_gauge(&each, theme::ghost, 0.4F);
  }
  return found;
}

void draw_track(ui& with, ImDrawList& to, workbench& bench, run& shown, run* ghost,
                const track& what, const track_place& where) {
  const timeline& line = shown.line();
  draw_ground(with, to, where.plot, theme::plot);
  draw_grid(with, to, where.plot, where.scale);
  if (!what.name.empty()) {
    hint(with, where.gutter, what.name);
  }
  switch (what.kind) {
  case track_kind::gauge: {
    const gauge_series& gauge = line.gauges()[what.index];
    draw_gauge(with, to, bench, gauge, ghost != nullptr ? ghost->line().gauge(gauge.name) : nullptr,
               what, where);
    break;
  }
  case track_kind::outcomes:
    draw_outcome_bars(with, to, bench, *line.main_outcomes(),
                      ghost != nullptr ? ghost->line().main_outcomes() : nullptr, where);
    break;
  case track_kind::latency:
    draw_latency(with, to, bench, shown, ghost, where);
    break;
  case track_kind::breaker_band:
    draw_band(with, to, bench, line.states()[what.index],
              ghost != nullptr ? state_called(ghost->line(), line.states()[what.index].name)
                               : nullptr,
              where);
    break;
  case track_kind::amplification:
    draw_amplification(with, to, bench, line, where);
    break;
  }
}

} // namespace weir::viz
