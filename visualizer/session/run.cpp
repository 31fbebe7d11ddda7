#include "session/run.hpp"

#include <algorithm>

namespace weir::viz {

namespace {

std::vector<knob_value> values_of(const run_request& request, const std::vector<knob_info>& knobs) {
  std::vector<knob_value> values;
  for (const knob_info& each : knobs) {
    const auto given =
        std::ranges::find(request.knobs, each.name, &std::pair<std::string, double>::first);
    values.push_back({each, given == request.knobs.end() ? each.value : given->second});
  }
  return values;
}

/// Every way from place to place that some item took; a way back from a visit is none.
std::vector<std::pair<std::int16_t, std::int16_t>> ways_in(const timeline& line) {
  std::vector<std::pair<std::int16_t, std::int16_t>> ways;
  for (const move& each : line.moves()) {
    const std::pair way{each.from, each.to};
    if (each.from >= 0 && each.to >= 0 && !each.returns && (ways.empty() || ways.back() != way) &&
        std::ranges::find(ways, way) == ways.end()) {
      ways.push_back(way);
    }
  }
  std::ranges::sort(ways);
  return ways;
}

/// A trace that died in the middle of a test has no `healthy` beside it: its own last word counts.
bool ended_well(const timeline& line) {
  return line.promises_broken().empty() &&
         (line.ended() == "completed" || line.ended().starts_with("reached"));
}

} // namespace

run::run(std::shared_ptr<const trace::recording> trace)
    : trace_(std::move(trace)),
      line_(trace_view{*trace_}),
      state_(trace_view{*trace_}),
      texts_(line_),
      figures_(headline_of(line_)),
      ended_(line_.ended()),
      warnings_(advise(line_)),
      healthy_(ended_well(line_)),
      ways_(ways_in(line_)) {}

run::run(const run_finished& made, const std::vector<knob_info>& knobs)
    : trace_(made.trace),
      line_(trace_view{*trace_}),
      state_(trace_view{*trace_}),
      texts_(line_),
      figures_(headline_of(line_)),
      knobs_(values_of(made.request, knobs)),
      ended_(made.ended),
      message_(made.message),
      warnings_(advise(line_, {.knobs = knobs_, .ended = ended_})),
      goals_(made.goals),
      code_(made.request.code),
      healthy_(made.healthy),
      timings_(made.timings),
      ways_(ways_in(line_)) {}

bool run::has_charts() const {
  return !line_.gauges().empty() || !line_.states().empty() || !line_.outcomes().empty() ||
         !line_.latencies().empty();
}

bool run::leads_to(std::size_t from, std::size_t to) const {
  const std::pair way{static_cast<std::int16_t>(from), static_cast<std::int16_t>(to)};
  return std::ranges::binary_search(ways_, way);
}

std::optional<nanos> run::quiet_from() const {
  const auto& events = trace_->events;
  const auto gap = std::ranges::adjacent_find(events, [&](const auto& one, const auto& next) {
    return (next.t_ns - one.t_ns) * 10 >= line_.range().length() * 9;
  });
  return gap == events.end() || line_.range().length() == 0 ? std::nullopt
                                                            : std::optional<nanos>{gap->t_ns};
}

const std::vector<latency_window>& run::latency_in(const latency_series& series, time_range range,
                                                   std::size_t count) {
  if (&series != latency_of_ || range != latency_range_ || count != latency_count_) {
    latency_of_ = &series;
    latency_range_ = range;
    latency_count_ = count;
    latency_ = series.windows_in(range, count);
  }
  return latency_;
}

const std::vector<std::uint32_t>& run::events_passing(const event_filter& filter) {
  if (filter_ != filter) {
    filter_ = filter;
    passing_ = filter_events(line_.trace(), filter);
  }
  return passing_;
}

} // namespace weir::viz
