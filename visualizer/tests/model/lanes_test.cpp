#include "catch.hpp"
#include "model/timeline.hpp"
#include "model/trace_builder.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace weir::viz {

using namespace test;
using trace::outcome;
using trace::span_role;

TEST_CASE("requests that overlap get lanes of their own; one after another they share one") {
  trace_builder run;
  run.at(0);
  const auto first = run.begin_span("request", span_role::request);
  run.at(5);
  const auto second = run.begin_span("request", span_role::request);
  run.at(10).end_span(first);
  const auto third = run.begin_span("request", span_role::request);
  run.at(20).end_span(second).end_span(third);
  const auto trace = run.done();
  const timeline line(trace);
  CHECK(line.lanes() == 2);
  CHECK(line.spans()[0].lane == 0);
  CHECK(line.spans()[1].lane == 1);
  CHECK(line.spans()[2].lane == 0);
}

TEST_CASE("attempts stand below their request, and hedged ones below each other") {
  trace_builder run;
  run.at(0);
  const auto request = run.begin_span("request", span_role::request);
  const auto first = run.begin_span("attempt", span_role::attempt, request);
  run.at(5);
  const auto hedge = run.begin_span("attempt", span_role::attempt, request);
  run.at(10).end_span(first, outcome::timed_out);
  const auto later = run.begin_span("attempt", span_role::attempt, request);
  run.at(20).end_span(hedge).end_span(later).end_span(request);
  const auto trace = run.done();
  const timeline line(trace);
  CHECK(line.lanes() == 1);
  CHECK(line.lane_levels(0) == 3);
  const auto level = [&](std::uint64_t id) {
    return int{line.span_by_id(static_cast<std::int64_t>(id))->level};
  };
  CHECK(level(request) == 0);
  CHECK(level(first) == 1);
  CHECK(level(hedge) == 2);
  CHECK(level(later) == 1);
  CHECK(line.spans()[1].how == outcome::timed_out);
  CHECK(line.spans()[1].parent == 0);
}

TEST_CASE("a lane stays taken until the last descendant has ended") {
  trace_builder run;
  run.at(0);
  const auto request = run.begin_span("request", span_role::request);
  const auto leaked = run.begin_span("attempt", span_role::attempt, request);
  run.at(10).end_span(request, outcome::timed_out);
  run.at(11);
  const auto next = run.begin_span("request", span_role::request);
  run.at(20).end_span(leaked).end_span(next);
  const auto trace = run.done();
  const timeline line(trace);
  CHECK(line.span_by_id(static_cast<std::int64_t>(next))->lane == 1);
}

TEST_CASE("a span that never ended reaches to the end of the run and says so") {
  trace_builder run;
  run.at(5);
  run.begin_span("request", span_role::request);
  run.at(100).note("the end");
  const auto trace = run.done();
  const timeline line(trace);
  CHECK(line.spans()[0].open());
  CHECK(line.spans()[0].end_ns == 100);
  CHECK(line.latency("request")->open == 1);
}

TEST_CASE("bars of a lane and level never overlap, and every span is in one lane") {
  const auto trace = random_trace(31, 20'000);
  const timeline line(trace);
  std::size_t bars = 0;
  for (std::uint32_t lane = 0; lane < line.lanes(); ++lane) {
    std::array<nanos, span_bar::max_levels> until{};
    for (const auto index : line.lane(lane)) {
      const auto& bar = line.spans()[index];
      REQUIRE(bar.lane == lane);
      REQUIRE(bar.begin_ns >= until[bar.level]);
      until[bar.level] = bar.end_ns;
      ++bars;
    }
  }
  CHECK(bars == line.spans().size());
}

TEST_CASE("drawn bars cover every span in view, merged where they are narrower than a column") {
  const auto trace = random_trace(37, 20'000);
  const timeline line(trace);
  const auto end = line.range().to_ns;
  for (const time_range range :
       {line.range(), time_range{end / 3, end / 2}, time_range{end / 2, end / 2 + end / 1000}}) {
    for (std::uint32_t lane = 0; lane < line.lanes(); ++lane) {
      std::vector<drawn_bar> drawn;
      static_cast<void>(line.lane_bars(lane, range, 300, drawn));
      std::size_t behind = 0;
      for (const auto& one : drawn) {
        behind += one.merged;
      }
      const auto expected = std::ranges::count_if(line.lane(lane), [&](std::uint32_t index) {
        const auto& bar = line.spans()[index];
        return bar.begin_ns <= range.to_ns && bar.end_ns >= range.from_ns;
      });
      REQUIRE(behind == static_cast<std::size_t>(expected));
    }
  }
}

TEST_CASE("merging keeps the worst outcome") {
  trace_builder run;
  for (int i = 0; i < 100; ++i) {
    run.at(i * us);
    run.end_span(run.begin_span("request", span_role::request),
                 i == 50 ? outcome::failed : outcome::ok);
  }
  run.at(100 * ms).note("the end");
  const auto trace = run.done();
  const timeline line(trace);
  std::vector<drawn_bar> drawn;
  for (std::uint32_t lane = 0; lane < line.lanes(); ++lane) {
    static_cast<void>(line.lane_bars(lane, line.range(), 100, drawn));
  }
  REQUIRE(drawn.size() == 1);
  CHECK(drawn[0].merged == 100);
  CHECK(drawn[0].worst == outcome::failed);
}

} // namespace weir::viz
