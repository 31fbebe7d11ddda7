#include "model/roles.hpp"
#include "model/timeline_body.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <ranges>

namespace weir::viz {

namespace {

using trace::event;
using trace::event_kind;
using trace::source_id;
using trace::source_kind;

constexpr std::size_t kinds = static_cast<std::size_t>(event_kind::task_named) + 1;
constexpr std::int64_t most_states =
    4096; ///< more states than this in one probe is a damaged event

double clean(double value) noexcept {
  return std::isfinite(value) ? value : 0;
}

bool has_label(std::span<const std::string> labels, std::string_view wanted) noexcept {
  return std::ranges::find(labels, wanted) != labels.end();
}

bool is_breaker(std::span<const std::string> labels) noexcept {
  return has_label(labels, "closed") && has_label(labels, "open");
}

std::vector<std::int16_t> severities(std::span<const std::string> labels, std::size_t states) {
  std::vector<std::int16_t> result(std::max(states, labels.size()));
  const bool breaker = is_breaker(labels);
  for (std::size_t i = 0; i < result.size(); ++i) {
    result[i] = static_cast<std::int16_t>(breaker ? i + 3 : i);
    if (breaker && i < labels.size()) {
      const std::string_view label = labels[i];
      result[i] = label == "closed"           ? std::int16_t{0}
                  : label == "open"           ? std::int16_t{2}
                  : label.starts_with("half") ? std::int16_t{1}
                                              : result[i];
    }
  }
  return result;
}

} // namespace

/// Two passes: the first counts how many events of each kind every source has, so that the second
/// can write each to its place in flat arrays.
class timeline_builder {
public:
  timeline_builder(timeline::body& to, timeline_options options)
      : b_(to),
        options_(options),
        events_(to.trace.events()),
        sources_(std::max<std::size_t>(to.trace.tables().sources.size(), 1)),
        next_(kinds * sources_),
        visits_(visit_outcomes_of(to.trace.tables())),
        place_of_(sources_, std::int16_t{-1}) {
    visits_.resize(sources_);
  }

  void run() {
    count();
    reserve();
    fill();
    b_.range = {0, now_};
    order_places(b_.places, b_.moves);
    finish_series();
    finish_spans();
    finish_marks();
    if (b_.spans.empty()) {
      b_.tasks = task_lanes(b_.trace);
    }
  }

private:
  static constexpr std::int16_t nowhere = -1;

  [[nodiscard]] std::uint32_t& next(event_kind kind, std::size_t source) noexcept {
    return next_[static_cast<std::size_t>(kind) * sources_ + source];
  }

  [[nodiscard]] std::uint32_t counted(event_kind kind, std::size_t source) const noexcept {
    return counts_[static_cast<std::size_t>(kind) * sources_ + source];
  }

  [[nodiscard]] std::uint32_t counted(event_kind kind) const noexcept {
    std::uint32_t all = 0;
    for (std::size_t source = 0; source < sources_; ++source) {
      all += counted(kind, source);
    }
    return all;
  }

  [[nodiscard]] std::size_t source_of(const event& e) const noexcept {
    return e.source < sources_ ? e.source : 0;
  }

  void count() {
    for (const event& e : events_) {
      const auto kind = static_cast<std::size_t>(e.kind);
      ++next_[(kind < kinds ? kind : 0) * sources_ + source_of(e)];
    }
    counts_ = next_;
  }

  /// Gives every source its stretch of the arrays that events of `kind` go to.
  std::uint32_t lay_out(event_kind kind, std::uint32_t from) {
    for (std::size_t source = 0; source < sources_; ++source) {
      auto& place = next(kind, source);
      const auto here = place;
      place = from;
      from += here;
    }
    return from;
  }

  void reserve() {
    const auto states = lay_out(event_kind::state, 0); // first: transitions share their index
    const auto gauges = lay_out(event_kind::gauge, states);
    const auto limits = lay_out(event_kind::limit, gauges);
    const auto points = lay_out(event_kind::counter, limits);
    const auto outcomes = lay_out(event_kind::outcome, 0);
    const auto ends = lay_out(event_kind::span_end, 0);
    starts_ = next_;
    b_.transitions.resize(states);
    b_.times.resize(points);
    b_.values.resize(points);
    b_.point_events.resize(points);
    b_.outcome_times.resize(outcomes);
    b_.outcome_kinds.resize(outcomes);
    b_.outcome_ids.resize(outcomes);
    b_.outcome_events.resize(outcomes);
    b_.latency_ends.resize(ends);
    b_.latency_lengths.resize(ends);
    b_.latency_how.resize(ends);
    b_.spans.reserve(counted(event_kind::span_begin));
    const auto moved = counted(event_kind::item_moved);
    b_.moves.reserve(moved == 0 ? 0 : moved + outcomes);
    b_.notes.reserve(counted(event_kind::note));
    at_.assign(moved == 0 ? 0 : moved + std::size_t{1}, stay{});
    ended_items_.resize(sources_);
    for (std::size_t source = 1; source < sources_; ++source) {
      const auto& info = b_.trace.tables().sources[source];
      if (info.kind == source_kind::place || counted(event_kind::item_moved, source) != 0) {
        place_of_[source] = static_cast<std::int16_t>(b_.places.size());
        b_.places.push_back({static_cast<source_id>(source), info.name, clean(info.capacity)});
      }
    }
  }

  void fill() {
    time_guard guard;
    std::uint32_t index = 0;
    for (const event& e : events_) {
      now_ = guard(e.t_ns);
      add(e, index++);
    }
  }

  void add(const event& e, std::uint32_t index) {
    switch (e.kind) {
    case event_kind::gauge:
    case event_kind::limit:
      point(e, index, clean(trace::from_bits(e.a)));
      break;
    case event_kind::counter:
      point(e, index, static_cast<double>(e.a));
      break;
    case event_kind::state:
      enter_state(e, index);
      break;
    case event_kind::outcome:
      end_work(e, index);
      break;
    case event_kind::item_moved:
      move_item(e, index);
      break;
    case event_kind::span_begin:
      begin_span(e, index);
      break;
    case event_kind::span_end:
      end_span(e, index);
      break;
    default:
      remark(e, index);
      break;
    }
  }

  std::uint32_t point(const event& e, std::uint32_t index, double value) {
    const auto at = next(e.kind, source_of(e))++;
    b_.times[at] = now_;
    b_.values[at] = value;
    b_.point_events[at] = index;
    return at;
  }

  void enter_state(const event& e, std::uint32_t index) {
    const auto in_range = [](std::int64_t state) {
      return state >= 0 && state < most_states;
    };
    const auto to = static_cast<std::int16_t>(in_range(e.a) ? e.a : 0);
    const auto from = static_cast<std::int16_t>(in_range(e.b) ? e.b : -1);
    // The value becomes the severity once all states are known.
    const auto at = point(e, index, to);
    b_.transitions[at] = {now_, index, from, to};
  }

  /// Indices of places.
  struct stay {
    std::int16_t place = nowhere;
    std::int16_t came_from = nowhere;
  };

  [[nodiscard]] stay where(std::int64_t item) const noexcept {
    if (static_cast<std::uint64_t>(item) < at_.size()) {
      return at_[static_cast<std::size_t>(item)];
    }
    const auto found = elsewhere_.find(item);
    return found == flat_map::none ? stay{}
                                   : stay{static_cast<std::int16_t>(found & 0xffffU),
                                          static_cast<std::int16_t>(found >> 16U)};
  }

  void put(std::int64_t item, stay now) {
    if (static_cast<std::uint64_t>(item) < at_.size()) {
      at_[static_cast<std::size_t>(item)] = now;
    } else if (now.place == nowhere) {
      elsewhere_.erase(item);
    } else {
      elsewhere_.set(item, static_cast<std::uint32_t>(static_cast<std::uint16_t>(now.place)) |
                               static_cast<std::uint32_t>(static_cast<std::uint16_t>(now.came_from))
                                   << 16U);
    }
  }

  void go(std::int64_t item, std::int16_t from, std::int16_t to, std::uint32_t index,
          bool returns) {
    b_.moves.push_back({now_, item, index, from, to, trace::outcome::none, 0, returns});
    put(item, {to, from});
  }

  void move_item(const event& e, std::uint32_t index) {
    const auto to = place_of_[source_of(e)];
    const auto from = where(e.a).place;
    // The scene and the service may both say that an item has come to the service.
    if (to >= 0 && to != from) {
      b_.items += from == nowhere ? 1 : 0;
      go(e.a, from, to, index, false);
    }
  }

  void end_work(const event& e, std::uint32_t index) {
    const auto source = source_of(e);
    const auto at = next(e.kind, source)++;
    const auto how = e.detail < outcome_counts{}.size() ? e.detail : std::uint8_t{0};
    b_.outcome_times[at] = now_;
    b_.outcome_kinds[at] = how;
    b_.outcome_ids[at] = e.a;
    b_.outcome_events[at] = index;
    if (e.a == 0 || b_.places.empty()) {
      return;
    }
    const auto here = where(e.a);
    if (here.place == nowhere) {
      return;
    }
    if (visits_[source] && here.came_from != nowhere) {
      go(e.a, here.place, here.came_from, index, true);
      return;
    }
    b_.moves.push_back({now_, e.a, index, here.place, nowhere, static_cast<trace::outcome>(how),
                        static_cast<source_id>(source), false});
    put(e.a, {});
    ++ended_items_[source];
  }

  void begin_span(const event& e, std::uint32_t index) {
    const auto parent = e.b == 0 ? flat_map::none : b_.index.find(e.b, b_.spans);
    const auto role = e.detail <= static_cast<std::uint8_t>(trace::span_role::backing_off)
                          ? static_cast<trace::span_role>(e.detail)
                          : trace::span_role::work;
    b_.index.add(e.a, static_cast<std::uint32_t>(b_.spans.size()));
    b_.spans.push_back({.begin_ns = now_,
                        .id = e.a,
                        .parent = parent == flat_map::none ? -1 : static_cast<std::int32_t>(parent),
                        .begin_event = index,
                        .task = e.task,
                        .source = static_cast<source_id>(source_of(e)),
                        .role = role});
    b_.requests += role == trace::span_role::request ? 1 : 0;
    b_.attempts += role == trace::span_role::attempt ? 1 : 0;
  }

  void end_span(const event& e, std::uint32_t index) {
    const auto how = e.detail < outcome_counts{}.size() ? e.detail : std::uint8_t{0};
    nanos length = std::clamp<nanos>(e.b, 0, now_); // its begin may lie in a gap
    if (const auto found = b_.index.find(e.a, b_.spans); found != flat_map::none) {
      auto& bar = b_.spans[found];
      bar.end_ns = now_;
      bar.end_event = index;
      bar.how = static_cast<trace::outcome>(how);
      length = now_ - bar.begin_ns;
    }
    const auto at = next(e.kind, source_of(e))++;
    b_.latency_ends[at] = now_;
    b_.latency_lengths[at] = length;
    b_.latency_how[at] = how;
  }

  void remark(const event& e, std::uint32_t index) {
    switch (e.kind) {
    case event_kind::note:
      b_.notes.push_back({now_, index, b_.trace.text(e.a), 0});
      break;
    case event_kind::promise_broken:
      b_.promises_broken.push_back({now_, index, b_.trace.text(e.a), 0});
      break;
    case event_kind::gap:
      b_.gaps.push_back({now_, index, {}, e.a});
      break;
    case event_kind::loop_blocked:
      if (!b_.longest_block || e.a > b_.longest_block->amount) {
        b_.longest_block = mark{now_, index, b_.trace.source(e.source).name, e.a};
      }
      break;
    case event_kind::run_end:
      b_.ended = b_.trace.text(e.a);
      break;
    default:
      break;
    }
  }

  template <class T>
  [[nodiscard]] std::span<const T> part(const std::vector<T>& all, event_kind kind,
                                        std::size_t source) const {
    const auto from = starts_[static_cast<std::size_t>(kind) * sources_ + source];
    return std::span(all).subspan(from, counted(kind, source));
  }

  [[nodiscard]] step_series steps(event_kind kind, std::size_t source) const {
    return {part(b_.times, kind, source), part(b_.values, kind, source),
            part(b_.point_events, kind, source)};
  }

  void finish_series() {
    for (std::size_t source = 1; source < sources_; ++source) {
      const auto& info = b_.trace.tables().sources[source];
      const auto id = static_cast<source_id>(source);
      if (info.kind == source_kind::gauge || counted(event_kind::gauge, source) != 0) {
        b_.gauges.push_back({id, info.name, info.unit, clean(info.capacity),
                             steps(event_kind::gauge, source), steps(event_kind::limit, source)});
      }
      if (info.kind == source_kind::counter || counted(event_kind::counter, source) != 0) {
        b_.counters.push_back({id, info.name, info.unit, steps(event_kind::counter, source)});
      }
      if (info.kind == source_kind::state || counted(event_kind::state, source) != 0) {
        add_state(id, info);
      }
      if (info.kind == source_kind::outcomes || counted(event_kind::outcome, source) != 0) {
        add_outcomes(id, info);
      }
      if (counted(event_kind::span_begin, source) + counted(event_kind::span_end, source) != 0) {
        add_latency(id, info);
      }
    }
    name_breakers();
    choose_main();
  }

  void add_state(source_id id, const trace::source_info& info) {
    const auto changes = part(b_.transitions, event_kind::state, id);
    std::int16_t highest = -1;
    for (const auto& one : changes) {
      highest = std::max({highest, one.from, one.to});
    }
    auto severity = severities(info.labels, static_cast<std::size_t>(highest + 1));
    const auto from = starts_[static_cast<std::size_t>(event_kind::state) * sources_ + id];
    for (std::size_t i = 0; i < changes.size(); ++i) {
      b_.values[from + i] = severity[static_cast<std::size_t>(changes[i].to)];
    }
    b_.states.push_back(
        {id, info.name, info.labels, changes, std::move(severity), steps(event_kind::state, id)});
  }

  void add_outcomes(source_id id, const trace::source_info& info) {
    outcome_series series{.source = id,
                          .name = info.name,
                          .visits = visits_[id],
                          .times = part(b_.outcome_times, event_kind::outcome, id),
                          .kinds = part(b_.outcome_kinds, event_kind::outcome, id),
                          .ids = part(b_.outcome_ids, event_kind::outcome, id),
                          .events = part(b_.outcome_events, event_kind::outcome, id)};
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

  void add_latency(source_id id, const trace::source_info& info) {
    latency_series series{.source = id,
                          .name = info.name,
                          .ends = part(b_.latency_ends, event_kind::span_end, id),
                          .lengths = part(b_.latency_lengths, event_kind::span_end, id),
                          .how = part(b_.latency_how, event_kind::span_end, id)};
    series.windows = series.windows_in(b_.range, options_.window_count);
    series.overall = series.windows_in(b_.range, 1).front();
    series.ended_ns = std::accumulate(series.lengths.begin(), series.lengths.end(), 0.0);
    b_.latencies.push_back(std::move(series));
  }

  template <class List>
  [[nodiscard]] static std::int32_t index_of(const List& list, std::string_view first,
                                             std::string_view second) {
    for (std::size_t i = 0; i < list.size(); ++i) {
      const std::string_view name = list[i].name;
      if (name.size() == first.size() + second.size() && name.starts_with(first) &&
          name.ends_with(second)) {
        return static_cast<std::int32_t>(i);
      }
    }
    return -1;
  }

  void name_breakers() {
    for (std::size_t i = 0; i < b_.states.size(); ++i) {
      const auto& state = b_.states[i];
      if (!is_breaker(state.labels)) {
        continue;
      }
      const auto name = state.name;
      b_.breakers.push_back({.name = name,
                             .state = static_cast<std::int32_t>(i),
                             .failure_rate = index_of(b_.gauges, name, " failure rate"),
                             .calls_in_window = index_of(b_.gauges, name, " calls in window"),
                             .window_size = index_of(b_.gauges, name, " window size"),
                             .cooldown = index_of(b_.gauges, name, " cooldown"),
                             .probes = index_of(b_.gauges, name, " probes"),
                             .window = index_of(b_.outcomes, name, " window")});
      if (const auto window = b_.breakers.back().window; window >= 0) {
        b_.outcomes[static_cast<std::size_t>(window)].breaker_window = true;
      }
    }
  }

  void choose_main() {
    const auto role_of = first_roles();
    for (auto& series : b_.latencies) {
      series.role = role_of[series.source];
    }
    b_.main_outcomes = best(b_.outcomes, [&](const outcome_series& one) {
      const double ended = visits_[one.source] ? 0 : ended_items_[one.source] * 1e9;
      return one.breaker_window ? -1.0 : ended + static_cast<double>(one.kinds.size());
    });
    b_.main_latency = best(b_.latencies, [](const latency_series& one) {
      return (one.role == trace::span_role::request ? 1e12 : 0.0) +
             static_cast<double>(one.ends.size());
    });
    b_.loop_lag = index_of(b_.gauges, "loop lag", "");
  }

  [[nodiscard]] std::vector<trace::span_role> first_roles() {
    std::vector<trace::span_role> roles(sources_);
    for (auto& series : b_.latencies) {
      series.open = counted(event_kind::span_begin, series.source);
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

  /// Index of the largest score; -1 where all are negative.
  template <class List, class Score>
  [[nodiscard]] static std::int32_t best(const List& list, Score score) {
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

  void finish_spans() {
    for (auto& bar : b_.spans) {
      if (bar.open()) {
        bar.end_ns = now_;
        const auto series = std::ranges::find(b_.latencies, bar.source, &latency_series::source);
        if (series != b_.latencies.end()) {
          series->open_ns += static_cast<double>(bar.length());
        }
      }
    }
    pack_lanes(b_.spans, b_.lane_bars, b_.lane_offsets, b_.lane_levels);
    if (b_.attempts == 0 || options_.window_count == 0) {
      return;
    }
    const auto count = options_.window_count;
    b_.amplification.resize(count);
    for (std::size_t i = 0; i < count; ++i) {
      b_.amplification[i].range = {column_start(b_.range, i, count),
                                   column_start(b_.range, i + 1, count)};
    }
    std::size_t at = 0;
    for (const auto& bar : b_.spans) {
      while (at + 1 < count && bar.begin_ns >= b_.amplification[at].range.to_ns) {
        ++at;
      }
      b_.amplification[at].requests += bar.role == trace::span_role::request ? 1 : 0;
      b_.amplification[at].attempts += bar.role == trace::span_role::attempt ? 1 : 0;
    }
  }

  void finish_marks() {
    for (std::size_t i = 0; i < b_.states.size(); ++i) {
      const auto& state = b_.states[i];
      if (!b_.breakers.empty() && !is_breaker(state.labels)) {
        continue;
      }
      std::ranges::copy_if(state.transitions, std::back_inserter(b_.key_transitions),
                           [](const transition& one) { return one.from >= 0; });
    }
    std::ranges::sort(b_.key_transitions, {}, &transition::event);
  }

  timeline::body& b_;
  timeline_options options_;
  std::span<const event> events_;
  std::size_t sources_;
  std::vector<std::uint32_t> next_;   ///< by kind and source: first counts, then where to write
  std::vector<std::uint32_t> counts_; ///< by kind and source
  std::vector<std::uint32_t> starts_; ///< by kind and source: where its stretch begins
  visit_outcomes visits_;
  std::vector<std::int16_t> place_of_;
  std::vector<stay> at_; ///< by item, as far as items are numbered from 1
  flat_map elsewhere_;   ///< other items
  std::vector<std::uint32_t> ended_items_;
  nanos now_ = 0;
};

timeline::timeline(trace_view trace, timeline_options options)
    : body_(std::make_unique<body>(trace)) {
  options.window_count = std::max<std::size_t>(options.window_count, 1);
  timeline_builder(*body_, options).run();
}

} // namespace weir::viz
