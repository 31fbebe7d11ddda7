#include "model/event_layout.hpp"
#include "model/item_tracks.hpp"
#include "model/series_builder.hpp"
#include "model/timeline_body.hpp"

#include <algorithm>

namespace weir::viz {

namespace {

using trace::event;
using trace::event_kind;
using trace::source_id;

constexpr std::int64_t most_states =
    4096; ///< more states than this in one probe is a damaged event

} // namespace

/// Reads the events: the first pass, in event_layout, counts them; the second one writes each to
/// its place.
class timeline_builder {
public:
  timeline_builder(timeline::body& to, timeline_options options)
      : b_(to),
        options_(options),
        layout_(to.trace.events(), to.trace.tables().sources.size()),
        items_(to.trace.tables(), layout_, visit_outcomes_of(to.trace.tables())) {}

  void run() {
    reserve();
    fill();
    b_.range = {0, now_};
    b_.items = items_.items();
    b_.places = std::move(items_.places());
    b_.moves = std::move(items_.moves());
    order_places(b_.places, b_.moves);
    series_builder(b_, layout_, items_, options_).run();
    finish_spans();
    b_.tree = task_tree(b_.trace, b_.spans);
  }

private:
  void reserve() {
    // States come first: transitions share their index.
    const auto states = layout_.lay_out(event_kind::state, 0);
    const auto gauges = layout_.lay_out(event_kind::gauge, states);
    const auto limits = layout_.lay_out(event_kind::limit, gauges);
    const auto points = layout_.lay_out(event_kind::counter, limits);
    const auto outcomes = layout_.lay_out(event_kind::outcome, 0);
    const auto ends = layout_.lay_out(event_kind::span_end, 0);
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
    b_.spans.reserve(layout_.count(event_kind::span_begin));
    b_.notes.reserve(layout_.count(event_kind::note));
  }

  void fill() {
    time_guard guard;
    std::uint32_t index = 0;
    for (const event& e : b_.trace.events()) {
      now_ = guard(e.t_ns);
      add(e, index++);
    }
  }

  void add(const event& e, std::uint32_t index) {
    switch (e.kind) {
    case event_kind::gauge:
    case event_kind::limit:
      point(e, index, finite_or_zero(trace::from_bits(e.a)));
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
      items_.enter(e.a, layout_.source_of(e), now_, index);
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
    const auto at = layout_.take(e);
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

  void end_work(const event& e, std::uint32_t index) {
    const auto at = layout_.take(e);
    const auto how = e.detail < outcome_counts{}.size() ? e.detail : std::uint8_t{0};
    b_.outcome_times[at] = now_;
    b_.outcome_kinds[at] = how;
    b_.outcome_ids[at] = e.a;
    b_.outcome_events[at] = index;
    items_.end(e.a, layout_.source_of(e), static_cast<trace::outcome>(how), now_, index);
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
                        .source = static_cast<source_id>(layout_.source_of(e)),
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
    const auto at = layout_.take(e);
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

  void finish_spans() {
    for (auto& bar : b_.spans) {
      b_.kinds_of_spans.roles[static_cast<std::size_t>(bar.role)] = true;
      b_.kinds_of_spans.ends.add(bar.how);
      if (bar.open()) {
        b_.kinds_of_spans.ends.add_open();
        bar.end_ns = now_;
        const auto series = std::ranges::find(b_.latencies, bar.source, &latency_series::source);
        if (series != b_.latencies.end()) {
          series->open_ns += static_cast<double>(bar.length());
        }
      }
    }
    b_.rows = lane_rows(b_.spans);
    if (b_.attempts != 0) {
      const auto attempts = attempts_by_request(b_.spans);
      b_.retries = retries_of(attempts);
      if (b_.retries.retried != 0) {
        b_.amplification = amplification_of(b_.spans, attempts, b_.range, options_.window_count);
      }
    }
  }

  timeline::body& b_;
  timeline_options options_;
  event_layout layout_;
  item_tracks items_;
  nanos now_ = 0;
};

timeline::timeline(trace_view trace, timeline_options options)
    : body_(std::make_unique<body>(trace)) {
  options.window_count = std::max<std::size_t>(options.window_count, 1);
  timeline_builder(*body_, options).run();
}

} // namespace weir::viz
