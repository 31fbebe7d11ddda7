#include "weir/probe.hpp"

#include "weir/run.hpp"

#include <exception>

namespace weir {

namespace {

std::int64_t now_ns() noexcept {
  return now().count();
}

} // namespace

trace::source_id detail::probe_source::bind(trace::recorder& to) {
  id_ = to.declare(info_);
  generation_ = to.generation();
  return id_;
}

detail::probe_source::probe_source(trace::source_info info) : info_(std::move(info)) {
  if (auto* to = trace::current_recorder()) {
    bind(*to);
  }
}

gauge::gauge(std::string name, gauge_options options)
    : source_({.kind = trace::source_kind::gauge,
               .name = std::move(name),
               .unit = std::move(options.unit),
               .capacity = options.capacity,
               .role = options.role,
               .subject = std::move(options.subject)}) {}

void gauge::record(trace::recorder& to) {
  to.append({now_ns(), current_task(), source_.id_in(to), trace::event_kind::gauge, 0,
             trace::to_bits(value_), 0});
}

void gauge::record_limit(trace::recorder& to, double capacity) {
  to.append({now_ns(), current_task(), source_.id_in(to), trace::event_kind::limit, 0,
             trace::to_bits(capacity), 0});
}

counter::counter(std::string name, std::string unit, source_role role)
    : source_({.kind = trace::source_kind::counter,
               .name = std::move(name),
               .unit = std::move(unit),
               .role = role}) {}

void counter::record(trace::recorder& to, std::int64_t increment) {
  to.count(now_ns(), current_task(), source_.id_in(to), increment);
}

void span::begin(trace::recorder& to, std::string_view name, const span_options& options) {
  const auto source = to.declare({.kind = trace::source_kind::span, .name = std::string(name)});
  id_ = to.begin_span(now_ns(), current_task(), source, options.role, options.parent);
  generation_ = to.generation();
}

void span::record_end(outcome how) noexcept {
  auto* to = trace::current_recorder();
  if (to != nullptr && to->generation() == generation_) {
    to->end_span(now_ns(), current_task(), id_, how);
  }
  id_ = 0;
}

void span::record_destroyed() noexcept {
  record_end(std::uncaught_exceptions() > 0 ? outcome::failed : outcome::none);
}

detail::state_probe::state_probe(std::string name, std::vector<std::string> labels,
                                 std::int64_t initial, source_role role, std::string subject)
    : source_({.kind = trace::source_kind::state,
               .name = std::move(name),
               .labels = std::move(labels),
               .role = role,
               .subject = std::move(subject)}),
      current_(initial) {
  if (auto* to = trace::current_recorder()) {
    record(*to, -1);
  }
}

void detail::state_probe::record(trace::recorder& to, std::int64_t before) {
  to.append(
      {now_ns(), current_task(), source_.id_in(to), trace::event_kind::state, 0, current_, before});
}

place::place(std::string name, place_options options)
    : source_({.kind = trace::source_kind::place,
               .name = std::move(name),
               .capacity = options.capacity,
               .role = options.role,
               .subject = std::move(options.subject)}) {}

void place::record(trace::recorder& to, std::uint64_t item) {
  to.append({now_ns(), current_task(), source_.id_in(to), trace::event_kind::item_moved, 0,
             static_cast<std::int64_t>(item), 0});
}

outcomes::outcomes(std::string name, outcomes_options options)
    : source_({.kind = trace::source_kind::outcomes,
               .name = std::move(name),
               .role = options.role,
               .subject = std::move(options.subject)}) {}

void outcomes::record(trace::recorder& to, outcome how, std::uint64_t item) {
  to.append({now_ns(), current_task(), source_.id_in(to), trace::event_kind::outcome,
             static_cast<std::uint8_t>(how), static_cast<std::int64_t>(item), 0});
}

void detail::record_note(trace::recorder& to, std::string_view text) {
  to.note(now_ns(), current_task(), text);
}

} // namespace weir
