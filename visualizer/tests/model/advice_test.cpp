#include "model/advice.hpp"
#include "model/trace_builder.hpp"
#include "testing/catch.hpp"

#include <algorithm>
#include <array>

namespace weir::viz {

using namespace test;
using trace::outcome;
using trace::span_role;

namespace {

std::optional<advice> find(const trace::recording& trace, std::string_view rule,
                           const run_facts& facts = {}) {
  const timeline line(trace);
  auto all = advise(line, facts);
  const auto found = std::ranges::find(all, rule, &advice::rule);
  return found == all.end() ? std::nullopt : std::optional(std::move(*found));
}

/// `count` requests of 10 ms, one after the other; `attempts` each; every `failing`th times out.
trace::recording requests(int count, int attempts, int failing = 0) {
  trace_builder run;
  for (int i = 0; i < count; ++i) {
    run.at(i * 10 * ms);
    const auto request = run.begin_span("request", span_role::request);
    for (int k = 0; k < attempts; ++k) {
      const auto attempt = run.begin_span("attempt", span_role::attempt, request);
      run.at(i * 10 * ms + (k + 1) * ms);
      run.end_span(attempt, failing != 0 && i % failing == 0 ? outcome::timed_out : outcome::ok);
    }
    run.end_span(request).end("requests", outcome::ok);
  }
  return run.done();
}

const knob_value timeout_knob{.info = {.name = "timeout", .kind = knob_kind::duration},
                              .value = 20e6};

} // namespace

TEST_CASE("a run in order gets no advice") {
  trace_builder run;
  for (int i = 0; i < 200; ++i) {
    run.at(i * 10 * ms);
    const auto request = run.begin_span("request", span_role::request);
    run.gauge("in flight", i % 5, 4).gauge("queue depth", i % 7, 8);
    run.at(i * 10 * ms + ms).end_span(request).end("requests", outcome::ok);
  }
  const auto trace = run.done();
  const timeline line(trace);
  const auto all = advise(line);
  for (const auto& one : all) {
    UNSCOPED_INFO(one.text);
  }
  CHECK(all.empty());
}

TEST_CASE("retries that multiply the load are named with their figures") {
  const auto told = find(requests(100, 3), "retries-multiply");
  REQUIRE(told);
  CHECK(told->text == "retries multiply the load by 3");
  CHECK(told->evidence == "300 attempts for 100 requests");
  CHECK_FALSE(find(requests(100, 1), "retries-multiply"));
  CHECK_FALSE(find(requests(5, 3), "retries-multiply"));
}

TEST_CASE("a timeout below p50 is told from one that only cuts the tail") {
  const std::array knobs{timeout_knob};
  const run_facts facts{.knobs = knobs};
  const auto below = find(requests(100, 1, 1), "timeout-below-p50", facts);
  REQUIRE(below);
  CHECK(below->text == "the timeout of 20 ms is below p50");
  CHECK(below->evidence == "100 of 100 'attempt' spans timed out");
  CHECK(below->knob == "timeout");
  CHECK(below->try_this == "turn 'timeout' up");
  const auto cuts = find(requests(100, 1, 5), "timeout-cuts", facts);
  REQUIRE(cuts);
  CHECK(cuts->text == "the timeout of 20 ms lies near p80");
  CHECK_FALSE(find(requests(100, 1), "timeout-cuts", facts));
  CHECK_FALSE(find(requests(10, 1, 1), "timeout-below-p50", facts));
}

TEST_CASE("a timeout that waits for calls that hang is to be turned down, not up") {
  trace_builder run;
  for (int i = 0; i < 100; ++i) {
    const bool hangs = i % 4 == 0;
    run.at(i * 10 * ms);
    const auto call = run.begin_span("call", span_role::request);
    run.at(i * 10 * ms + (hangs ? 9 * ms : ms));
    run.end_span(call, hangs ? outcome::timed_out : outcome::ok);
  }
  knob_value timeout = timeout_knob;
  timeout.value = 9e6;
  const std::array knobs{timeout};
  const auto told = find(run.done(), "timeout-waits-for-hangs", {.knobs = knobs});
  REQUIRE(told);
  CHECK(told->text ==
        "the timeout of 9 ms is 9 times what an answer takes: it waits for calls that hang");
  CHECK(told->evidence == "99 of 100 answers came within 1 ms; 25 of 100 'call' spans timed out");
  CHECK(told->try_this == "turn 'timeout' down");
  CHECK_FALSE(find(run.done(), "timeout-cuts", {.knobs = knobs}));
}

TEST_CASE("a timeout that is far beyond p99 is a hint") {
  knob_value far = timeout_knob;
  far.value = 100e6;
  const std::array knobs{far};
  const auto told = find(requests(200, 1), "timeout-loose", {.knobs = knobs});
  REQUIRE(told);
  CHECK(told->weight == urgency::hint);
  CHECK(told->text == "the timeout of 100 ms is 100 times p99: it only helps against a hang");
}

TEST_CASE("a queue at its capacity is measured by time, not by points") {
  trace_builder run;
  for (int i = 0; i < 100; ++i) {
    run.at(i * 10 * ms).gauge("queue depth", 8, 8);
    run.at(i * 10 * ms + 4 * ms).gauge("queue depth", 1);
  }
  run.at(1000 * ms).gauge("queue depth", 0);
  const auto told = find(run.done(), "queue-full");
  REQUIRE(told);
  CHECK(told->text == "'queue depth' is at its capacity 40 % of the time");
}

TEST_CASE("a gauge over its limit is wrong, and comes first") {
  trace_builder run;
  for (int i = 0; i < 30; ++i) {
    run.at(i * ms).gauge("loop lag", 60).gauge("queue depth", 12, 8);
  }
  const auto trace = run.done();
  const timeline line(trace);
  const auto all = advise(line);
  REQUIRE(all.size() >= 2);
  CHECK(all[0].rule == "over-limit");
  CHECK(all[0].weight == urgency::wrong);
  CHECK(all[0].text == "'queue depth' goes over its limit of 8");
}

TEST_CASE("a gauge is held against the limit of that moment") {
  trace_builder run;
  for (int i = 0; i < 30; ++i) {
    run.at(i * ms).gauge("in flight", 32 - i);
  }
  run.at(30 * ms).limit("in flight", 15); // the two calls that are there may end
  run.at(31 * ms).gauge("in flight", 1).at(32 * ms).gauge("in flight", 15);
  CHECK_FALSE(find(run.done(), "over-limit"));
  run.at(33 * ms).gauge("in flight", 16).gauge("in flight", 15); // right again in the same instant
  CHECK_FALSE(find(run.done(), "over-limit"));
  run.at(34 * ms).gauge("in flight", 17).at(35 * ms).gauge("in flight", 3);
  const auto told = find(run.done(), "over-limit");
  REQUIRE(told);
  CHECK(told->text == "'in flight' goes over its limit of 15");
  CHECK(told->evidence == "at most it was 17, at 34 ms");
}

TEST_CASE("the only place of its kind is taken, not all one of them") {
  trace_builder run;
  for (int i = 0; i < 30; ++i) {
    run.at(i * ms).gauge("link busy", 1, 1);
  }
  const auto told = find(run.done(), "always-busy");
  REQUIRE(told);
  CHECK(told->text == "'link busy' is taken 100 % of the time");
}

TEST_CASE("a queue that grows because nothing ends any more is no matter of load") {
  trace_builder run;
  for (int i = 0; i < 400; ++i) {
    run.at(i * 10 * ms).gauge("waiting", i < 100 ? 1 : i - 100);
    if (i < 100) {
      run.end("requests", outcome::ok);
    }
  }
  const knob_value arrival{.info = {.name = "arrival-rate"}, .value = 100};
  const std::array knobs{arrival};
  const auto told = find(run.done(), "grows", {.knobs = knobs});
  REQUIRE(told);
  CHECK(told->evidence.ends_with("something holds on to what others wait for"));
  CHECK(told->try_this.empty());
  CHECK_FALSE(find(run.done(), "overload", {.knobs = knobs}));
}

TEST_CASE("what did not end well is told with when, and what the time went into") {
  trace_builder run;
  for (int i = 0; i < 200; ++i) {
    const bool late = i >= 120;
    run.at(i * 10 * ms);
    const auto request = run.begin_span("request", span_role::request);
    const auto wait = run.begin_span("waiting for a permit", span_role::waiting, request);
    run.at(i * 10 * ms + (late ? 9 * ms : ms)).end_span(wait);
    run.at(i * 10 * ms + (late ? 9 * ms : 2 * ms));
    run.end_span(request, late ? outcome::failed : outcome::ok);
    run.end("requests", late ? outcome::failed : outcome::ok);
  }
  const auto told = find(run.done(), "losses");
  REQUIRE(told);
  CHECK(told->weight == urgency::warning);
  CHECK(told->text == "80 of 200 'requests' failed");
  CHECK(told->evidence ==
        "all between 1.209 s and 1.999 s; 100 % of their time in 'waiting for a permit'");
}

TEST_CASE("one that was dropped matters, one of a thousand that failed does not") {
  const auto run_with = [](outcome how) {
    trace_builder run;
    for (int i = 0; i < 1000; ++i) {
      run.at(i * ms).end("readings", i == 999 ? how : outcome::ok);
    }
    return run.done();
  };
  const auto dropped = find(run_with(outcome::dropped), "losses");
  REQUIRE(dropped);
  CHECK(dropped->weight == urgency::hint);
  CHECK(dropped->text == "1 of 1,000 'readings' was dropped");
  CHECK(dropped->evidence == "at 999 ms");
  CHECK_FALSE(find(run_with(outcome::failed), "losses"));
}

TEST_CASE("a line drawn beside a gauge that holds nothing is no bound") {
  trace_builder run;
  for (int i = 0; i < 40; ++i) {
    run.at(i * ms).gauge("calls in 100 ms", i, 20);
  }
  const auto told = find(run.done(), "over-line");
  REQUIRE(told);
  CHECK(told->weight == urgency::warning);
  CHECK(told->evidence == "at most it was 39; over it 46 % of the time");
  CHECK_FALSE(find(run.done(), "over-limit"));
  CHECK_FALSE(find(run.done(), "queue-full"));
}

TEST_CASE("a limit that no knob sets gets no advice") {
  trace_builder run;
  for (int i = 0; i < 30; ++i) {
    run.at(i * ms).gauge("in flight", i % 6, 16);
  }
  run.recorder().header().knobs = {{"limit", "16"}};
  CHECK(find(run.done(), "limit-never-reached"));
  run.recorder().header().knobs = {{"limit", "12"}};
  CHECK_FALSE(find(run.done(), "limit-never-reached"));
}

TEST_CASE("a limit that is never reached is a hint") {
  trace_builder run;
  for (int i = 0; i < 30; ++i) {
    run.at(i * ms).gauge("in flight", i % 6, 16);
  }
  const auto told = find(run.done(), "limit-never-reached");
  REQUIRE(told);
  CHECK(told->evidence == "at most 5 of 16");
}

TEST_CASE("a queue without bound that grows and grows is said to") {
  trace_builder run;
  for (int i = 0; i < 400; ++i) {
    run.at(i * ms).gauge("queue depth", i);
  }
  CHECK(find(run.done(), "grows"));
  trace_builder calm;
  for (int i = 0; i < 400; ++i) {
    calm.at(i * ms).gauge("queue depth", i % 20);
  }
  CHECK_FALSE(find(calm.done(), "grows"));
}

TEST_CASE("more load than gets done is put into a ratio") {
  trace_builder run;
  for (int i = 0; i < 130; ++i) {
    run.at(i * 10 * ms).enter("queue", i + 1);
    run.end("requests", i % 13 < 10 ? outcome::ok : outcome::rejected, i + 1);
  }
  const auto told = find(run.done(), "overload");
  REQUIRE(told);
  CHECK(told->text == "offered load is 1.3 times what gets done");
  CHECK(told->evidence.find("23 % are rejected") != std::string::npos);
  CHECK_FALSE(find(requests(100, 1), "overload"));
}

TEST_CASE("a breaker that opens and closes all the time flaps") {
  trace_builder run;
  run.at(0).breaker(0, -1);
  for (int i = 0; i < 14; ++i) {
    run.at((10 + i * 20) * ms).breaker(1, 0);
    run.at((15 + i * 20) * ms).breaker(2, 1);
    run.at((16 + i * 20) * ms).breaker(0, 2);
  }
  const auto told = find(run.done(), "breaker-flaps");
  REQUIRE(told);
  CHECK(told->text == "'breaker' opens and closes 14 times");
}

TEST_CASE("a breaker that never opens although most calls fail is idle") {
  trace_builder run;
  run.at(0).breaker(0, -1);
  for (int i = 0; i < 40; ++i) {
    run.at(i * ms).end("breaker window", i % 4 == 0 ? outcome::ok : outcome::failed);
  }
  const auto told = find(run.done(), "breaker-never-opens");
  REQUIRE(told);
  CHECK(told->evidence == "30 of 40 calls");
}

TEST_CASE("how a run ended badly is explained, not said again") {
  trace_builder run;
  run.at(7 * ms).run_end("deadlock");
  const auto trace = run.done();
  const auto told = find(trace, "ended-badly");
  REQUIRE(told);
  CHECK(told->weight == urgency::wrong);
  CHECK(told->text == "every task waits, and no timer is set that could wake one");
  CHECK(told->evidence == "from 7 ms on; Lanes and Events show what each waits for");
  CHECK(find(trace, "ended-badly", {.ended = "leak"})->text ==
        "work goes on after the scope that started it has ended");
  CHECK_FALSE(find(trace, "ended-badly", {.ended = "reached the horizon"}));
  CHECK_FALSE(find(trace, "ended-badly", {.ended = "crashed"}));
}

TEST_CASE("a broken promise stands in the goals: no advice repeats it or what follows from it") {
  trace_builder run;
  for (int i = 0; i < 30; ++i) {
    run.at(i * ms).note("step");
  }
  run.at(60 * ms).promise_broken("at most 3 in flight").run_end("assertion-failed");
  const auto trace = run.done();
  CHECK(advise(timeline(trace)).empty());
}

TEST_CASE("a run that ends early, or in which nothing happens any more, is said to") {
  CHECK(find(requests(30, 1), "ended-early", {.ended = "completed", .horizon_ns = 10 * s}));
  CHECK_FALSE(find(requests(30, 1), "ended-early", {.ended = "completed"}));
  trace_builder run;
  for (int i = 0; i < 30; ++i) {
    run.at(i * ms).gauge("depth", i);
  }
  run.at(100 * ms).run_end("completed");
  CHECK(find(run.done(), "stuck")->text == "nothing happens any more after 29 ms");
}

TEST_CASE("a request that never ends is found among those that do") {
  trace_builder run;
  run.at(0);
  run.begin_span("request", span_role::request);
  for (int i = 0; i < 100; ++i) {
    run.at(i * 10 * ms);
    const auto request = run.begin_span("request", span_role::request);
    run.at(i * 10 * ms + ms).end_span(request);
  }
  const auto told = find(run.done(), "never-ends");
  REQUIRE(told);
  CHECK(told->text == "1 'request' span never ends");
  CHECK_FALSE(find(requests(100, 1), "never-ends"));
}

TEST_CASE("a blocked loop is named with what blocked it") {
  trace_builder run;
  run.at(320 * ms).add(run.recorder().site("parse"), trace::event_kind::loop_blocked, 320 * ms);
  const auto told = find(run.done(), "loop-blocked");
  REQUIRE(told);
  CHECK(told->text == "the event loop stands still for 320 ms at its worst");
  CHECK(told->evidence == "blocked until 320 ms by parse");
}

TEST_CASE("a gap in the trace is no secret") {
  trace_builder run;
  run.at(5 * ms).add(0, trace::event_kind::gap, 4096);
  CHECK(find(run.done(), "incomplete")->evidence == "4,096 events left out near 5 ms");
}

} // namespace weir::viz
