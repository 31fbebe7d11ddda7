#include "testing/catch.hpp"

#include <weir/breaker_probe.hpp>
#include <weir/loop_probe.hpp>
#include <weir/trace.hpp>

#include <algorithm>
#include <string_view>
#include <vector>

using namespace std::chrono_literals;
using weir::breaker_phase;
using weir::outcome;
using weir::trace::source_role;

namespace {

std::vector<source_role> roles_in(const weir::trace::recording& trace, std::string_view subject) {
  std::vector<source_role> roles;
  for (const auto& source : trace.sources) {
    if (source.subject == subject) {
      roles.push_back(source.role);
    }
  }
  std::ranges::sort(roles);
  return roles;
}

} // namespace

TEST_CASE("a breaker's probe shows all parts under one subject", "[probe]") {
  weir::trace::recorder to;
  const weir::trace::scoped_recorder scope(&to);
  const weir::breaker_probe fuse({.threshold = 50, .minimum = 4, .window = 10, .name = "fuse"});
  const weir::breaker_probe other({.name = "other"});
  const auto trace = to.snapshot();
  const std::vector all{source_role::breaker_state,    source_role::breaker_failure_rate,
                        source_role::breaker_calls,    source_role::breaker_window_size,
                        source_role::breaker_cooldown, source_role::breaker_probes,
                        source_role::breaker_window};
  CHECK(roles_in(trace, "fuse") == all);
  CHECK(roles_in(trace, "other") == all);
  CHECK(std::ranges::all_of(all, weir::trace::is_part_of_breaker));
}

TEST_CASE("a breaker's probe says what it judges by, how long it is open, and who probes",
          "[probe]") {
  weir::trace::recorder to;
  const weir::trace::scoped_recorder scope(&to);
  weir::breaker_probe fuse({.threshold = 50, .minimum = 2, .window = 4, .probes = 2});
  CHECK(fuse.phase() == breaker_phase::closed);
  fuse.counted(outcome::failed);
  fuse.judges_by(1, 1);
  fuse.enter(breaker_phase::open);
  fuse.cooldown(1500ms);
  fuse.enter(breaker_phase::half_open);
  fuse.probing(2);
  CHECK(fuse.probing() == 2);
  fuse.enter(breaker_phase::half_open); // as it is already
  CHECK(fuse.probing() == 2);
  fuse.judges_by(0, 0);
  fuse.enter(breaker_phase::closed);
  CHECK(fuse.probing() == 0);
  const auto seen = weir::trace::summarize(to.snapshot());
  CHECK(seen.state("breaker")["open"].entered == 1);
  CHECK(seen.state("breaker")["half-open"].entered == 1);
  CHECK(seen.state("breaker")["closed"].entered == 2);
  CHECK(seen.gauge("breaker failure rate").max == 100);
  CHECK(seen.gauge("breaker failure rate").last == 0);
  CHECK(seen.gauge("breaker failure rate").capacity == 50);
  CHECK(seen.gauge("breaker calls in window").capacity == 2);
  CHECK(seen.gauge("breaker window size").last == 4);
  CHECK(seen.gauge("breaker cooldown").last == 1500);
  CHECK(seen.gauge("breaker probes").max == 2);
  CHECK(seen.outcome("breaker window")[outcome::failed] == 1);
}

TEST_CASE("a loop's probe reports lag in milliseconds and utilisation in per cent", "[probe]") {
  weir::trace::recorder to;
  const weir::trace::scoped_recorder scope(&to);
  weir::loop_probe loop;
  loop.lag(2500us);
  CHECK(roles_in(to.snapshot(), "loop") == std::vector{source_role::loop_lag});
  loop.utilisation(0.75);
  const auto seen = weir::trace::summarize(to.snapshot());
  CHECK(seen.gauge("loop lag").last == 2.5);
  CHECK(seen.gauge("loop lag").unit == "ms");
  CHECK(seen.gauge("loop utilisation").last == 75);
  CHECK(seen.gauge("loop utilisation").role == source_role::loop_utilisation);
}
