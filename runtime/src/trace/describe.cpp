#include "describe.hpp"

#include "saturate.hpp"
#include "weir/expect.hpp"
#include "weir/trace/text.hpp"

#include <string_view>

namespace weir::trace {

namespace {

std::string_view file_name(std::string_view path) {
  return path.substr(path.rfind('/') + 1); // npos + 1 == 0: the whole path
}

std::string place_in_code(const source_info& site) {
  return site.line == 0 ? std::string() : weir::text(" ({}:{})", file_name(site.file), site.line);
}

std::string operation(const source_info& site) {
  return (site.name.empty() ? "something" : site.name) + place_in_code(site);
}

std::string amount(double value, std::string_view unit) {
  const auto number = weir::detail::show_number(value);
  return unit.empty() ? number : number + " " + std::string(unit);
}

std::string duration(std::int64_t ns) {
  return format_duration(std::chrono::nanoseconds(ns));
}

std::string state_name(const source_info& state, std::int64_t index) {
  return index >= 0 && static_cast<std::size_t>(index) < state.labels.size()
             ? state.labels[static_cast<std::size_t>(index)]
             : std::to_string(index);
}

std::string describe_span(const recording& in, const event& e) {
  const auto& name = in.source(e.source).name;
  if (e.kind == event_kind::span_end) {
    const auto how = static_cast<outcome>(e.detail);
    const auto verdict = how == outcome::none ? std::string() : ": " + std::string(to_string(how));
    return weir::text("{} [{}] ends after {}", name, e.a, duration(e.b)) + verdict;
  }
  auto line = weir::text("{} [{}] begins", name, e.a);
  const auto role = static_cast<span_role>(e.detail);
  if (role != span_role::work && role != span_role::request) {
    line += ", " + std::string(to_string(role));
  }
  return e.b == 0 ? line : line + weir::text(", inside [{}]", e.b);
}

std::string describe_gauge(const recording& in, const event& e) {
  const auto& gauge = in.source(e.source);
  if (e.kind == event_kind::limit) {
    return gauge.name + " may go up to " + amount(from_bits(e.a), gauge.unit) + " from now on";
  }
  auto line = gauge.name + " = " + weir::detail::show_number(from_bits(e.a));
  if (gauge.capacity != 0) {
    line += " of " + weir::detail::show_number(gauge.capacity);
  }
  return gauge.unit.empty() ? line : line + " " + gauge.unit;
}

std::string describe_task(const recording& in, const event& e) {
  const auto& site = in.source(e.source);
  switch (e.kind) {
  case event_kind::task_started:
    return "starts" +
           (e.b == 0 ? "" : ", started by " + in.task_name(static_cast<std::uint32_t>(e.b))) +
           place_in_code(site);
  case event_kind::task_named:
    return "is called " + std::string(in.text(static_cast<string_id>(e.a))) + " from now on";
  case event_kind::task_suspended:
    return "waits for " + operation(site);
  case event_kind::task_resumed:
    return "goes on after " + operation(site);
  default:
    break;
  }
  switch (static_cast<task_end>(e.detail)) {
  case task_end::exception:
    return "ends with an exception" + place_in_code(site);
  case task_end::destroyed:
    return "is destroyed while it waits" + place_in_code(site);
  default:
    return "ends";
  }
}

std::string describe_loop(const recording& in, const event& e) {
  switch (e.kind) {
  case event_kind::run_begin:
    return weir::text("the run begins, seed {}", static_cast<std::uint64_t>(e.a)) +
           (e.b == 0 ? "" : weir::text(", schedule {}", e.b));
  case event_kind::run_end:
    return weir::text("the run ends: {}, {} handlers", in.text(static_cast<string_id>(e.a)), e.b);
  case event_kind::timer_armed:
    return weir::text("timer {} is set for {}", e.b, duration(e.a));
  case event_kind::timer_fired:
    return weir::text("timer {} expires", e.b);
  case event_kind::timer_cancelled:
    return weir::text("timer {} is cancelled", e.b);
  case event_kind::clock_advanced:
    return (e.b == 1   ? "handlers take their time: the clock moves on from "
            : e.b == 2 ? "the loop wakes up late: the clock moves on from "
                       : "nothing is ready: the clock moves on from ") +
           duration(e.a);
  case event_kind::loop_blocked:
    return weir::text("blocks the loop for {}", duration(e.a));
  default:
    return weir::text("is chosen, number {} of {} ready", plus(e.a, 1), e.b);
  }
}

std::string describe_probe(const recording& in, const event& e) {
  const auto& source = in.source(e.source);
  switch (e.kind) {
  case event_kind::counter:
    return weir::text("{} = {}", source.name, e.a) + (e.b == 1 ? "" : weir::text(" (+{})", e.b));
  case event_kind::state:
    return source.name + ": " + (e.b < 0 ? "" : state_name(source, e.b) + " → ") +
           state_name(source, e.a);
  case event_kind::item_moved:
    return weir::text("item {} enters {}", e.a, source.name);
  case event_kind::outcome:
    return source.name + ": " + std::string(to_string(static_cast<outcome>(e.detail))) +
           (e.a == 0 ? "" : weir::text(" (item {})", e.a));
  case event_kind::note:
    return std::string(in.text(static_cast<string_id>(e.a)));
  case event_kind::promise_broken:
    return "PROMISE BROKEN: " + std::string(in.text(static_cast<string_id>(e.a)));
  case event_kind::gap:
    return weir::text("… {} events are left out here: the recorder was full …", e.a);
  default:
    return "something that this version of weir does not know";
  }
}

} // namespace

std::string describe(const recording& in, const event& e) {
  switch (e.kind) {
  case event_kind::task_started:
  case event_kind::task_named:
  case event_kind::task_ended:
  case event_kind::task_suspended:
  case event_kind::task_resumed:
    return describe_task(in, e);
  case event_kind::run_begin:
  case event_kind::run_end:
  case event_kind::timer_armed:
  case event_kind::timer_fired:
  case event_kind::timer_cancelled:
  case event_kind::clock_advanced:
  case event_kind::loop_blocked:
  case event_kind::choice:
    return describe_loop(in, e);
  case event_kind::gauge:
  case event_kind::limit:
    return describe_gauge(in, e);
  case event_kind::span_begin:
  case event_kind::span_end:
    return describe_span(in, e);
  default:
    return describe_probe(in, e);
  }
}

} // namespace weir::trace
