#include "model/figures.hpp"
#include "model/timeline.hpp"
#include "model/trace_builder.hpp"
#include "testing/catch.hpp"

#include <weir/trace/summary.hpp>

#include <algorithm>
#include <array>
#include <map>

namespace weir::viz {

using namespace test;
using trace::outcome;
using trace::span_role;

TEST_CASE("gauges, limits and counters become step series in order of time") {
  trace_builder run;
  run.at(1 * ms).gauge("queue depth", 3, 8).count("lost");
  run.at(2 * ms).gauge("queue depth", 5).limit("queue depth", 16);
  run.at(3 * ms).gauge("queue depth", 1).count("lost", 4);
  const auto trace = run.done();
  const timeline line(trace);

  REQUIRE(line.gauge("queue depth") != nullptr);
  const auto& depth = *line.gauge("queue depth");
  CHECK(depth.capacity == 8);
  CHECK(std::vector(depth.value.values().begin(), depth.value.values().end()) ==
        std::vector<double>{3, 5, 1});
  CHECK(depth.value.events()[1] == 2);
  CHECK(depth.limit_at(2) == 8);
  CHECK(depth.limit_at(4) == 16);
  REQUIRE(line.counter("lost") != nullptr);
  CHECK(line.counter("lost")->total.at_time(3 * ms) == 5);
  CHECK(line.range() == time_range{0, 3 * ms});
  CHECK(line.gauge("no such") == nullptr);
}

TEST_CASE("a probe that nothing happened to is there all the same, and empty") {
  trace_builder run;
  run.source(trace::source_kind::gauge, "loop lag", 0, "ms");
  run.source(trace::source_kind::outcomes, "requests");
  const auto trace = run.done();
  const timeline line(trace);
  REQUIRE(line.loop_lag() != nullptr);
  CHECK(line.loop_lag()->value.empty());
  REQUIRE(line.main_outcomes() != nullptr);
  CHECK(total(line.main_outcomes()->counts(0, 0)) == 0);
}

TEST_CASE("an empty trace makes an empty timeline") {
  const trace::recording nothing;
  const timeline line(nothing);
  CHECK(line.range() == time_range{0, 0});
  CHECK(line.spans().empty());
  CHECK(line.lanes() == 0);
  CHECK(line.main_latency() == nullptr);
  CHECK(line.ended().empty());
}

TEST_CASE("outcomes are counted exactly in any range and in every column") {
  const auto trace = random_trace(3, 20'000);
  const timeline line(trace);
  const auto& done = *line.outcome("requests");
  CHECK(total(done.counts(0, done.kinds.size())) == done.kinds.size());
  std::vector<outcome_counts> columns(97);
  for (const time_range range :
       {line.range(), time_range{line.range().to_ns / 3, line.range().to_ns / 2}}) {
    static_cast<void>(done.columns(range, columns));
    outcome_counts expected{};
    for (std::size_t i = 0; i < done.times.size(); ++i) {
      if (done.times[i] >= range.from_ns && done.times[i] <= range.to_ns) {
        ++expected[done.kinds[i]];
      }
    }
    outcome_counts seen{};
    for (const auto& one : columns) {
      for (std::size_t how = 0; how < seen.size(); ++how) {
        seen[how] += one[how];
      }
    }
    CHECK(seen == expected);
  }
  CHECK(done.at_event(0) == outcome_counts{});
  CHECK(done.at_event(trace.events.size()) == done.counts(0, done.kinds.size()));
}

TEST_CASE("what the timeline counts is what the summary of the runtime counts") {
  const auto trace = random_trace(17, 8'000);
  const timeline line(trace);
  const auto summary = trace::summarize(trace);
  const auto& depth = summary.gauge("queue depth");
  CHECK(line.gauge("queue depth")->value.extent().max == depth.max);
  const auto& latency = *line.latency("attempt"); // all of them are served
  const auto& attempts = summary.span("attempt");
  CHECK(latency.overall.p50 == attempts.p50.count());
  CHECK(latency.overall.p99 == attempts.p99.count());
  CHECK(latency.overall.max == attempts.max.count());
  CHECK(latency.overall.count == attempts.ended);
  CHECK(latency.open == attempts.open);
  const auto& requests = line.latency("request")->overall;
  CHECK(requests.count + requests.turned_away == summary.span("request").ended);
  for (std::size_t how = 0; how < 7; ++how) {
    CHECK(line.outcome("requests")->counts(0, line.outcome("requests")->kinds.size())[how] ==
          static_cast<std::uint32_t>(summary.outcome("requests").by_outcome[how]));
  }
}

TEST_CASE(
    "the windows of a latency series hold every span that ended, once: served or turned away") {
  const auto trace = random_trace(23, 10'000);
  const timeline line(trace);
  const auto& latency = *line.latency("attempt");
  for (const std::size_t windows : {1U, 7U, 120U, 999U}) {
    std::uint64_t count = 0;
    nanos longest = 0;
    for (const auto& one : latency.windows_in(line.range(), windows)) {
      count += one.count + one.turned_away;
      longest = std::max(longest, one.max);
      CHECK(one.p50 <= one.p99);
      CHECK(one.p99 <= one.max);
    }
    CHECK(count == latency.ends.size());
    CHECK(longest == latency.overall.max);
  }
}

TEST_CASE("what was turned away does not count as latency") {
  trace_builder run;
  for (int i = 0; i < 100; ++i) {
    run.at(i * ms);
    const auto request = run.begin_span("request", span_role::request);
    constexpr std::array away{outcome::rejected, outcome::dropped, outcome::short_circuited};
    if (i % 4 != 0) {
      run.end_span(request, away[static_cast<std::size_t>(i % 4 - 1)]);
    } else {
      run.at(i * ms + 500 * us).end_span(request, i % 8 == 0 ? outcome::ok : outcome::timed_out);
    }
  }
  const auto trace = run.done();
  const timeline line(trace);
  const auto& overall = line.main_latency()->overall;
  CHECK(overall.count == 25);
  CHECK(overall.turned_away == 75);
  CHECK(overall.p50 == 500 * us);
  const auto figures = headline_of(line);
  CHECK(figures.p50 == 500 * us);
  CHECK(figures.mean_latency == 500 * us);
}

TEST_CASE("where all were turned away there is no latency") {
  trace_builder run;
  run.at(ms).end_span(run.begin_span("request", span_role::request), outcome::rejected);
  run.at(2 * ms).note("the end");
  const auto trace = run.done();
  const timeline line(trace);
  CHECK(line.main_latency()->overall.count == 0);
  CHECK_FALSE(headline_of(line).p50);
}

TEST_CASE("spans that the caller sees come before others") {
  trace_builder run;
  for (int i = 0; i < 10; ++i) {
    run.at(i * ms);
    const auto request = run.begin_span("checkout", span_role::request);
    for (int attempt = 0; attempt < 3; ++attempt) {
      run.end_span(run.begin_span("call", span_role::attempt, request), outcome::failed);
    }
    run.at(i * ms + 500 * us).end_span(request);
  }
  const auto trace = run.done();
  const timeline line(trace);
  REQUIRE(line.main_latency() != nullptr);
  CHECK(line.main_latency()->name == "checkout");
  CHECK(line.main_latency()->overall.p50 == 500 * us);
  CHECK(line.requests() == 10);
  CHECK(line.attempts() == 30);
}

TEST_CASE("attempts count for the request that they are made for, whenever that is") {
  trace_builder run;
  run.at(0);
  const auto patient = run.begin_span("checkout", span_role::request);
  for (int i = 0; i < 40; ++i) {
    run.at(i * ms);
    const auto work = run.begin_span("stage", span_role::running, patient);
    run.end_span(run.begin_span("call", span_role::attempt, work), outcome::failed);
  }
  const auto turned_away = run.begin_span("checkout", span_role::request);
  run.end_span(turned_away, outcome::rejected).end_span(patient);
  const auto trace = run.done();
  const timeline line(trace, {.window_count = 10});
  CHECK(line.retries().attempted == 1);
  CHECK(line.retries().retried == 1);
  CHECK(line.retries().ratio() == 40);
  REQUIRE(line.amplification().size() == 10);
  CHECK(line.amplification()[0].requests == 1);
  CHECK(line.amplification()[0].attempts == 40);
  CHECK(line.amplification()[9].requests == 0);
  CHECK(line.amplification()[9].attempts == 0);
}

TEST_CASE("where nobody tries twice there is no amplification") {
  trace_builder run;
  for (int i = 0; i < 10; ++i) {
    run.at(i * ms);
    const auto request = run.begin_span("checkout", span_role::request);
    if (i != 3) {
      run.end_span(run.begin_span("call", span_role::attempt, request));
    }
    run.end_span(request);
  }
  const auto trace = run.done();
  const timeline line(trace);
  CHECK(line.amplification().empty());
  CHECK(line.retries().ratio() == 1);
}

TEST_CASE("a breaker's sources are found by their roles and their subject, whatever their names") {
  trace_builder run;
  using enum trace::source_role;
  for (const std::string subject : {"fuse", "door"}) {
    run.source({.kind = trace::source_kind::gauge,
                .name = "A of " + subject,
                .role = breaker_failure_rate,
                .subject = subject});
    run.source({.kind = trace::source_kind::outcomes,
                .name = "B of " + subject,
                .role = breaker_window,
                .subject = subject});
    run.source({.kind = trace::source_kind::state,
                .name = "C of " + subject,
                .labels = {"zu", "offen", "halb"},
                .role = breaker_state,
                .subject = subject});
  }
  run.state("no breaker", {"closed", "open", "half-open"}, 1, 0);
  run.at(ms).state("C of door", {}, 2, 0).state("C of door", {}, 1, 2).state("C of door", {}, 3, 1);
  const auto trace = run.done();
  const timeline line(trace);
  REQUIRE(line.breakers().size() == 2);
  const auto& door = line.breakers()[1];
  CHECK(door.name == "C of door");
  CHECK(line.gauges()[static_cast<std::size_t>(door.failure_rate)].name == "A of door");
  CHECK(line.outcomes()[static_cast<std::size_t>(door.window)].name == "B of door");
  CHECK(door.cooldown == -1);
  const auto& state = line.states()[static_cast<std::size_t>(door.state)];
  CHECK(state.of_breaker(0) == viz::breaker_state::closed);
  CHECK(state.of_breaker(1) == viz::breaker_state::open);
  CHECK(state.of_breaker(2) == viz::breaker_state::half_open);
  CHECK_FALSE(state.of_breaker(3)); // of a breaker with more states than are known
  CHECK(state.severity[1] > state.severity[2]);
  CHECK(line.key_transitions().size() == 3);
}

TEST_CASE("sources of a role that is not known count as work without a role") {
  constexpr auto of_a_later_weir = static_cast<trace::source_role>(99);
  trace_builder run;
  run.source({.kind = trace::source_kind::gauge,
              .name = "queue depth, in flight, loop lag",
              .capacity = 4,
              .role = of_a_later_weir});
  run.source({.kind = trace::source_kind::place, .name = "a place", .role = of_a_later_weir});
  run.source(
      {.kind = trace::source_kind::outcomes, .name = "breaker window", .role = of_a_later_weir});
  run.source({.kind = trace::source_kind::state,
              .name = "breaker",
              .labels = {"closed", "open"},
              .role = of_a_later_weir});
  run.at(ms).gauge("queue depth, in flight, loop lag", 2).enter("a place", 1);
  run.add(3, trace::event_kind::outcome, 1, 0, static_cast<std::uint8_t>(outcome::ok));
  run.add(4, trace::event_kind::state, 1, 0);
  const auto trace = run.done();
  const timeline line(trace);
  CHECK(line.breakers().empty());
  CHECK(line.loop_lag() == nullptr);
  CHECK(main_in_flight(line) == nullptr);
  CHECK(main_queue(line) == &line.gauges()[0]); // it has a limit
  REQUIRE(line.main_outcomes() != nullptr);
  CHECK(line.main_outcomes()->name == "breaker window");
  CHECK_FALSE(line.states()[0].of_breaker(1));
  CHECK(line.places()[0].role == of_a_later_weir);
  CHECK_FALSE(headline_of(line).breaker_opened);
}

TEST_CASE("a breaker has its parts, and its window is no end of work") {
  trace_builder run;
  run.at(0).breaker(0, -1);
  run.gauge("breaker failure rate", 0, 50).gauge("breaker calls in window", 0, 10);
  run.gauge("breaker window size", 20, 20).gauge("breaker probes", 0, 3);
  run.at(1 * ms).end("breaker window", outcome::failed).end("requests", outcome::failed);
  run.at(2 * ms).gauge("breaker cooldown", 100).breaker(1, 0);
  run.at(102 * ms).breaker(2, 1);
  run.at(103 * ms).breaker(0, 2);
  run.state("other", {"idle", "busy"}, 1, 0);
  const auto trace = run.done();
  const timeline line(trace);
  REQUIRE(line.breakers().size() == 1);
  const auto& breaker = line.breakers()[0];
  CHECK(breaker.name == "breaker");
  CHECK(line.gauges()[static_cast<std::size_t>(breaker.failure_rate)].name ==
        "breaker failure rate");
  CHECK(line.outcomes()[static_cast<std::size_t>(breaker.window)].of_breaker());
  CHECK(breaker.cooldown >= 0);
  CHECK(breaker.probes >= 0);
  CHECK(line.main_outcomes()->name == "requests");
  CHECK(line.key_transitions().size() == 3);
}

TEST_CASE("the worst state of a column wins, and no transition is lost") {
  const auto trace = random_trace(29, 60'000);
  const timeline line(trace);
  const auto& breaker = *line.state("breaker");
  REQUIRE(breaker.transitions.size() > 50);
  for (const std::size_t columns : {1U, 3U, 50U, 1920U}) {
    std::vector<state_column> seen(columns);
    static_cast<void>(breaker.columns(line.range(), seen));
    std::uint32_t transitions = 0;
    std::size_t i = 0;
    for (std::size_t c = 0; c < columns; ++c) {
      transitions += seen[c].transitions;
      const nanos end =
          c + 1 == columns ? line.range().to_ns + 1 : column_start(line.range(), c + 1, columns);
      for (; i < breaker.transitions.size() && breaker.transitions[i].t_ns < end; ++i) {
        const auto entered = static_cast<std::size_t>(breaker.transitions[i].to);
        REQUIRE(breaker.severity[static_cast<std::size_t>(seen[c].worst)] >=
                breaker.severity[entered]);
      }
    }
    CHECK(transitions == breaker.transitions.size());
  }
  CHECK(breaker.label(breaker.at_event(1)) == "closed");
  CHECK(breaker.at_event(0) == -1);
  CHECK(breaker.severity == std::vector<std::int16_t>{0, 2, 1});
}

TEST_CASE("an item's ways lead from place to place and into a bin") {
  trace_builder run;
  run.at(1).enter("queue", 1, 4);
  run.at(2).enter("queue", 2);
  run.at(3).enter("worker", 1);
  run.at(4).end("requests", outcome::ok, 1);
  run.at(5).end("requests", outcome::dropped, 2);
  run.at(6).end("requests", outcome::rejected, 99);
  const auto trace = run.done();
  const timeline line(trace);
  REQUIRE(line.moves().size() == 5);
  const auto first = line.moves_of(1);
  REQUIRE(first.size() == 3);
  CHECK((first[0].from == -1 && line.places()[0].name == "queue" && first[0].to == 0));
  CHECK((first[1].from == 0 && first[1].to == 1));
  CHECK((first[2].from == 1 && first[2].to == -1 && first[2].bin == outcome::ok));
  CHECK(line.moves_of(2).back().bin == outcome::dropped);
  CHECK(line.moves_of(99).empty());
}

TEST_CASE("items with numbers of any size are followed just as well") {
  trace_builder run;
  const std::int64_t big = std::int64_t{1} << 50;
  run.at(1).enter("queue", big).enter("queue", -7);
  run.at(2).enter("worker", big);
  run.at(3).end("requests", outcome::ok, big).end("requests", outcome::failed, -7);
  const auto trace = run.done();
  const timeline line(trace);
  REQUIRE(line.moves_of(big).size() == 3);
  CHECK(line.moves_of(big)[1].from == 0);
  CHECK(line.moves_of(-7).back().bin == outcome::failed);
}

TEST_CASE("broken promises, gaps and notes are marked where they happened") {
  trace_builder run;
  run.at(1 * ms).note("a remark").promise_broken("at most 3 in flight, saw 4");
  run.at(2 * ms).add(0, trace::event_kind::gap, 17);
  run.at(3 * ms).add(0, trace::event_kind::loop_blocked, 5 * ms);
  run.at(4 * ms).run_end("deadlock");
  const auto trace = run.done();
  const timeline line(trace);
  REQUIRE(line.promises_broken().size() == 1);
  CHECK(line.promises_broken()[0].text == "at most 3 in flight, saw 4");
  CHECK(line.promises_broken()[0].event == 1);
  REQUIRE(line.gaps().size() == 1);
  CHECK(line.gaps()[0].amount == 17);
  CHECK(line.notes().size() == 1);
  REQUIRE(line.longest_block());
  CHECK(line.longest_block()->amount == 5 * ms);
  CHECK(line.ended() == "deadlock");
}

} // namespace weir::viz
