#include "fixture.hpp"
#include "scenarios.hpp"
#include "storm.hpp"
#include "weir_catch.hpp"

using namespace weir_hidden;

TEST_CASE("each tick counts, with how late it came", "[due]") {
  WEIR_EXPLORE(loop("nothing happens"), [] { return watch("due", {}, 31s); });
  WEIR_EXPLORE(loop("one block of 400 ms"),
               [] { return watch("due", {blocks(5010ms, 400ms)}, 20s); });
  WEIR_EXPLORE(loop("blocks of half a tick"),
               [] { return watch("due", many(300, 55ms, 10ms), 5s); });
  WEIR_EXPLORE(loop("a block that begins when a tick is due", 12),
               [] { return watch("due", {blocks(2s, 130ms), blocks(870ms, 1s)}, 12s); });
  WEIR_EXPLORE(loop("an hour, a tick a second", 1), [] {
    return watch("due", many(65, 53'300ms, 2200ms), 10s, {.tick = 1s, .window = 60s});
  });
  WEIR_EXPLORE(loop("a tick of a millisecond"), [] {
    return watch("due", many(20, 33'200us, 12'900us), 1s, {.tick = 1ms, .window = 200ms});
  });
  WEIR_EXPLORE(loop("seventy thousand ticks in one turn", 1), [] {
    return watch("due", {blocks(1'500us, 71s)}, 1s, {.tick = 1ms, .window = 70s});
  });
  WEIR_EXPLORE(loop("two probes"), [] { return two_probes("due"); });
  WEIR_EXPLORE(loop("a storm", 60), [] { return storm("due"); });
}

TEST_CASE("a loop that is never idle is not later for it", "[busy]") {
  WEIR_EXPLORE(in_order("handlers of 30 ms, one after the other"),
               [] { return no_idle_moment(30ms, 61s); });
  WEIR_EXPLORE(in_order("handlers of 90 ms"), [] { return no_idle_moment(90ms, 10min); });
  WEIR_EXPLORE(in_order("handlers of 2 ms"), [] { return no_idle_moment(2ms, 25s); });
}

TEST_CASE("each window is told of when its last tick has come", "[windows]") {
  WEIR_EXPLORE(loop("a day with one block"),
               [] { return watch("windows", {blocks(7'003ms, 50ms)}, 61s); });
  WEIR_EXPLORE(loop("an edge within a block"),
               [] { return watch("windows", {blocks(9'790ms, 500ms)}, 20s); });
  WEIR_EXPLORE(loop("an edge at the end of a block"), [] {
    return watch("windows", {blocks(9'700ms, 300ms), blocks(9'500ms, 500ms)}, 20s);
  });
  WEIR_EXPLORE(loop("an edge at the beginning of a block", 12),
               [] { return watch("windows", {blocks(10s, 300ms), blocks(9'700ms, 1s)}, 20s); });
  WEIR_EXPLORE(loop("a block longer than windows"),
               [] { return watch("windows", {blocks(8'001ms, 35s)}, 20s); });
  WEIR_EXPLORE(loop("a block of two hours", 1),
               [] { return watch("windows", {blocks(3s, 2h)}, 11s); });
  WEIR_EXPLORE(loop("windows of one tick"), [] {
    return watch("windows", many(6, 33ms, 50ms), 100ms, {.tick = 20ms, .window = 20ms});
  });
  WEIR_EXPLORE(loop("a storm", 60), [] { return storm("windows"); });
}

TEST_CASE("the p99 is by nearest rank", "[percentile]") {
  WEIR_EXPLORE(loop("the worst hundredth"),
               [] { return watch("percentile", {blocks(1'010ms, 200ms)}, 20s); });
  WEIR_EXPLORE(loop("one more than that"), [] {
    return watch("percentile", {blocks(1'010ms, 200ms), blocks(500ms, 130ms)}, 20s);
  });
  for (const int ticks : {1, 2, 99, 100, 101, 150, 199, 200, 201})
    WEIR_EXPLORE(loop(weir::text("{} ticks in a window", ticks)), [ticks] {
      return watch("percentile", many(4, ticks * 3ms + 9'300us, ticks * 4ms + 70ms), 2s,
                   {.tick = 20ms, .window = ticks * 20ms});
    });
  WEIR_EXPLORE(loop("late by minutes"),
               [] { return watch("percentile", {blocks(4s, 7min), blocks(30s, 1700ms)}, 20s); });
  WEIR_EXPLORE(loop("late by less than a millisecond"),
               [] { return watch("percentile", many(200, 39'700us, 20'100us), 10s); });
  WEIR_EXPLORE(loop("a bad window, and good ones"),
               [] { return watch("percentile", {blocks(2s, 2s)}, 40s); });
  WEIR_EXPLORE(loop("a storm", 60), [] { return storm("percentile"); });
}

TEST_CASE("one warning for a bad window", "[warning]") {
  WEIR_EXPLORE(loop("one bad window of three"),
               [] { return watch("warning", {blocks(12'010ms, 400ms)}, 20s); });
  WEIR_EXPLORE(loop("many blocks in one window"),
               [] { return watch("warning", many(12, 310ms, 400ms), 20s); });
  WEIR_EXPLORE(loop("a single late tick"),
               [] { return watch("warning", {blocks(3'010ms, 130ms)}, 20s); });
  WEIR_EXPLORE(loop("three windows within a block"),
               [] { return watch("warning", {blocks(8s, 35s)}, 20s); });
  WEIR_EXPLORE(loop("a window that is cut short"),
               [] { return watch("warning", {blocks(15'007ms, 300ms), stops(1s)}); });
  WEIR_EXPLORE(loop("a p99 of just what is allowed"), [] {
    return watch("warning", many(5, 400ms, 120ms), 2s, {.window = 400ms, .bad = 100ms});
  });
  WEIR_EXPLORE(loop("nothing is ever bad"), [] {
    return watch("warning", {blocks(1s, 5min)}, 12s, {.bad = nanoseconds::max()});
  });
  WEIR_EXPLORE(loop("any lateness is bad"), [] {
    return watch("warning", {blocks(1'005ms, 150ms), blocks(11s, 70ms)}, 22s, {.bad = 0ns});
  });
  WEIR_EXPLORE(loop("a storm", 60), [] { return storm("warning"); });
}

TEST_CASE("a stop tells what is known, and then nothing", "[stop]") {
  WEIR_EXPLORE(loop("within a window"),
               [] { return watch("stop", {blocks(5'007ms, 300ms), stops(1s), stops(1s)}); });
  WEIR_EXPLORE(loop("before the first tick"), [] { return watch("stop", {stops(19ms)}); });
  WEIR_EXPLORE(loop("at once"), [] { return watch("stop", {stops(0ns)}); });
  WEIR_EXPLORE(loop("by a handler that has occupied the loop"), [] {
    return watch("stop", {{.after = 9s, .what = deed::kind::block_and_stop, .takes = 3s}});
  });
  WEIR_EXPLORE(loop("when a tick is due", 12), [] { return watch("stop", {stops(1s)}); });
  WEIR_EXPLORE(loop("when the first tick is due", 12), [] { return watch("stop", {stops(20ms)}); });
  WEIR_EXPLORE(loop("when a window ends", 12), [] { return watch("stop", {stops(20s)}); });
  WEIR_EXPLORE(loop("by the log, when it is told", 12),
               [] { return stopped_by_log("stop", 10ms); });
  WEIR_EXPLORE(loop("by the log, that has windows to come", 12),
               [] { return stopped_by_log("stop", 35s); });
  WEIR_EXPLORE(loop("the probe is destroyed", 12), [] { return destroyed("stop", 1'010ms); });
  WEIR_EXPLORE(loop("destroyed when a tick is due", 12), [] { return destroyed("stop", 10s); });
  WEIR_EXPLORE(loop("destroyed after a stop", 12),
               [] { return destroyed("stop", 2s, deed::kind::stop); });
  WEIR_EXPLORE(loop("it is kept"), [] { return kept_after_stop("stop"); });
  WEIR_EXPLORE(loop("it never ran"), [] { return never_started(); });
  WEIR_EXPLORE(loop("a storm", 60), [] { return storm("stop"); });
}

TEST_CASE("what is started again starts anew", "[again]") {
  WEIR_EXPLORE(loop("a pause"), [] {
    return watch("again", {blocks(3s, 400ms), stops(2s), starts(4'711ms), blocks(3s, 300ms)}, 20s);
  });
  WEIR_EXPLORE(loop("in the same instant", 12),
               [] { return watch("again", {{.after = 1'005ms, .what = deed::kind::again}}, 21s); });
  WEIR_EXPLORE(loop("in the instant in which a tick is due", 40),
               [] { return watch("again", {{.after = 1s, .what = deed::kind::again}}, 21s); });
  WEIR_EXPLORE(loop("after a block, in its handler", 12), [] {
    return watch("again", {{.after = 1'003ms, .what = deed::kind::block_and_again, .takes = 500ms}},
                 21s);
  });
  WEIR_EXPLORE(loop("twice started", 12), [] {
    return watch("again", {starts(1s), stops(1s), starts(1s), starts(3s), stops(3s), starts(1ms)},
                 12s);
  });
  WEIR_EXPLORE(loop("again and again", 12), [] {
    script all;
    for (int i = 0; i < 50; ++i)
      all.push_back({.after = 60ms, .what = deed::kind::again});
    return watch("again", std::move(all), 12s);
  });
  WEIR_EXPLORE(loop("by the log", 12), [] { return restarted_by_log("again"); });
  WEIR_EXPLORE(loop("a storm", 60), [] { return storm("again"); });
}
