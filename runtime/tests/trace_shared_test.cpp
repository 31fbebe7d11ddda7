#include "testing/catch.hpp"

#include <weir/trace/file.hpp>
#include <weir/trace/recorder.hpp>
#include <weir/trace/shared.hpp>
#include <weir/trace/summary.hpp>

#include <cstring>
#include <random>
#include <span>
#include <stdexcept>
#include <vector>

using namespace weir::trace;

namespace {

/// Something of every kind that a summary counts.
recording varied(int rounds) {
  recorder to;
  to.header() = {.exercise = "breaker", .scenario = "a run", .seed = 7, .knobs = {{"a", "1"}}};
  const auto depth = to.declare({.kind = source_kind::gauge, .name = "depth", .capacity = 4});
  const auto lost = to.declare({.kind = source_kind::counter, .name = "lost", .unit = "items"});
  const auto state =
      to.declare({.kind = source_kind::state, .name = "breaker", .labels = {"closed", "open"}});
  const auto calls = to.declare({.kind = source_kind::outcomes, .name = "calls"});
  const auto span = to.declare({.kind = source_kind::span, .name = "call"});
  to.task_started(0, 1, "caller");
  std::int64_t t = 0;
  for (int i = 0; i < rounds; ++i) {
    to.append({++t, 1, depth, event_kind::gauge, 0, to_bits(i % 5), 0});
    to.append({++t, 1, state, event_kind::state, 0, i % 2, i % 2 - 1});
    to.count(++t, 1, lost, 2);
    const auto id = to.begin_span(++t, 1, span, span_role::request);
    to.end_span(t += i, 1, id, outcome::ok);
    to.append({++t, 1, calls, event_kind::outcome, static_cast<std::uint8_t>(i % 7), i, 0});
  }
  to.promise_broken(t, 1, "never again");
  return to.snapshot();
}

std::vector<std::byte> room(std::size_t bytes = std::size_t{1} << 20) {
  return std::vector<std::byte>(bytes);
}

bool same(const recording& a, const recording& b) {
  return a.header == b.header && a.strings == b.strings && a.sources == b.sources &&
         a.tasks == b.tasks && a.events == b.events;
}

} // namespace

TEST_CASE("a run comes out of shared memory as it went in", "[trace]") {
  const auto trace = varied(50);
  const auto seen = summarize(trace);
  auto memory = room();
  const auto used = write_shared(memory, trace, seen);
  CHECK(used > trace.events.size() * sizeof(event));
  const auto back = read_shared(memory);
  CHECK(same(back.trace, trace));
  CHECK_FALSE(back.trace.truncated);
  CHECK(back.seen.length == seen.length);
  CHECK(back.seen.events == seen.events);
  CHECK(back.seen.gauge("depth").mean == seen.gauge("depth").mean);
  CHECK(back.seen.gauge("depth").column_max == seen.gauge("depth").column_max);
  CHECK(back.seen.counter("lost").total == 100);
  CHECK(back.seen.counter("lost").unit == "items");
  CHECK(back.seen.span("call").ended == 50);
  CHECK(back.seen.span("call").p99 == seen.span("call").p99);
  CHECK(back.seen.outcome("calls").by_outcome == seen.outcome("calls").by_outcome);
  CHECK(back.seen.state("breaker")["open"].entered == seen.state("breaker")["open"].entered);
  CHECK(back.seen.state("breaker")["open"].lasted == seen.state("breaker")["open"].lasted);
  CHECK(back.seen.promises_broken == std::vector<std::string>{"never again"});
}

TEST_CASE("an empty run fits too", "[trace]") {
  auto memory = room(4096);
  const recording nothing;
  write_shared(memory, nothing, summarize(nothing));
  CHECK(read_shared(memory).trace.events.empty());
}

TEST_CASE("a run that does not fit is refused, not cut off", "[trace]") {
  const auto trace = varied(50);
  const auto seen = summarize(trace);
  auto memory = room();
  auto exact = room(write_shared(memory, trace, seen));
  CHECK_NOTHROW(write_shared(exact, trace, seen));
  CHECK(same(read_shared(exact).trace, trace));
  exact.pop_back();
  CHECK_THROWS_AS(write_shared(exact, trace, seen), std::length_error);
}

TEST_CASE("memory that a crashed or hostile writer left is read without harm", "[trace]") {
  const auto trace = varied(20);
  auto good = room(std::size_t{64} << 10);
  const auto used = write_shared(good, trace, summarize(trace));
  std::mt19937_64 random(1);
  std::size_t refused = 0;
  for (int round = 0; round < 5000; ++round) {
    auto bad = good;
    for (int change = 0; change <= round % 4; ++change) {
      // Half of the changes hit the sizes at the front.
      const auto at = random() % (round % 2 == 0 ? 32 : used);
      bad[at] = static_cast<std::byte>(random());
    }
    try {
      (void)read_shared(bad);
    } catch (const file_error&) {
      ++refused;
    }
  }
  CHECK(refused > 1000);
  CHECK_THROWS_AS(read_shared(std::span(good).first(31)), file_error);
  CHECK_THROWS_AS(read_shared(std::span(good).first(used - 1)), file_error);
}
