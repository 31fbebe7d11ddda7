#include "model/series_builder.hpp"

#include "model/timeline_body.hpp"

#include <algorithm>
#include <ranges>

namespace weir::viz {

namespace {

using trace::event_kind;
using trace::source_id;
using trace::source_kind;
using trace::source_role;

bool is_breaker(const state_series& state) noexcept {
  return state.role == source_role::breaker_state;
}

/// Of a breaker its states' order, of anything else their numbers.
std::vector<std::int16_t> severities(const state_series& state, std::size_t states) {
  std::vector<std::int16_t> result(std::max(states, state.labels.size()));
  for (std::size_t i = 0; i < result.size(); ++i) {
    const auto index = static_cast<std::int16_t>(i);
    const auto known = state.of_breaker(index);
    result[i] = known ? static_cast<std::int16_t>(*known) : index;
  }
  return result;
}

/// Index of the first that `wanted` holds for; -1 where there is none.
template <class List, class Wanted>
std::int32_t first(const List& list, Wanted wanted) {
  const auto found = std::ranges::find_if(list, wanted);
  return found == list.end() ? -1 : static_cast<std::int32_t>(found - list.begin());
}

/// Index of the largest score; -1 where all are negative.
template <class List, class Score>
std::int32_t best(const List& list, Score score) {
  std::int32_t found = -1;
  double highest = -0.5;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (const double here = score(list[i]); here > highest) {
      highest = here;
      found = static_cast<std::int32_t>(i);
    }
  }
  return found;
}

} // namespace

void series_builder::run() {
  add_series();
  find_breakers();
  join_levels();
  choose_main();
  mark_transitions();
}

step_series series_builder::steps(event_kind kind, std::size_t source) const {
  return {layout_.part(b_.times, kind, source), layout_.part(b_.values, kind, source),
          layout_.part(b_.point_events, kind, source)};
}

void series_builder::add_series() {
  for (std::size_t source = 1; source < layout_.sources(); ++source) {
    const auto& info = b_.trace.tables().sources[source];
    const auto id = static_cast<source_id>(source);
    if (info.kind == source_kind::gauge || layout_.count(event_kind::gauge, source) != 0) {
      b_.gauges.push_back({id, info.name, info.unit, info.role, finite_or_zero(info.capacity),
                           steps(event_kind::gauge, source), steps(event_kind::limit, source)});
    }
    if (info.kind == source_kind::counter || layout_.count(event_kind::counter, source) != 0) {
      b_.counters.push_back(
          {id, info.name, info.unit, info.role, steps(event_kind::counter, source)});
    }
    if (info.kind == source_kind::state || layout_.count(event_kind::state, source) != 0) {
      add_state(id, info);
    }
    if (info.kind == source_kind::outcomes || layout_.count(event_kind::outcome, source) != 0) {
      add_outcomes(id, info);
    }
    if (layout_.count(event_kind::span_begin, source) +
            layout_.count(event_kind::span_end, source) !=
        0) {
      add_latency(id, info);
    }
  }
}

void series_builder::add_state(source_id id, const trace::source_info& info) {
  const auto changes = layout_.part(b_.transitions, event_kind::state, id);
  std::int16_t highest = -1;
  for (const auto& one : changes) {
    highest = std::max({highest, one.from, one.to});
  }
  state_series series{.source = id,
                      .name = info.name,
                      .role = info.role,
                      .labels = info.labels,
                      .transitions = changes};
  series.severity = severities(series, static_cast<std::size_t>(highest + 1));
  const auto from = layout_.start(event_kind::state, id);
  for (std::size_t i = 0; i < changes.size(); ++i) {
    b_.values[from + i] = series.severity[static_cast<std::size_t>(changes[i].to)];
  }
  series.severity_over_time = steps(event_kind::state, id);
  b_.states.push_back(std::move(series));
}

void series_builder::add_outcomes(source_id id, const trace::source_info& info) {
  outcome_series series{.source = id,
                        .name = info.name,
                        .role = info.role,
                        .visits = items_.visits()[id],
                        .times = layout_.part(b_.outcome_times, event_kind::outcome, id),
                        .kinds = layout_.part(b_.outcome_kinds, event_kind::outcome, id),
                        .ids = layout_.part(b_.outcome_ids, event_kind::outcome, id),
                        .events = layout_.part(b_.outcome_events, event_kind::outcome, id)};
  series.prefix.reserve(series.kinds.size() / outcome_series::block + 1);
  outcome_counts sum{};
  for (std::size_t i = 0; i < series.kinds.size(); ++i) {
    if (i % outcome_series::block == 0) {
      series.prefix.push_back(sum);
    }
    ++sum[series.kinds[i]];
  }
  if (series.kinds.size() % outcome_series::block == 0) {
    series.prefix.push_back(sum);
  }
  b_.outcomes.push_back(std::move(series));
}

void series_builder::add_latency(source_id id, const trace::source_info& info) {
  latency_series series{.source = id,
                        .name = info.name,
                        .ends = layout_.part(b_.latency_ends, event_kind::span_end, id),
                        .lengths = layout_.part(b_.latency_lengths, event_kind::span_end, id),
                        .how = layout_.part(b_.latency_how, event_kind::span_end, id)};
  series.windows = series.windows_in(b_.range, options_.window_count);
  series.overall = series.windows_in(b_.range, 1).front();
  for (std::size_t i = 0; i < series.lengths.size(); ++i) {
    if (was_served(static_cast<trace::outcome>(series.how[i]))) {
      series.served_ns += static_cast<double>(series.lengths[i]);
    }
  }
  b_.latencies.push_back(std::move(series));
}

void series_builder::find_breakers() {
  for (std::size_t i = 0; i < b_.states.size(); ++i) {
    if (!is_breaker(b_.states[i])) {
      continue;
    }
    const auto& subject = subject_of(b_.states[i].source);
    const auto part = [&](const auto& list, source_role role) {
      return first(list, [&](const auto& one) {
        return one.role == role && subject_of(one.source) == subject;
      });
    };
    b_.breakers.push_back({.name = b_.states[i].name,
                           .state = static_cast<std::int32_t>(i),
                           .failure_rate = part(b_.gauges, source_role::breaker_failure_rate),
                           .calls_in_window = part(b_.gauges, source_role::breaker_calls),
                           .window_size = part(b_.gauges, source_role::breaker_window_size),
                           .cooldown = part(b_.gauges, source_role::breaker_cooldown),
                           .probes = part(b_.gauges, source_role::breaker_probes),
                           .window = part(b_.outcomes, source_role::breaker_window)});
  }
}

void series_builder::join_levels() {
  for (auto& place : b_.places) {
    const auto& subject = subject_of(place.source);
    if (!subject.empty()) {
      place.level = first(b_.gauges, [&](const gauge_series& one) {
        return one.role == place.role && subject_of(one.source) == subject;
      });
    }
  }
}

const std::string& series_builder::subject_of(source_id source) const {
  return b_.trace.tables().sources[source].subject;
}

void series_builder::choose_main() {
  const auto role_of = first_roles();
  for (auto& series : b_.latencies) {
    series.role = role_of[series.source];
  }
  b_.main_outcomes = best(b_.outcomes, [&](const outcome_series& one) {
    const double ended = items_.visits()[one.source] ? 0 : items_.ended()[one.source] * 1e9;
    return one.of_breaker() ? -1.0 : ended + static_cast<double>(one.kinds.size());
  });
  b_.main_latency = best(b_.latencies, [](const latency_series& one) {
    return (one.role == trace::span_role::request ? 1e12 : 0.0) +
           static_cast<double>(one.ends.size());
  });
  b_.loop_lag =
      first(b_.gauges, [](const gauge_series& one) { return one.role == source_role::loop_lag; });
}

std::vector<trace::span_role> series_builder::first_roles() {
  std::vector<trace::span_role> roles(layout_.sources());
  for (auto& series : b_.latencies) {
    series.open = layout_.count(event_kind::span_begin, series.source);
  }
  // From the last to the first, so that the first one stays.
  for (const auto& bar : std::views::reverse(b_.spans)) {
    roles[bar.source] = bar.role;
  }
  for (auto& series : b_.latencies) {
    const auto begun = series.open;
    const auto ended = static_cast<std::uint32_t>(series.ends.size());
    series.open = begun > ended ? begun - ended : 0;
  }
  return roles;
}

void series_builder::mark_transitions() {
  for (std::size_t i = 0; i < b_.states.size(); ++i) {
    const auto& state = b_.states[i];
    if (!b_.breakers.empty() && !is_breaker(state)) {
      continue;
    }
    std::ranges::copy_if(state.transitions, std::back_inserter(b_.key_transitions),
                         [](const transition& one) { return one.from >= 0; });
  }
  std::ranges::sort(b_.key_transitions, {}, &transition::event);
}

} // namespace weir::viz
