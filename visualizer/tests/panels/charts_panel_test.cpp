#include "panels/chart_tracks.hpp"
#include "shown_stage.hpp"
#include "testing/catch.hpp"

using namespace weir::viz;
using namespace weir::viz::test;
using weir::trace::outcome;
using weir::trace::source_kind;
using weir::trace::span_role;

namespace {

std::vector<std::string> names_of(const std::vector<track>& tracks) {
  std::vector<std::string> names;
  std::ranges::transform(tracks, std::back_inserter(names), &track::name);
  std::erase(names, "");
  return names;
}

} // namespace

TEST_CASE("counters have rows: what the goals speak of first, the load and what stays at 0 last") {
  trace_builder b;
  b.at(ms).count("requests offered", 100).count("retries", 3).count("sent during a pause", 0);
  b.count("lost", 0).gauge("pool", 0, 8).gauge("age when taken", 4);
  const auto trace = b.done();
  const timeline line{trace};
  const auto tracks = tracks_of(
      line, {.breaker = {}, .goals = "nobody sends during a pause\nno taken age above 9"});
  CHECK(names_of(tracks) == std::vector<std::string>{"age when taken", "sent during a pause",
                                                     "retries", "requests offered", "pool"});
}

TEST_CASE("of several breakers the band of the chosen one is drawn") {
  trace_builder b;
  b.at(0).breaker("payments", 0, -1).breaker("search", 0, -1);
  const auto trace = b.done();
  const timeline line{trace};
  CHECK(tracks_of(line).size() == 2);
  const auto chosen = tracks_of(line, {.breaker = "search", .goals = {}});
  REQUIRE(chosen.size() == 1);
  CHECK(line.states()[chosen[0].index].name == "search");
}

TEST_CASE("attempts per request have a row only where somebody tries again") {
  const auto with_attempts = [](int attempts) {
    trace_builder b;
    for (int i = 0; i < 10; ++i) {
      const auto request = b.at(i * ms).begin_span("request", span_role::request);
      for (int k = 0; k < attempts; ++k) {
        b.end_span(b.begin_span("attempt", span_role::attempt, request));
      }
      b.end_span(request);
    }
    const auto trace = b.done();
    const timeline line{trace};
    return std::ranges::count(tracks_of(line), track_kind::amplification, &track::kind);
  };
  CHECK(with_attempts(1) == 0);
  CHECK(with_attempts(2) == 1);
}

TEST_CASE("a view in which nothing ends says so instead of drawing a scale") {
  const shown_stage at{"charts: microsecond"};
  CHECK(at.says("none ends in this view"));
  CHECK_FALSE(at.mentions(" M /s"));
}

TEST_CASE("a limit that is too far off to be drawn is not named beside the value") {
  const shown_stage at{"charts: extremes"};
  CHECK(at.says("29 connections"));
  CHECK_FALSE(at.says("of 10 k"));
  CHECK(at.says("of 0.004"));
}

TEST_CASE("a scale that reaches below 0 says how far") {
  const shown_stage at{"charts: extremes"};
  CHECK(at.says("-20 credits"));
}

TEST_CASE("sizes are told as people count them, percent end at 100") {
  {
    const shown_stage bytes{"charts: bytes"};
    CHECK(bytes.says("20 KiB"));
    CHECK(bytes.says("of 48 MiB"));
  }
  const shown_stage percent{"charts: percentages"};
  CHECK(percent.says("100%"));
  CHECK_FALSE(percent.says("200%"));
}

TEST_CASE("a broken promise has its sign and its word above the plots") {
  const shown_stage at{"charts: promise"};
  CHECK(at.says("broken promise"));
}

TEST_CASE("the latency's row says what it counts, and a button goes to the next spans") {
  shown_stage at{"charts: all kinds"};
  CHECK(at.says("served: request"));
  at.window.click(*at.bench, "next latency");
  CHECK(at.says("served: attempt"));
  at.window.click(*at.bench, "next latency");
  CHECK(at.says("served: request"));
}

TEST_CASE("latency at a cursor out of view is that of the cursor") {
  trace_builder b;
  for (int i = 0; i < 100; ++i) {
    const auto id = b.at(i * 10 * ms).begin_span("request", span_role::request);
    b.at(i * 10 * ms + (i < 50 ? ms : 8 * ms)).end_span(id);
  }
  auto bench = recorded_bench(b.done());
  null_window window;
  bench->clock.go_to(bench->shown()->trace(), 950 * ms);
  bench->view.zoom_to({100 * ms, 300 * ms});
  window.settle(*bench);
  const auto says = [&](std::string_view text) {
    return std::ranges::count(window.places.labels(), text, &locator::label::text) > 0;
  };
  CHECK(says("p99 8 ms"));
  CHECK_FALSE(says("p99 1 ms"));
}
