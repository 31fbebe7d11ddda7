#include "roles_from_names.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace weir::trace {

namespace {

/// Upper or lower case; `part` is in lower case.
bool says(std::string_view name, std::string_view part) {
  return !std::ranges::search(name, part, [](char a, char b) {
            return std::tolower(static_cast<unsigned char>(a)) == b;
          }).empty();
}

bool says_any(std::string_view name, std::initializer_list<std::string_view> parts) {
  return std::ranges::any_of(parts, [&](std::string_view part) { return says(name, part); });
}

bool has(const recording& trace, source_kind kind, const std::string& name) {
  return std::ranges::any_of(
      trace.sources, [&](const source_info& one) { return one.kind == kind && one.name == name; });
}

source_role role_of_gauge(std::string_view name) {
  if (name == "loop lag") {
    return source_role::loop_lag;
  }
  if (says_any(name, {"queue", "depth"})) {
    return source_role::queue;
  }
  if (says(name, "flight")) {
    return source_role::in_flight;
  }
  if (says_any(name, {"at work", "running", "busy"})) {
    return source_role::busy;
  }
  return says_any(name, {"waiting", "backlog", "buffer"}) ? source_role::waiting
                                                          : source_role::none;
}

source_role role_of_place(const recording& trace, const std::string& name) {
  if (says_any(name, {"queue", "wait", "buffer"})) {
    return source_role::queue;
  }
  if (says_any(name, {"retry", "back"})) {
    return source_role::backing_off;
  }
  // Where a world::source puts what comes in is no place of work.
  return has(trace, source_kind::counter, name + " offered") ? source_role::none
                                                             : source_role::in_flight;
}

source_role role_of(const recording& trace, const source_info& source) {
  switch (source.kind) {
  case source_kind::gauge:
    return role_of_gauge(source.name);
  case source_kind::place:
    return role_of_place(trace, source.name);
  case source_kind::counter:
    return source.name.ends_with(" offered") ? source_role::load : source_role::none;
  case source_kind::outcomes:
    return has(trace, source_kind::gauge, source.name + " in flight") &&
                   has(trace, source_kind::gauge, source.name + " queue")
               ? source_role::visits
               : source_role::none;
  default:
    return source_role::none;
  }
}

/// A place and the gauge that is called like it showed one level.
void join_places_and_gauges(recording& trace) {
  for (auto& place : trace.sources) {
    if (place.kind != source_kind::place) {
      continue;
    }
    const auto gauge = std::ranges::find_if(trace.sources, [&](const source_info& one) {
      return one.kind == source_kind::gauge && one.name == place.name;
    });
    if (gauge != trace.sources.end()) {
      if (gauge->role == source_role::none) {
        gauge->role = place.role;
      }
      place.role = gauge->role;
      place.subject = gauge->subject = place.name;
    }
  }
}

/// Where the labels of a breaker stand: -1 where it has none such.
using breaker_order = std::array<std::int64_t, 3>;

breaker_order order_of(const std::vector<std::string>& labels) {
  const auto index_of = [&](auto wanted) {
    const auto found = std::ranges::find_if(labels, wanted);
    return found == labels.end() ? std::int64_t{-1} : found - labels.begin();
  };
  return {index_of([](std::string_view label) { return label == "closed"; }),
          index_of([](std::string_view label) { return label == "open"; }),
          index_of([](std::string_view label) { return label.starts_with("half"); })};
}

/// Swaps the numbers of two states.
void swap_states(recording& trace, source_id state, std::int64_t a, std::int64_t b) {
  auto& labels = trace.sources[state].labels;
  std::swap(labels[static_cast<std::size_t>(a)], labels[static_cast<std::size_t>(b)]);
  const auto swapped = [&](std::int64_t index) {
    return index == a ? b : index == b ? a : index;
  };
  for (auto& e : trace.events) {
    if (e.kind == event_kind::state && e.source == state) {
      e.a = swapped(e.a);
      e.b = swapped(e.b);
    }
  }
}

void number_states(recording& trace, source_id state) {
  for (std::size_t wanted = 0; wanted < breaker_order{}.size(); ++wanted) {
    const auto at = order_of(trace.sources[state].labels)[wanted];
    if (at >= 0 && at != static_cast<std::int64_t>(wanted) &&
        wanted < trace.sources[state].labels.size()) {
      swap_states(trace, state, at, static_cast<std::int64_t>(wanted));
    }
  }
}

void name_parts(recording& trace, const std::string& breaker) {
  static constexpr std::array<std::pair<std::string_view, source_role>, 5> gauges{{
      {" failure rate", source_role::breaker_failure_rate},
      {" calls in window", source_role::breaker_calls},
      {" window size", source_role::breaker_window_size},
      {" cooldown", source_role::breaker_cooldown},
      {" probes", source_role::breaker_probes},
  }};
  const auto give = [&](source_kind kind, std::string_view suffix, source_role role) {
    for (auto& source : trace.sources) {
      if (source.kind == kind && source.name == breaker + std::string(suffix)) {
        source.role = role;
        source.subject = breaker;
      }
    }
  };
  for (const auto& [suffix, role] : gauges) {
    give(source_kind::gauge, suffix, role);
  }
  give(source_kind::outcomes, " window", source_role::breaker_window);
}

void find_breakers(recording& trace) {
  for (std::size_t i = 0; i < trace.sources.size(); ++i) {
    auto& source = trace.sources[i];
    const auto [closed, open, half_open] = order_of(source.labels);
    if (source.kind == source_kind::state && closed >= 0 && open >= 0) {
      source.role = source_role::breaker_state;
      source.subject = source.name;
      number_states(trace, static_cast<source_id>(i));
      name_parts(trace, source.name);
    }
  }
}

} // namespace

void guess_roles_by_name(recording& trace) {
  for (auto& source : trace.sources) {
    source.role = role_of(trace, source);
  }
  join_places_and_gauges(trace);
  find_breakers(trace);
}

} // namespace weir::trace
