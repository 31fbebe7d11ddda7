#pragma once

#include "model/pyramid.hpp"
#include "model/task_lanes.hpp"
#include "model/trace_view.hpp"

#include <weir/trace/event.hpp>
#include <weir/trace/recording.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir::viz {

using outcome_counts = std::array<std::uint32_t, 7>; ///< indexed by `trace::outcome`

[[nodiscard]] std::uint64_t total(const outcome_counts& counts) noexcept;

/// A gauge and the limit drawn beside it.
struct gauge_series {
  trace::source_id source = 0;
  std::string_view name = {};
  std::string_view unit = {};
  trace::source_role role = trace::source_role::none;
  double capacity = 0; ///< as declared; 0 = none
  step_series value = {};
  step_series limit = {}; ///< changes of the limit; empty where it never changed

  /// The limit in force after `event_count` events; 0 = none.
  [[nodiscard]] double limit_at(std::size_t event_count) const noexcept {
    return limit.at_event(event_count, capacity);
  }

  [[nodiscard]] bool has_limit() const noexcept { return capacity > 0 || !limit.empty(); }
};

struct counter_series {
  trace::source_id source = 0;
  std::string_view name = {};
  std::string_view unit = {};
  trace::source_role role = trace::source_role::none;
  step_series total = {};
};

struct transition {
  nanos t_ns = 0;
  std::uint32_t event = 0;
  std::int16_t from = -1; ///< -1: the state it began in
  std::int16_t to = 0;
};

/// What one pixel column shows of a state: the worst one wins.
struct state_column {
  std::int16_t first = -1; ///< -1: not known yet
  std::int16_t worst = -1;
  std::int16_t last = -1;
  std::uint32_t transitions = 0;

  friend bool operator==(const state_column&, const state_column&) = default;
};

enum class breaker_state : std::uint8_t { closed, half_open, open };
[[nodiscard]] std::string_view to_string(breaker_state state) noexcept;

struct state_series {
  trace::source_id source = 0;
  std::string_view name = {};
  trace::source_role role = trace::source_role::none;
  std::span<const std::string> labels = {};
  std::span<const transition> transitions = {};
  /// How bad each state is, by index; of a breaker closed < half-open < open, else its index.
  std::vector<std::int16_t> severity = {};
  step_series severity_over_time = {};

  [[nodiscard]] std::string_view label(std::int16_t state) const noexcept; ///< "?" when unknown
  /// What a state of a breaker means; empty for other things' states, and for unknown ones.
  [[nodiscard]] std::optional<breaker_state> of_breaker(std::int16_t state) const noexcept;
  /// -1 before the first transition. O(log transitions).
  [[nodiscard]] std::int16_t at_event(std::size_t event_count) const noexcept;
  /// Columns as in step_series::columns.
  query_cost columns(time_range range, std::span<state_column> out) const;
};

/// How units of work ended, in order.
struct outcome_series {
  trace::source_id source = 0;
  std::string_view name = {};
  trace::source_role role = trace::source_role::none;
  bool visits = false; ///< a service's own verdicts, while others say how the work itself ended
  std::span<const nanos> times = {};
  std::span<const std::uint8_t> kinds = {}; ///< a `trace::outcome`
  std::span<const std::int64_t> ids = {};   ///< item or span, 0 = none
  std::span<const std::uint32_t> events = {};
  std::vector<outcome_counts> prefix = {}; ///< counts before every `block`th entry

  static constexpr std::size_t block = 32;

  /// Calls that a breaker counts, not ends of work.
  [[nodiscard]] bool of_breaker() const noexcept {
    return role == trace::source_role::breaker_window;
  }

  /// Of the entries [from, to). O(block).
  [[nodiscard]] outcome_counts counts(std::size_t from, std::size_t to) const noexcept;
  /// Of the first `event_count` events of the trace.
  [[nodiscard]] outcome_counts at_event(std::size_t event_count) const noexcept;
  /// Ends in [from, to). O(log entries).
  [[nodiscard]] outcome_counts in(time_range range) const noexcept;
  /// Per pixel column; edges as in step_series::columns.
  query_cost columns(time_range range, std::span<outcome_counts> out) const;
};

/// A span, placed for drawing.
struct span_bar {
  nanos begin_ns = 0;
  nanos end_ns = 0; ///< the trace's end while it is open
  std::int64_t id = 0;
  std::int32_t parent = -1; ///< index into `timeline::spans()`, -1 = none
  std::uint32_t begin_event = 0;
  std::uint32_t end_event = no_event; ///< `no_event`: still open when the trace ended
  std::uint32_t task = 0;
  std::uint32_t lane = 0; ///< row of its outermost span; such spans don't overlap within a lane
  trace::source_id source = 0;
  trace::span_role role = trace::span_role::work;
  trace::outcome how = trace::outcome::none;
  std::uint8_t level = 0; ///< row within the lane, 0 = outermost; at most `max_levels` - 1

  static constexpr std::uint32_t no_event = 0xffffffffU;
  static constexpr std::size_t max_levels = 8;

  [[nodiscard]] bool open() const noexcept { return end_event == no_event; }

  [[nodiscard]] nanos length() const noexcept { return end_ns - begin_ns; }
};

/// A set of outcomes, and whether something had not ended: one bit each.
class outcome_set {
public:
  constexpr outcome_set() = default;

  constexpr void add(trace::outcome how) noexcept {
    bits_ = static_cast<std::uint8_t>(bits_ | (1U << static_cast<unsigned>(how)));
  }

  constexpr void add_open() noexcept { bits_ = static_cast<std::uint8_t>(bits_ | open_bit); }

  constexpr void add(outcome_set others) noexcept {
    bits_ = static_cast<std::uint8_t>(bits_ | others.bits_);
  }

  [[nodiscard]] constexpr bool has(trace::outcome how) const noexcept {
    return (bits_ >> static_cast<unsigned>(how) & 1U) != 0;
  }

  [[nodiscard]] constexpr bool has_open() const noexcept { return (bits_ & open_bit) != 0; }

  friend bool operator==(outcome_set, outcome_set) = default;

private:
  static constexpr unsigned open_bit = 0x80;
  std::uint8_t bits_ = 0;
};

/// A bar, or several that share less than a pixel column, as a lane shows them.
struct drawn_bar {
  nanos begin_ns = 0;
  nanos end_ns = 0;
  std::uint32_t span = 0;    ///< index into `timeline::spans()`: the only one, or the first
  std::uint32_t merged = 1;  ///< how many stand behind it
  outcome_set outcomes = {}; ///< of all of them
  std::uint8_t level = 0;
};

/// What occurs among the spans of a run.
struct span_kinds {
  std::array<bool, 6> roles = {}; ///< by `trace::span_role`
  outcome_set ends = {};
};

/// Whether work that ended so was served, well or not: what was rejected, dropped or
/// short-circuited was turned away, and how long that took says nothing about latency.
[[nodiscard]] constexpr bool was_served(trace::outcome how) noexcept {
  return how != trace::outcome::rejected && how != trace::outcome::dropped &&
         how != trace::outcome::short_circuited;
}

/// Latency of one window of time: of the spans that were served.
struct latency_window {
  time_range range = {};
  std::uint32_t count = 0;       ///< served spans that ended in it
  std::uint32_t turned_away = 0; ///< those that were not served
  nanos p50 = 0;                 ///< by nearest rank; 0 where count is 0
  nanos p99 = 0;
  nanos max = 0;
};

/// Spans of one name that have ended, in order of their ends.
struct latency_series {
  trace::source_id source = 0;
  std::string_view name = {};
  trace::span_role role = trace::span_role::work; ///< of the first one
  std::span<const nanos> ends = {};
  std::span<const nanos> lengths = {};
  std::span<const std::uint8_t> how = {};   ///< a `trace::outcome`
  std::vector<latency_window> windows = {}; ///< of the whole run, as many as `window_count` said
  latency_window overall = {};
  double served_ns = 0;   ///< sum of the lengths of those that were served
  double open_ns = 0;     ///< sum over those that were still open when the run was over
  std::uint32_t open = 0; ///< begun and not ended

  /// Windows over a part of the run; `count` of them. O(spans that ended in the range).
  [[nodiscard]] std::vector<latency_window> windows_in(time_range range, std::size_t count) const;
};

/// attempts ÷ requests, by windows of the time at which the requests began. A request that was
/// never attempted, such as one turned away, doesn't count.
struct amplification_window {
  time_range range = {};
  std::uint32_t requests = 0;
  std::uint32_t attempts = 0; ///< for those requests, whenever they were made

  [[nodiscard]] double ratio() const noexcept {
    return requests == 0 ? 0 : static_cast<double>(attempts) / requests;
  }
};

/// How often requests were tried.
struct retry_counts {
  std::uint32_t attempted = 0; ///< requests for which there was an attempt
  std::uint32_t attempts = 0;  ///< for these
  std::uint32_t retried = 0;   ///< requests for which there was more than one

  /// attempts ÷ requests; 1 where there are none.
  [[nodiscard]] double ratio() const noexcept {
    return attempted == 0 ? 1 : static_cast<double>(attempts) / attempted;
  }
};

struct place_info {
  trace::source_id source = 0;
  std::string_view name = {};
  double capacity = 0; ///< slots; 0 = without bound
  trace::source_role role = trace::source_role::none;
  std::int32_t level = -1; ///< gauges(): the one whose limit is the capacity; -1 = none
};

/// An item goes from place to place, or from a place into a bin. A place of -1 is outside the
/// picture.
struct move {
  nanos t_ns = 0;
  std::int64_t item = 0;
  std::uint32_t event = 0;
  std::int16_t from = -1; ///< index into `timeline::places()`
  std::int16_t to = -1;   ///< -1: into the bin `bin`
  trace::outcome bin = trace::outcome::none;
  trace::source_id outcomes = 0; ///< which outcomes named the bin
  bool returns = false;          ///< from a visit to a service, by the service's own verdict
};

/// Which sources of the trace belong to one breaker, by their roles and their subject; indices into
/// the timeline's lists, -1 = absent.
struct breaker_sources {
  std::string_view name = {};        ///< of its state
  std::int32_t state = -1;           ///< states()
  std::int32_t failure_rate = -1;    ///< gauges()
  std::int32_t calls_in_window = -1; ///< gauges()
  std::int32_t window_size = -1;     ///< gauges()
  std::int32_t cooldown = -1;        ///< gauges()
  std::int32_t probes = -1;          ///< gauges()
  std::int32_t window = -1;          ///< outcomes()
};

/// A moment worth a mark on the time axis.
struct mark {
  nanos t_ns = 0;
  std::uint32_t event = 0;
  std::string_view text = {}; ///< of the trace; empty for a gap
  std::int64_t amount = 0;    ///< of a gap: events left out; of a blocked loop: for how long, in ns
};

struct timeline_options {
  std::size_t window_count = 120; ///< for latency and amplification over the whole run
};

/// Everything that charts, lanes and flow need of a run, computed once in O(events + spans log
/// lanes). Immutable; views into the trace and into itself, so it can be moved but not copied, and
/// the trace has to stay.
class timeline {
public:
  explicit timeline(trace_view trace, timeline_options options = {});
  timeline(timeline&&) noexcept;
  timeline& operator=(timeline&&) noexcept;
  timeline(const timeline&) = delete;
  timeline& operator=(const timeline&) = delete;
  ~timeline();

  [[nodiscard]] const trace_view& trace() const noexcept;

  /// From 0 to the last event.
  [[nodiscard]] time_range range() const noexcept;

  [[nodiscard]] std::span<const gauge_series> gauges() const noexcept;
  [[nodiscard]] std::span<const counter_series> counters() const noexcept;
  [[nodiscard]] std::span<const state_series> states() const noexcept;
  [[nodiscard]] std::span<const outcome_series> outcomes() const noexcept;
  [[nodiscard]] std::span<const place_info> places() const noexcept;
  [[nodiscard]] std::span<const breaker_sources> breakers() const noexcept;

  /// nullptr when there is none of that name.
  [[nodiscard]] const gauge_series* gauge(std::string_view name) const noexcept;
  [[nodiscard]] const counter_series* counter(std::string_view name) const noexcept;
  [[nodiscard]] const state_series* state(std::string_view name) const noexcept;
  [[nodiscard]] const outcome_series* outcome(std::string_view name) const noexcept;
  [[nodiscard]] const latency_series* latency(std::string_view name) const noexcept;

  /// Ends of work: the outcomes that are no breaker's window, the busiest first choice; nullptr
  /// when the scene has none.
  [[nodiscard]] const outcome_series* main_outcomes() const noexcept;
  /// Latency as a caller sees it: spans of role request, else the most frequent; nullptr when there
  /// are none.
  [[nodiscard]] const latency_series* main_latency() const noexcept;
  /// How late the event loop is, nullptr where nobody measures it.
  [[nodiscard]] const gauge_series* loop_lag() const noexcept;

  /// In order of their begin.
  [[nodiscard]] std::span<const span_bar> spans() const noexcept;
  [[nodiscard]] const span_kinds& kinds_of_spans() const noexcept;
  [[nodiscard]] std::uint32_t lanes() const noexcept;
  /// Rows of a lane: deepest level + 1.
  [[nodiscard]] std::uint8_t lane_levels(std::uint32_t lane) const noexcept;
  /// Rows of all lanes before this one.
  [[nodiscard]] std::uint32_t rows_before(std::uint32_t lane) const noexcept;
  /// What a lane holds, by name: the source that the most of its time goes to.
  [[nodiscard]] std::string_view lane_name(std::uint32_t lane) const noexcept;
  /// Indices into `spans()` of the bars in one row of a lane, by begin.
  [[nodiscard]] std::span<const std::uint32_t> lane_row(std::uint32_t lane,
                                                        std::uint8_t level) const noexcept;
  /// The bars of a lane that touch the range, row by row; those narrower than a column (range /
  /// columns) are merged with their neighbours of the same row in that column, with all their
  /// outcomes. Appends to `out`. O(columns log (bars in a column)).
  query_cost lane_bars(std::uint32_t lane, time_range range, std::size_t columns,
                       std::vector<drawn_bar>& out) const;
  /// The outermost span of a lane that is open at `t_ns`, nullptr when there is none. O(log spans).
  [[nodiscard]] const span_bar* span_at(std::uint32_t lane, nanos t_ns) const noexcept;
  /// The span with this id, nullptr when there is none. O(1).
  [[nodiscard]] const span_bar* span_by_id(std::int64_t id) const noexcept;

  /// A row for each task where the run has no spans, such as a failing test; else empty.
  [[nodiscard]] const task_lanes& tasks() const noexcept;

  /// By name of span, in the order in which the run first named them.
  [[nodiscard]] std::span<const latency_series> latencies() const noexcept;
  /// Empty where no request was attempted more than once.
  [[nodiscard]] std::span<const amplification_window> amplification() const noexcept;
  [[nodiscard]] std::uint32_t requests() const noexcept; ///< spans of role request
  [[nodiscard]] std::uint32_t attempts() const noexcept; ///< spans of role attempt
  [[nodiscard]] const retry_counts& retries() const noexcept;

  /// Every way an item went, by time.
  [[nodiscard]] std::span<const move> moves() const noexcept;
  /// How many items came in from outside.
  [[nodiscard]] std::uint64_t items() const noexcept;
  /// The ways of one item, oldest first. O(moves).
  [[nodiscard]] std::vector<move> moves_of(std::int64_t item) const;

  /// Transitions of all breakers (of all states where there is no breaker), by event.
  [[nodiscard]] std::span<const transition> key_transitions() const noexcept;
  [[nodiscard]] std::span<const mark> promises_broken() const noexcept;
  [[nodiscard]] std::span<const mark> gaps() const noexcept; ///< where events were left out
  [[nodiscard]] std::span<const mark> notes() const noexcept;
  /// The longest time that the event loop was blocked, with the name of what blocked it; empty when
  /// it never was.
  [[nodiscard]] const std::optional<mark>& longest_block() const noexcept;
  /// Text of the run's end: "completed", "deadlock", ...; empty when the trace breaks off.
  [[nodiscard]] std::string_view ended() const noexcept;

  /// Memory that it takes, without the trace.
  [[nodiscard]] std::size_t bytes() const noexcept;

private:
  friend class timeline_builder;
  friend class series_builder;
  struct body;
  std::unique_ptr<body> body_;
};

} // namespace weir::viz
