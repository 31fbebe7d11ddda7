#include "model/timeline.hpp"
#include "model/trace_builder.hpp"
#include "testing/catch.hpp"

#include <algorithm>
#include <random>
#include <vector>

namespace weir::viz {

using namespace test;
using trace::outcome;
using trace::span_role;

namespace {

/// Spans of any length, nested up to twelve deep, some of them never ended, most of them short.
trace::recording random_spans(std::uint64_t seed, std::size_t count) {
  std::mt19937_64 random(seed);
  trace_builder run;
  const auto source = run.source(trace::source_kind::span, "work");
  std::vector<std::uint64_t> open;
  std::vector<std::size_t> levels;
  nanos now = 0;
  for (std::size_t i = 0; i < count; ++i) {
    now +=
        static_cast<nanos>(random() % 4 == 0 ? random() % 50 : random() % (1U << (random() % 22)));
    run.at(now);
    const bool inside = !open.empty() && random() % 3 == 0;
    const auto parent = inside ? open[random() % open.size()] : trace::no_parent;
    open.push_back(run.recorder().begin_span(now, 0, source, span_role::work, parent));
    while (!open.empty() && random() % 2 == 0) {
      const auto at = static_cast<std::ptrdiff_t>(random() % open.size());
      if (random() % 50 != 0) {
        run.end_span(open[static_cast<std::size_t>(at)],
                     random() % 20 == 0 ? static_cast<outcome>(random() % 7) : outcome::ok);
      }
      open.erase(open.begin() + at);
    }
  }
  run.at(now + 1).note("the end");
  return run.done();
}

bool in_view(const span_bar& bar, time_range range) {
  return bar.begin_ns <= range.to_ns && bar.end_ns >= range.from_ns;
}

/// Every part of the run that is worth a look, down to a single nanosecond a column.
std::vector<time_range> views_of(const timeline& line) {
  const nanos end = line.range().to_ns;
  std::vector<time_range> views{line.range(), {end / 3, end / 2}, {end - end / 50, end}};
  for (nanos length = end / 10; length > 100; length /= 7) {
    views.push_back({end / 2, end / 2 + length});
  }
  return views;
}

} // namespace

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

TEST_CASE("bars of a row never overlap above the deepest level, and every span is in one row") {
  const auto trace = random_spans(31, 5'000);
  const timeline line(trace);
  std::size_t bars = 0;
  for (std::uint32_t lane = 0; lane < line.lanes(); ++lane) {
    for (std::uint8_t level = 0; level < line.lane_levels(lane); ++level) {
      nanos until = 0;
      nanos begun = 0;
      for (const auto index : line.lane_row(lane, level)) {
        const auto& bar = line.spans()[index];
        REQUIRE((bar.lane == lane && bar.level == level));
        REQUIRE(bar.begin_ns >= begun);
        REQUIRE((bar.begin_ns >= until || level + 1U == span_bar::max_levels));
        begun = bar.begin_ns;
        until = bar.end_ns;
        ++bars;
      }
    }
  }
  CHECK(bars == line.spans().size());
}

TEST_CASE("no zoom loses a span or how it ended, and what is wide enough stands alone") {
  for (const std::uint64_t seed : {37U, 38U, 39U}) {
    const auto trace = random_spans(seed, 3'000);
    const timeline line(trace);
    for (const time_range range : views_of(line)) {
      for (const std::size_t columns : {1U, 7U, 300U}) {
        for (std::uint32_t lane = 0; lane < line.lanes(); ++lane) {
          std::vector<drawn_bar> drawn;
          static_cast<void>(line.lane_bars(lane, range, columns, drawn));
          std::size_t behind = 0;
          for (const auto& one : drawn) {
            behind += one.merged;
          }
          std::size_t expected = 0;
          for (std::uint8_t level = 0; level < line.lane_levels(lane); ++level) {
            for (const auto index : line.lane_row(lane, level)) {
              const auto& bar = line.spans()[index];
              if (!in_view(bar, range)) {
                continue;
              }
              ++expected;
              const auto shown = std::ranges::find_if(drawn, [&](const drawn_bar& one) {
                return one.level == level && one.begin_ns <= bar.begin_ns &&
                       one.end_ns >= bar.end_ns && one.outcomes.has(bar.how) &&
                       (!bar.open() || one.outcomes.has_open());
              });
              REQUIRE(shown != drawn.end());
              const double width = static_cast<double>(bar.length()) *
                                   static_cast<double>(columns) /
                                   static_cast<double>(range.length());
              REQUIRE((width < 1.01 || shown->merged == 1 || level + 1U == span_bar::max_levels));
            }
          }
          REQUIRE(behind == expected);
        }
      }
    }
  }
}

TEST_CASE("what a lane looks at and draws grows with its columns, not with the spans") {
  trace_builder run;
  const auto source = run.source(trace::source_kind::span, "request");
  constexpr int spans = 300'000;
  for (int i = 0; i < spans; ++i) {
    run.at(i * us);
    run.end_span(run.recorder().begin_span(i * us, 0, source, span_role::request));
  }
  const auto trace = run.done();
  const timeline line(trace);
  REQUIRE(line.lanes() == 1);
  constexpr std::size_t columns = 800;
  const nanos end = line.range().to_ns;
  for (const time_range range :
       {line.range(), time_range{end / 3, end / 2}, time_range{end / 2, end / 2 + 10 * ms}}) {
    std::vector<drawn_bar> drawn;
    const auto cost = line.lane_bars(0, range, columns, drawn);
    CHECK(drawn.size() <= columns);
    CHECK(cost.visited <= 40 * columns);
  }
}

TEST_CASE("merging keeps every outcome, however rare and however mild") {
  trace_builder run;
  for (int i = 0; i < 1000; ++i) {
    run.at(i * us);
    run.end_span(run.begin_span("request", span_role::request), i == 500   ? outcome::failed
                                                                : i == 501 ? outcome::timed_out
                                                                : i == 502
                                                                    ? outcome::short_circuited
                                                                    : outcome::ok);
  }
  run.at(s).note("the end");
  const auto trace = run.done();
  const timeline line(trace);
  REQUIRE(line.lanes() == 1);
  std::vector<drawn_bar> drawn;
  static_cast<void>(line.lane_bars(0, line.range(), 100, drawn));
  REQUIRE(drawn.size() == 1);
  CHECK(drawn[0].merged == 1000);
  CHECK(drawn[0].outcomes.has(outcome::failed));
  CHECK(drawn[0].outcomes.has(outcome::timed_out));
  CHECK(drawn[0].outcomes.has(outcome::short_circuited));
  CHECK_FALSE(drawn[0].outcomes.has(outcome::rejected));
  CHECK_FALSE(drawn[0].outcomes.has_open());
}

TEST_CASE("a lane is named by what the most of its time goes to") {
  trace_builder run;
  for (int i = 0; i < 5; ++i) {
    run.at(i * 10 * us).end_span(run.begin_span("ping", span_role::request));
  }
  run.at(100 * us);
  const auto page = run.begin_span("fetch a page", span_role::running);
  run.at(200 * us).end_span(page);
  const auto trace = run.done();
  const timeline line(trace);
  REQUIRE(line.lanes() == 1);
  CHECK(line.lane_name(0) == "fetch a page");
  CHECK(line.lane_name(1).empty());
}

TEST_CASE("the span that is open in a lane at a time is found") {
  trace_builder run;
  run.at(10);
  const auto first = run.begin_span("request", span_role::request);
  run.at(20).end_span(first).at(30);
  const auto second = run.begin_span("request", span_role::request);
  run.at(40).end_span(second);
  const auto trace = run.done();
  const timeline line(trace);
  const auto id_at = [&](nanos t) {
    const auto* found = line.span_at(0, t);
    return found == nullptr ? std::int64_t{0} : found->id;
  };
  CHECK(id_at(9) == 0);
  CHECK(id_at(10) == static_cast<std::int64_t>(first));
  CHECK(id_at(20) == 0);
  CHECK(id_at(39) == static_cast<std::int64_t>(second));
  CHECK(id_at(40) == 0);
}

} // namespace weir::viz
