#include "model/trace_builder.hpp"

#include <algorithm>
#include <array>

namespace weir::viz::test {

namespace {

using trace::source_kind;
using trace::source_role;

struct part {
  source_kind kind;
  std::string_view name;
  source_role role;
};

constexpr std::array plain{
    part{source_kind::gauge, "queue", source_role::queue},
    part{source_kind::gauge, "partner queue", source_role::queue},
    part{source_kind::gauge, "dependency queue", source_role::queue},
    part{source_kind::gauge, "service queue", source_role::queue},
    part{source_kind::gauge, "buffered", source_role::waiting},
    part{source_kind::gauge, "waiting", source_role::waiting},
    part{source_kind::gauge, "connections that are waiting in push", source_role::waiting},
    part{source_kind::gauge, "in flight", source_role::in_flight},
    part{source_kind::gauge, "partner in flight", source_role::in_flight},
    part{source_kind::gauge, "dependency in flight", source_role::in_flight},
    part{source_kind::gauge, "service in flight", source_role::in_flight},
    part{source_kind::gauge, "link busy", source_role::busy},
    part{source_kind::gauge, "loop lag", source_role::loop_lag},
    part{source_kind::place, "queue", source_role::queue},
    part{source_kind::place, "buffer", source_role::queue},
    part{source_kind::place, "backlog", source_role::backing_off},
    part{source_kind::place, "worker", source_role::busy},
    part{source_kind::place, "workers", source_role::busy},
    part{source_kind::place, "dependency", source_role::in_flight},
    part{source_kind::place, "partner", source_role::in_flight},
    part{source_kind::place, "service", source_role::in_flight},
    part{source_kind::outcomes, "partner", source_role::visits},
    part{source_kind::outcomes, "dependency", source_role::visits},
    part{source_kind::outcomes, "service", source_role::visits},
};

constexpr std::array by_end{
    part{source_kind::gauge, "depth", source_role::queue},
    part{source_kind::counter, " offered", source_role::load},
    part{source_kind::gauge, " failure rate", source_role::breaker_failure_rate},
    part{source_kind::gauge, " calls in window", source_role::breaker_calls},
    part{source_kind::gauge, " window size", source_role::breaker_window_size},
    part{source_kind::gauge, " cooldown", source_role::breaker_cooldown},
    part{source_kind::gauge, " probes", source_role::breaker_probes},
    part{source_kind::outcomes, " window", source_role::breaker_window},
};

} // namespace

meaning meant_by(source_kind kind, std::string_view name) {
  const auto whole = std::ranges::find_if(
      plain, [&](const part& one) { return one.kind == kind && one.name == name; });
  if (whole != plain.end()) {
    return {whole->role};
  }
  const auto end = std::ranges::find_if(
      by_end, [&](const part& one) { return one.kind == kind && name.ends_with(one.name); });
  if (end != by_end.end()) {
    const bool of_a_breaker = trace::is_part_of_breaker(end->role);
    return {end->role,
            std::string(of_a_breaker ? name.substr(0, name.size() - end->name.size()) : "")};
  }
  return {};
}

} // namespace weir::viz::test
