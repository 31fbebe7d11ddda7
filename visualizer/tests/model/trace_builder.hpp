/// \file
/// Traces for tests: written event by event, or drawn at random.
#pragma once

#include <weir/trace/recorder.hpp>
#include <weir/trace/recording.hpp>

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace weir::viz::test {

inline constexpr std::int64_t us = 1'000;
inline constexpr std::int64_t ms = 1'000'000;
inline constexpr std::int64_t s = 1'000'000'000;

struct meaning {
  trace::source_role role = trace::source_role::none;
  std::string subject = {};
};

/// What the names in these tests stand for.
[[nodiscard]] meaning meant_by(trace::source_kind kind, std::string_view name);

/// A recorder with a hand on the clock: `at(5 * ms).gauge("queue depth", 3)`.
class trace_builder {
public:
  trace_builder& at(std::int64_t t_ns) {
    t_ = t_ns;
    return *this;
  }

  trace_builder& in(std::uint32_t task) {
    task_ = task;
    return *this;
  }

  /// With the role that these tests mean by such a name.
  trace::source_id source(trace::source_kind kind, std::string_view name, double capacity = 0,
                          std::string_view unit = {}, std::vector<std::string> labels = {}) {
    const auto meant = meant_by(kind, name);
    return recorder_.declare({.kind = kind,
                              .name = std::string(name),
                              .unit = std::string(unit),
                              .capacity = capacity,
                              .labels = std::move(labels),
                              .role = meant.role,
                              .subject = meant.subject});
  }

  trace::source_id source(const trace::source_info& wanted) { return recorder_.declare(wanted); }

  trace_builder& gauge(std::string_view name, double value, double capacity = 0) {
    return add(source(trace::source_kind::gauge, name, capacity), trace::event_kind::gauge,
               trace::to_bits(value));
  }

  trace_builder& limit(std::string_view name, double value) {
    return add(source(trace::source_kind::gauge, name), trace::event_kind::limit,
               trace::to_bits(value));
  }

  trace_builder& count(std::string_view name, std::int64_t increment = 1) {
    recorder_.count(t_, task_, source(trace::source_kind::counter, name), increment);
    return *this;
  }

  trace_builder& state(std::string_view name, std::vector<std::string> labels, std::int64_t to,
                       std::int64_t from) {
    return add(source(trace::source_kind::state, name, 0, {}, std::move(labels)),
               trace::event_kind::state, to, from);
  }

  trace_builder& breaker(std::string_view name, std::int64_t to, std::int64_t from) {
    return add(source({.kind = trace::source_kind::state,
                       .name = std::string(name),
                       .labels = {"closed", "open", "half-open"},
                       .role = trace::source_role::breaker_state,
                       .subject = std::string(name)}),
               trace::event_kind::state, to, from);
  }

  trace_builder& breaker(std::int64_t to, std::int64_t from) {
    return breaker("breaker", to, from);
  }

  trace_builder& enter(std::string_view place, std::int64_t item, double capacity = 0) {
    return add(source(trace::source_kind::place, place, capacity), trace::event_kind::item_moved,
               item);
  }

  trace_builder& end(std::string_view outcomes, trace::outcome how, std::int64_t id = 0) {
    return add(source(trace::source_kind::outcomes, outcomes), trace::event_kind::outcome, id, 0,
               static_cast<std::uint8_t>(how));
  }

  std::uint64_t begin_span(std::string_view name, trace::span_role role, std::uint64_t parent = 0) {
    return recorder_.begin_span(t_, task_, source(trace::source_kind::span, name), role, parent);
  }

  trace_builder& end_span(std::uint64_t id, trace::outcome how = trace::outcome::ok) {
    recorder_.end_span(t_, task_, id, how);
    return *this;
  }

  trace_builder& note(std::string_view text) {
    recorder_.note(t_, task_, text);
    return *this;
  }

  trace_builder& promise_broken(std::string_view text) {
    recorder_.promise_broken(t_, task_, text);
    return *this;
  }

  trace_builder& run_end(std::string_view how) {
    return add(0, trace::event_kind::run_end, recorder_.intern(how));
  }

  trace_builder& add(trace::source_id from, trace::event_kind kind, std::int64_t a = 0,
                     std::int64_t b = 0, std::uint8_t detail = 0) {
    recorder_.append({t_, task_, from, kind, detail, a, b});
    return *this;
  }

  trace::recorder& recorder() { return recorder_; }

  [[nodiscard]] trace::recording done() const { return recorder_.snapshot(); }

private:
  trace::recorder recorder_;
  std::int64_t t_ = 0;
  std::uint32_t task_ = 0;
};

/// A run of requests through a queue and a worker, with everything that scenes record; `events` of
/// them at least.
[[nodiscard]] trace::recording random_trace(std::uint64_t seed, std::size_t events);

} // namespace weir::viz::test
