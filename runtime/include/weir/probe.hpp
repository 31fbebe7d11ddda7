#pragma once

#include "weir/expect.hpp"
#include "weir/trace/event.hpp"
#include "weir/trace/recorder.hpp"

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Probes: how code under study says what it is doing. Each reports to the current thread's
/// recorder and costs one branch where there is none. Two probes of a kind with the same name are
/// one source. A probe made while something records is in the summary even if nothing ever happens
/// to it: "0 lost" is a finding. Names are what a dashboard would show; what a probe stands for
/// says its role (`trace::source_role`), and pictures go by that.
namespace weir {

using trace::no_parent;
using trace::outcome;
using trace::source_role;
using trace::span_role;

namespace detail {

/// A source by kind and name, with its id in the recorder that it last reported to.
class probe_source {
public:
  explicit probe_source(trace::source_info info);

  [[nodiscard]] trace::source_id id_in(trace::recorder& to) {
    return generation_ == to.generation() ? id_ : bind(to);
  }

  [[nodiscard]] const std::string& name() const noexcept { return info_.name; }

private:
  trace::source_id bind(trace::recorder& to);

  trace::source_info info_;
  std::uint64_t generation_ = 0; ///< of the recorder that `id_` belongs to; 0 = none yet
  trace::source_id id_ = 0;
};

} // namespace detail

struct gauge_options {
  double capacity = 0;   ///< the limit drawn beside it; 0 = none
  std::string unit = {}; ///< "items", "ms"; empty = a plain number
  source_role role = source_role::none;
  std::string subject = {}; ///< what it is about, where several probes are; see trace::source_info
};

/// A number that goes up and down: the depth of a queue, what is in flight.
class gauge {
public:
  explicit gauge(std::string name, gauge_options options = {});

  void set(double value) {
    value_ = value;
    if (auto* to = trace::current_recorder()) [[unlikely]] {
      record(*to);
    }
  }

  void add(double difference) { set(value_ + difference); }

  void subtract(double difference) { set(value_ - difference); }

  [[nodiscard]] double value() const noexcept { return value_; }

  /// A new limit or capacity from now on, as an adaptive limiter has it.
  void limit(double capacity) {
    if (auto* to = trace::current_recorder()) [[unlikely]] {
      record_limit(*to, capacity);
    }
  }

private:
  void record(trace::recorder& to);
  void record_limit(trace::recorder& to, double capacity);

  detail::probe_source source_;
  double value_ = 0;
};

/// A number that only grows: items lost, retries made.
class counter {
public:
  explicit counter(std::string name, std::string unit = {}, source_role role = source_role::none);

  void add(std::int64_t increment = 1) {
    if (auto* to = trace::current_recorder()) [[unlikely]] {
      record(*to, increment);
    }
  }

  counter& operator++() {
    add(1);
    return *this;
  }

  counter& operator+=(std::int64_t increment) {
    add(increment);
    return *this;
  }

private:
  void record(trace::recorder& to, std::int64_t increment);

  detail::probe_source source_;
};

struct span_options {
  span_role role = span_role::work;
  std::uint64_t parent =
      0; ///< id of the span around it; 0 = the innermost open span of the same task; or `no_parent`
};

/// A stretch of time from construction to `end()` or destruction. Movable, so that it can follow a
/// request around. Destroyed without `end`: outcome `failed` while an exception unwinds, otherwise
/// `none`.
class span {
public:
  explicit span(std::string_view name, span_options options = {}) {
    if (auto* to = trace::current_recorder()) [[unlikely]] {
      begin(*to, name, options);
    }
  }

  span(span&& other) noexcept
      : id_(std::exchange(other.id_, 0)), generation_(std::exchange(other.generation_, 0)) {}

  span& operator=(span&& other) noexcept {
    if (this != &other) {
      finish();
      id_ = std::exchange(other.id_, 0);
      generation_ = std::exchange(other.generation_, 0);
    }
    return *this;
  }

  ~span() { finish(); }

  /// Ends it now; later calls do nothing.
  void end(outcome how = outcome::ok) {
    if (id_ != 0) [[unlikely]] {
      record_end(how);
    }
  }

  /// Hand to the `parent` option of spans that belong inside; 0 when nothing records or it has
  /// ended.
  [[nodiscard]] std::uint64_t id() const noexcept { return id_; }

private:
  void begin(trace::recorder& to, std::string_view name, const span_options& options);
  void record_end(outcome how) noexcept;
  void record_destroyed() noexcept;

  void finish() noexcept {
    if (id_ != 0) [[unlikely]] {
      record_destroyed();
    }
  }

  std::uint64_t id_ = 0;
  std::uint64_t generation_ = 0;
};

namespace detail {

/// What `state<Enum>` does, with states as indices.
class state_probe {
public:
  state_probe(std::string name, std::vector<std::string> labels, std::int64_t initial,
              source_role role = source_role::none, std::string subject = {});

  void set(std::int64_t next) {
    if (next == current_) {
      return;
    }
    const auto before = std::exchange(current_, next);
    if (auto* to = trace::current_recorder()) [[unlikely]] {
      record(*to, before);
    }
  }

  [[nodiscard]] std::int64_t current() const noexcept { return current_; }

private:
  void record(trace::recorder& to, std::int64_t before);

  probe_source source_;
  std::int64_t current_;
};

} // namespace detail

/// Which of a few named states something is in; every transition is an event, so none is too short
/// to be seen.
///
///     enum class door { shut, ajar, wide_open };
///     weir::state<door> state{"door", {"shut", "ajar", "wide open"}};
///     state.set(door::ajar);
///
/// A circuit breaker has a probe of its own: weir::breaker_probe.
///
/// The labels stand in the order of the enumerators, which count from 0. `state<>` takes plain
/// indices.
template <class Enum = int>
class state {
public:
  state(std::string name, std::vector<std::string> labels, Enum initial = Enum{})
      : probe_(std::move(name), std::move(labels), static_cast<std::int64_t>(initial)) {}

  /// Setting the state it is in already is no transition.
  void set(Enum next) { probe_.set(static_cast<std::int64_t>(next)); }

  [[nodiscard]] Enum current() const noexcept { return static_cast<Enum>(probe_.current()); }

private:
  detail::state_probe probe_;
};

struct place_options {
  double capacity = 0; ///< slots to draw; 0 = without bound
  source_role role = source_role::none;
  /// With the subject and the role of a gauge, the gauge's limit is the capacity, as it changes.
  std::string subject = {};
};

/// Somewhere an item can be: a queue, a worker, a dependency. An item is in the place it entered
/// last, until an outcome with its id takes it out of the picture.
class place {
public:
  explicit place(std::string name, place_options options = {});

  void enter(std::uint64_t item) {
    if (auto* to = trace::current_recorder()) [[unlikely]] {
      record(*to, item);
    }
  }

private:
  void record(trace::recorder& to, std::uint64_t item);

  detail::probe_source source_;
};

struct outcomes_options {
  source_role role = source_role::none;
  std::string subject = {}; ///< what they are about, where several probes are
};

/// How units of work ended, counted by kind.
class outcomes {
public:
  explicit outcomes(std::string name, outcomes_options options = {});

  /// `item`: its id in `place`s or the id of its span; 0 = none.
  void add(outcome how, std::uint64_t item = 0) {
    if (auto* to = trace::current_recorder()) [[unlikely]] {
      record(*to, how, item);
    }
  }

private:
  void record(trace::recorder& to, outcome how, std::uint64_t item);

  detail::probe_source source_;
};

namespace detail {
void record_note(trace::recorder& to, std::string_view text);
}

/// A line for the timeline; "{}" stands for the next value. Nothing is formatted where nothing
/// records.
template <class... Values>
void note(std::string_view pattern, const Values&... values) {
  if (auto* to = trace::current_recorder()) [[unlikely]] {
    detail::record_note(*to, text(pattern, values...));
  }
}

} // namespace weir
