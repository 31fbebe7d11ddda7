#include "model/timeline.hpp"

#include "model/timeline_body.hpp"

#include <algorithm>

namespace weir::viz {

namespace {

template <class List>
auto* named(const List& list, std::string_view name) noexcept {
  const auto found = std::ranges::find(list, name, &List::value_type::name);
  return found == list.end() ? nullptr : &*found;
}

template <class List>
auto* numbered(const List& list, std::int32_t index) noexcept {
  return index < 0 ? nullptr : &list[static_cast<std::size_t>(index)];
}

template <class T>
std::size_t bytes_of(const std::vector<T>& list) noexcept {
  return list.capacity() * sizeof(T);
}

} // namespace

timeline::timeline(timeline&&) noexcept = default;
timeline& timeline::operator=(timeline&&) noexcept = default;
timeline::~timeline() = default;

const trace_view& timeline::trace() const noexcept {
  return body_->trace;
}

time_range timeline::range() const noexcept {
  return body_->range;
}

std::span<const gauge_series> timeline::gauges() const noexcept {
  return body_->gauges;
}

std::span<const counter_series> timeline::counters() const noexcept {
  return body_->counters;
}

std::span<const state_series> timeline::states() const noexcept {
  return body_->states;
}

std::span<const outcome_series> timeline::outcomes() const noexcept {
  return body_->outcomes;
}

std::span<const place_info> timeline::places() const noexcept {
  return body_->places;
}

std::span<const breaker_sources> timeline::breakers() const noexcept {
  return body_->breakers;
}

const gauge_series* timeline::gauge(std::string_view name) const noexcept {
  return named(body_->gauges, name);
}

const counter_series* timeline::counter(std::string_view name) const noexcept {
  return named(body_->counters, name);
}

const state_series* timeline::state(std::string_view name) const noexcept {
  return named(body_->states, name);
}

const outcome_series* timeline::outcome(std::string_view name) const noexcept {
  return named(body_->outcomes, name);
}

const latency_series* timeline::latency(std::string_view name) const noexcept {
  return named(body_->latencies, name);
}

const outcome_series* timeline::main_outcomes() const noexcept {
  return numbered(body_->outcomes, body_->main_outcomes);
}

const latency_series* timeline::main_latency() const noexcept {
  return numbered(body_->latencies, body_->main_latency);
}

const gauge_series* timeline::loop_lag() const noexcept {
  return numbered(body_->gauges, body_->loop_lag);
}

std::span<const span_bar> timeline::spans() const noexcept {
  return body_->spans;
}

const span_kinds& timeline::kinds_of_spans() const noexcept {
  return body_->kinds_of_spans;
}

std::uint32_t timeline::lanes() const noexcept {
  return body_->rows.lanes();
}

const span_bar* timeline::span_by_id(std::int64_t id) const noexcept {
  const auto index = body_->index.find(id, body_->spans);
  return index == flat_map::none ? nullptr : &body_->spans[index];
}

const task_lanes& timeline::tasks() const noexcept {
  return body_->tree.lanes();
}

const task_tree& timeline::tree() const noexcept {
  return body_->tree;
}

std::span<const latency_series> timeline::latencies() const noexcept {
  return body_->latencies;
}

std::span<const amplification_window> timeline::amplification() const noexcept {
  return body_->amplification;
}

std::uint32_t timeline::requests() const noexcept {
  return body_->requests;
}

std::uint32_t timeline::attempts() const noexcept {
  return body_->attempts;
}

const retry_counts& timeline::retries() const noexcept {
  return body_->retries;
}

std::span<const move> timeline::moves() const noexcept {
  return body_->moves;
}

std::uint64_t timeline::items() const noexcept {
  return body_->items;
}

std::vector<move> timeline::moves_of(std::int64_t item) const {
  std::vector<move> result;
  std::ranges::copy_if(body_->moves, std::back_inserter(result),
                       [&](const move& one) { return one.item == item; });
  return result;
}

std::span<const transition> timeline::key_transitions() const noexcept {
  return body_->key_transitions;
}

std::span<const mark> timeline::promises_broken() const noexcept {
  return body_->promises_broken;
}

std::span<const mark> timeline::gaps() const noexcept {
  return body_->gaps;
}

std::span<const mark> timeline::notes() const noexcept {
  return body_->notes;
}

const std::optional<mark>& timeline::longest_block() const noexcept {
  return body_->longest_block;
}

std::string_view timeline::ended() const noexcept {
  return body_->ended;
}

std::size_t timeline::bytes() const noexcept {
  const auto& b = *body_;
  return sizeof b + bytes_of(b.times) + bytes_of(b.values) + bytes_of(b.point_events) +
         bytes_of(b.values) / 3 /* pyramids */ * 2 + bytes_of(b.transitions) +
         bytes_of(b.outcome_times) + bytes_of(b.outcome_kinds) + bytes_of(b.outcome_ids) +
         bytes_of(b.outcome_events) + bytes_of(b.latency_ends) + bytes_of(b.latency_lengths) +
         bytes_of(b.latency_how) + bytes_of(b.spans) + b.rows.bytes() + bytes_of(b.moves);
}

} // namespace weir::viz
