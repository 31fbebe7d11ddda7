#include "fixture.hpp"
#include "storm.hpp"
#include "weir_catch.hpp"

using namespace weir_hidden;

namespace {

using script = std::vector<step>;

/// Late so many times in a row: between two of these handlers the loop is idle for a beat.
script late_again(std::size_t times, nanoseconds each) {
  script all{start, wait(2s)};
  for (std::size_t i = 0; i < times; ++i) {
    all.push_back(block(each));
    all.push_back(wait(100ms));
  }
  return all;
}

} // namespace

TEST_CASE("who is busy is alive, and who does not come back is not", "[alive]") {
  WEIR_EXPLORE(loop("the loop never comes back"),
               [] { return process("alive", script{start, wait(2s), block(10min)}); });
  WEIR_EXPLORE(loop("a handler of 20 seconds"),
               [] { return process("alive", script{start, wait(2s), block(20s), wait(10s)}); });
  WEIR_EXPLORE(loop("a thousand requests at once"), [] {
    return process("alive", script{start, wait(2s), burst(1'000, 25ms), wait(10s)});
  });
  WEIR_EXPLORE(loop("ten seconds without a pause, in slices"), [] {
    return process("alive", script{start, wait(2s), sliced(150, 70ms), wait(1s)});
  });
  WEIR_EXPLORE(loop("late for a minute, and turning all the time"),
               [] { return process("alive", late_again(75, 700ms)); });
  WEIR_EXPLORE(loop("it comes back when it was given up"), [] {
    return process("alive", script{start, block(45s), wait(3s), block(45s), wait(3s)});
  });
  WEIR_EXPLORE(loop("nothing to do all night", 1), [] {
    return process("alive", script{start, wait(7h), block(4min), wait(5min)},
                   {.beat = 10s, .late = 1min, .calm = 5min, .dead_after = 10min}, 30s);
  });
  WEIR_EXPLORE(loop("a limit that nobody will ever meet"), [] {
    return process("alive", script{start, block(1h)}, {.dead_after = nanoseconds::max()}, 1s);
  });
  WEIR_EXPLORE(loop("two on one loop"), [] {
    return two("alive", script{start, wait(1s), block(5s), wait(3s), block(1s), wait(1s)});
  });
  WEIR_EXPLORE(loop("a storm", 50), [] { return storm("alive"); });
}

TEST_CASE("a loop that is late is not ready, while it is late", "[late]") {
  WEIR_EXPLORE(loop("a handler of two seconds"),
               [] { return process("late", script{start, wait(2s), block(2s)}); });
  WEIR_EXPLORE(loop("a handler that takes what it may"), [] {
    return process("late", script{start, wait(2s), block(350ms), wait(1s), block(390ms), wait(1s)},
                   {}, 50ms);
  });
  WEIR_EXPLORE(loop("two hundred requests at once"),
               [] { return process("late", script{start, wait(2s), burst(200, 5ms)}, {}, 100ms); });
  WEIR_EXPLORE(loop("ten seconds without a pause, in slices"), [] {
    return process("late", script{start, wait(2s), sliced(150, 70ms), wait(1s)});
  });
  WEIR_EXPLORE(loop("other limits"), [] {
    return process("late", script{start, wait(1s), block(110ms), wait(1s), block(200ms)},
                   {.beat = 20ms, .late = 150ms, .calm = 1s, .dead_after = 1s}, 10ms);
  });
  WEIR_EXPLORE(loop("after 67,000 beats", 1), [] {
    return process("late", script{start, wait(67s), block(40ms)},
                   {.beat = 1ms, .late = 10ms, .calm = 1s, .dead_after = 1s}, 1s);
  });
  WEIR_EXPLORE(loop("told in the middle of it that it has started"),
               [] { return process("late", script{start, wait(2s), start_inside(2s), wait(1s)}); });
  WEIR_EXPLORE(loop("never late"), [] {
    return process("late", script{start, wait(1s), block(20s), wait(1s)},
                   {.late = nanoseconds::max()});
  });
  WEIR_EXPLORE(loop("two on one loop"), [] {
    return two("late", script{start, wait(1s), block(300ms), wait(7s), block(1s), wait(1s)});
  });
  WEIR_EXPLORE(loop("a storm", 50), [] { return storm("late"); });
}

TEST_CASE("who was late is ready when it has been calm for long enough", "[calm]") {
  WEIR_EXPLORE(loop("late once"), [] {
    return process("calm", script{start, wait(2s), block(1s), wait(8s)}, {}, 100ms);
  });
  WEIR_EXPLORE(loop("late again before it was calm"), [] {
    return process("calm", script{start, wait(2s), block(1s), wait(4s), block(1s), wait(8s)});
  });
  WEIR_EXPLORE(loop("late again and again"), [] {
    return process("calm", script{start, wait(2s), block(700ms), wait(1s), block(700ms), wait(1s),
                                  block(700ms), wait(1s), block(700ms), wait(7s)});
  });
  WEIR_EXPLORE(loop("busy meanwhile, and not late"), [] {
    return process("calm", script{start, wait(2s), block(10s), wait(1s), block(300ms), wait(1s),
                                  sliced(40, 50ms), block(300ms), wait(4s)});
  });
  WEIR_EXPLORE(loop("nobody has asked while it was late"), [] {
    return process("calm", script{start, wait(2500ms), block(1s), wait(10s)}, {}, 2s);
  });
  WEIR_EXPLORE(loop("late for a very long time"),
               [] { return process("calm", script{start, wait(2s), block(2min), wait(9s)}); });
  WEIR_EXPLORE(loop("told once more that it has started"), [] {
    return process("calm", script{start, wait(2s), block(1s), wait(1s), start, wait(7s)});
  });
  WEIR_EXPLORE(loop("no calm is asked for"), [] {
    return process("calm", script{start, wait(2s), block(1s), wait(1s)}, {.calm = 0s}, 100ms);
  });
  WEIR_EXPLORE(loop("once late, never again ready"), [] {
    return process("calm", script{start, wait(2s), block(1s), wait(1min)},
                   {.calm = nanoseconds::max()});
  });
  WEIR_EXPLORE(loop("a storm", 50), [] { return storm("calm"); });
}

TEST_CASE("a start-up is alive and not ready, and leaves no trace", "[start]") {
  WEIR_EXPLORE(loop("a start-up of a minute on the loop"), [] {
    return process("start", script{wait(1s), block(1min), wait(1s), start, wait(10s)});
  });
  WEIR_EXPLORE(loop("the handler that has loaded everything says so"), [] {
    return process("start", script{wait(1s), start_inside(3min), wait(10s)}, {.dead_after = 2min});
  });
  WEIR_EXPLORE(loop("late just before it is over"),
               [] { return process("start", script{block(2s), start, wait(10s)}, {}, 100ms); });
  WEIR_EXPLORE(loop("at once"),
               [] { return process("start", script{start, wait(10s)}, {}, 90ms); });
  WEIR_EXPLORE(loop("told twice"), [] {
    return process("start", script{block(50s), start, wait(1s), start, wait(10s), start, wait(1s)});
  });
  WEIR_EXPLORE(loop("a storm", 50), [] { return storm("start"); });
}

TEST_CASE("who drains is not ready, for good, and is not killed", "[drain]") {
  WEIR_EXPLORE(loop("a calm one"),
               [] { return process("drain", script{start, wait(2s), drain, wait(20s)}); });
  WEIR_EXPLORE(loop("a busy one"), [] {
    return process("drain",
                   script{start, wait(2s), drain, block(20s), wait(10s), block(20s), wait(1s)});
  });
  WEIR_EXPLORE(loop("one that does not come back"), [] {
    return process("drain", script{start, wait(2s), drain, wait(1s), block(2min)});
  });
  WEIR_EXPLORE(loop("one that was late"), [] {
    return process("drain", script{start, wait(2s), block(1s), drain, wait(10s), drain, wait(1s)});
  });
  WEIR_EXPLORE(loop("before the start-up is over"), [] {
    return process("drain",
                   script{wait(1s), drain, wait(1s), start, wait(10s), block(2s), wait(10s)});
  });
  WEIR_EXPLORE(loop("one of two"), [] {
    step first = drain;
    first.whom = 0;
    return two("drain", script{start, wait(1s), first, wait(7s)});
  });
  WEIR_EXPLORE(loop("a storm", 50), [] { return storm("drain"); });
}

TEST_CASE("questions do not wait, and leave nothing to do", "[asked]") {
  WEIR_EXPLORE(loop("twenty times in a second"), [] {
    return process("asked", script{wait(1s), start, wait(2s), block(3s), wait(3s), drain, wait(1s)},
                   {}, 50ms);
  });
  WEIR_EXPLORE(loop("by a loop that does not come back"),
               [] { return process("asked", script{start, wait(2s), block(2min)}, {}, 700ms); });
}

TEST_CASE("nothing of it is left on the loop", "[gone]") {
  const auto strict = [](std::string name) {
    weir::explore_options options = loop(std::move(name), 60);
    options.leaks = weir::leak_check::fail;
    return options;
  };
  WEIR_EXPLORE(strict("in between two beats"),
               [] { return process("gone", script{start, wait(1050ms), destroy}); });
  WEIR_EXPLORE(strict("in the instant of a beat"),
               [] { return process("gone", script{start, wait(1s), destroy}); });
  WEIR_EXPLORE(strict("in the instant in which it was made"),
               [] { return process("gone", script{destroy}); });
  WEIR_EXPLORE(strict("when a beat is overdue"),
               [] { return process("gone", script{start, wait(1s), block(3s), destroy}); });
  WEIR_EXPLORE(strict("in its start-up"),
               [] { return process("gone", script{wait(1s), block(3s), wait(1s), destroy}); });
  WEIR_EXPLORE(strict("while it drains"),
               [] { return process("gone", script{start, drain, wait(1s), destroy, wait(1h)}); });
}
