#include "model/flat_map.hpp"
#include "model/fold.hpp"
#include "model/timeline.hpp"
#include "model/trace_builder.hpp"
#include "testing/catch.hpp"

#include <map>
#include <random>

namespace weir::viz {

using namespace test;
using trace::outcome;

namespace {

world_state folded_from_the_start(const trace::recording& trace, std::size_t count) {
  world_state state(std::make_shared<const fold_rules>(fold_rules_of(trace)));
  for (std::size_t i = 0; i < count; ++i) {
    state.apply(trace.events[i]);
  }
  return state;
}

} // namespace

TEST_CASE("folding to a cursor equals folding from the start, whatever was asked before") {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    const auto trace = random_trace(seed, 6'000);
    folder fold(trace, 1 + seed * 37);
    std::mt19937_64 random(seed);
    for (int i = 0; i < 40; ++i) {
      const auto at = random() % (trace.events.size() + 1);
      REQUIRE(fold.at(at) == folded_from_the_start(trace, at));
    }
  }
}

TEST_CASE("a live run, folded as events come in, equals its replay") {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    const auto trace = random_trace(seed, 5'000);
    const trace_view whole(trace);
    folder live(whole.prefix(0), 256);
    std::mt19937_64 random(seed);
    for (std::size_t known = 0; known < whole.size();) {
      known = std::min(whole.size(), known + 1 + random() % 700);
      live.extend(whole.prefix(known));
      REQUIRE(live.at(known) == folded_from_the_start(trace, known));
    }
    folder replay(trace, 256);
    REQUIRE(replay.at(whole.size()) == live.at(whole.size()));
    REQUIRE(replay.at(whole.size() / 2) == live.at(whole.size() / 2));
  }
}

TEST_CASE("after one pass a seek applies no more events than lie between two checkpoints") {
  const auto trace = random_trace(2, 60'000);
  folder fold(trace, 1000);
  static_cast<void>(fold.at(trace.events.size()));
  CHECK(fold.checkpoints() > 50);
  std::mt19937_64 random(2);
  for (int i = 0; i < 200; ++i) {
    static_cast<void>(fold.at(random() % trace.events.size()));
    REQUIRE(fold.last_seek_cost() <= 1000);
  }
}

TEST_CASE("a seek backwards by a little doesn't start anew") {
  const auto trace = random_trace(2, 10'000);
  folder fold(trace, 500);
  static_cast<void>(fold.at(9'999));
  static_cast<void>(fold.at(9'990));
  CHECK(fold.last_seek_cost() <= 500);
  static_cast<void>(fold.at(9'991));
  CHECK(fold.last_seek_cost() == 1);
}

TEST_CASE("what the fold says of series is what the timeline says at the same cursor") {
  const auto trace = random_trace(8, 12'000);
  const timeline line(trace);
  folder fold(trace);
  std::mt19937_64 random(8);
  for (int i = 0; i < 100; ++i) {
    const auto at = random() % (trace.events.size() + 1);
    const auto& state = fold.at(at);
    for (const auto& gauge : line.gauges()) {
      REQUIRE(state.source(gauge.source).value == gauge.value.at_event(at));
    }
    for (const auto& one : line.states()) {
      REQUIRE(state.source(one.source).state == one.at_event(at));
    }
    for (const auto& one : line.outcomes()) {
      REQUIRE(state.source(one.source).outcomes == one.at_event(at));
    }
  }
}

TEST_CASE("an item is where it went last, until an outcome with its number ends it") {
  trace_builder run;
  run.enter("queue", 1).enter("queue", 2).enter("worker", 1).end("requests", outcome::ok, 1);
  run.end("requests", outcome::rejected, 77);
  const auto trace = run.done();
  folder fold(trace);
  CHECK(fold.at(2).items().size() == 2);
  CHECK(fold.at(3).item(1)->place != fold.at(3).item(2)->place);
  CHECK(fold.at(4).item(1) == nullptr);
  CHECK(fold.at(5).items().size() == 1);
}

TEST_CASE("an item keeps its slot while others come and go") {
  trace_builder run;
  run.enter("worker", 1).enter("worker", 2).enter("worker", 3);
  run.end("requests", outcome::ok, 1).enter("worker", 4);
  const auto trace = run.done();
  folder fold(trace);
  const auto& state = fold.at(trace.events.size());
  CHECK(int{state.item(2)->slot} == 1);
  CHECK(int{state.item(3)->slot} == 2);
  CHECK(int{state.item(4)->slot} == 0);
}

TEST_CASE("a flat map holds what a map holds") {
  std::mt19937_64 random(4);
  flat_map flat;
  std::map<std::int64_t, std::uint32_t> map;
  for (int i = 0; i < 20'000; ++i) {
    const auto id =
        static_cast<std::int64_t>(random() % 3 == 0 ? random() % 64 << 40 : random() % 500);
    if (random() % 3 == 0) {
      flat.erase(id);
      map.erase(id);
    } else {
      const auto value = static_cast<std::uint32_t>(random() % 1000);
      flat.set(id, value);
      map[id] = value;
    }
    const auto asked = static_cast<std::int64_t>(random() % 500);
    const auto found = map.find(asked);
    REQUIRE(flat.find(asked) == (found == map.end() ? flat_map::none : found->second));
    REQUIRE(flat.size() == map.size());
  }
}

} // namespace weir::viz
