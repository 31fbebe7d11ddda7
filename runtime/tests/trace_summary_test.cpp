#include "testing/catch.hpp"

#include <weir/trace/recorder.hpp>
#include <weir/trace/summary.hpp>

#include <algorithm>
#include <random>

using namespace weir::trace;
using namespace std::chrono_literals;
using weir::test::has_text;

namespace {

event gauge_at(std::int64_t t_ns, double value) {
  return {t_ns, 0, 1, event_kind::gauge, 0, to_bits(value), 0};
}

recorder& with_gauge(recorder& to) {
  to.declare({.kind = source_kind::gauge, .name = "depth", .capacity = 8});
  return to;
}

} // namespace

TEST_CASE("a gauge's mean counts each value for as long as it stood", "[trace]") {
  recorder to;
  with_gauge(to).append(gauge_at(0, 2));
  to.append(gauge_at(60, 10));
  to.append(gauge_at(70, 0));
  to.note(100, 0, "end");
  const auto seen = summarize(to.snapshot());
  const auto& depth = seen.gauge("depth");
  CHECK(depth.mean == Approx((60 * 2 + 10 * 10) / 100.0));
  CHECK(depth.min == 0);
  CHECK(depth.max == 10);
  CHECK(depth.capacity == 8);
  CHECK(seen.length == 100ns);
}

TEST_CASE("a gauge that was first set late is averaged from there on", "[trace]") {
  recorder to;
  to.note(0, 0, "start");
  with_gauge(to).append(gauge_at(50, 4));
  to.note(100, 0, "end");
  CHECK(summarize(to.snapshot()).gauge("depth").mean == Approx(4));
}

TEST_CASE("no spike is lost in a chart's columns, however short", "[trace]") {
  std::mt19937_64 bits(11);
  for (int round = 0; round < 200; ++round) {
    recorder to;
    with_gauge(to);
    std::int64_t t = 0;
    for (int n = 0; n < 300; ++n) {
      t += static_cast<std::int64_t>(bits() % 1000) * (bits() % 3 == 0 ? 1 : 0);
      to.append(gauge_at(t, static_cast<double>(bits() % 1000)));
    }
    const auto columns = 1 + bits() % 60;
    const auto seen = summarize(to.snapshot(), columns);
    const auto& depth = seen.gauge("depth");
    REQUIRE(depth.column_max.size() == columns);
    REQUIRE(*std::ranges::max_element(depth.column_max) == depth.max);
  }
}

TEST_CASE("a column shows what stood from an earlier one", "[trace]") {
  recorder to;
  with_gauge(to).append(gauge_at(0, 3));
  to.append(gauge_at(55, 5)); // and back in the same instant
  to.append(gauge_at(55, 3));
  to.note(100, 0, "end");
  CHECK(summarize(to.snapshot(), 10).gauge("depth").column_max ==
        std::vector<double>{3, 3, 3, 3, 3, 5, 3, 3, 3, 3});
}

TEST_CASE("percentiles are durations that occurred, by nearest rank", "[trace]") {
  recorder to;
  const auto call = to.declare({.kind = source_kind::span, .name = "call"});
  for (std::int64_t n = 1; n <= 200; ++n) {
    to.end_span(n * 1000, 0, to.begin_span(0, 0, call, span_role::work), outcome::ok);
  }
  to.begin_span(0, 0, call, span_role::work);
  const auto calls = summarize(to.snapshot()).span("call");
  CHECK(calls.ended == 200);
  CHECK(calls.open == 1);
  CHECK(calls.p50 == 100us);
  CHECK(calls.p90 == 180us);
  CHECK(calls.p99 == 198us);
  CHECK(calls.max == 200us);
}

TEST_CASE("states are counted and timed by their transitions", "[trace]") {
  recorder to;
  const auto id = to.declare(
      {.kind = source_kind::state, .name = "breaker", .labels = {"closed", "open", "half-open"}});
  to.append({0, 0, id, event_kind::state, 0, 0, -1});
  to.append({10, 0, id, event_kind::state, 0, 1, 0});
  to.append({11, 0, id, event_kind::state, 0, 0, 1});
  to.note(100, 0, "end");
  const auto seen = summarize(to.snapshot());
  const auto& breaker = seen.state("breaker");
  CHECK(breaker["closed"].entered == 2);
  CHECK(breaker["closed"].lasted == 99ns);
  CHECK(breaker["open"].lasted == 1ns);
  CHECK(breaker["half-open"].entered == 0);
  CHECK_THROWS_WITH(breaker["ajar"], has_text("'closed', 'open', 'half-open'"));
}

TEST_CASE("a counter that never counted is seen as 0, a name that nobody used is an error",
          "[trace]") {
  recorder to;
  to.declare({.kind = source_kind::counter, .name = "lost"});
  to.declare({.kind = source_kind::outcomes, .name = "requests"});
  const auto seen = summarize(to.snapshot());
  CHECK(seen.counter("lost").total == 0);
  CHECK(seen.outcome("requests").total() == 0);
  CHECK_THROWS_WITH(seen.counter("losst"), "the run has no counter called 'losst'; it has 'lost'");
  CHECK_THROWS_WITH(seen.gauge("depth"), has_text("none at all"));
}

TEST_CASE("a sparkline never hides a value above nought", "[trace]") {
  CHECK(sparkline({0, 0.001, 4, 8, 9}, 8) == " ▁▄██");
  CHECK(sparkline({0, 1}, 0) == " █");
}
