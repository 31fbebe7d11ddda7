#include "bench.hpp"
#include "weir_catch.hpp"

using namespace weir_hidden;

namespace {

constexpr auto succeeded = call_result::succeeded;
constexpr auto failed = call_result::failed;
constexpr auto abandoned = call_result::abandoned;

/// The breaker waits for nothing, so one caller leaves the scheduler nothing to choose.
weir::explore_options script(std::string name) {
  weir::explore_options options;
  options.name = std::move(name);
  options.search.policy = weir::policy_kind::depth_first;
  return options;
}

const breaker_options small{
    .window = 4, .minimum_calls = 4, .threshold = 50, .cooldown = 10ms, .probes = 2};

breaker_options with_window(std::size_t window, std::size_t minimum, unsigned threshold) {
  auto options = small;
  options.window = window;
  options.minimum_calls = minimum;
  options.threshold = threshold;
  return options;
}

breaker_options with_probes(std::size_t probes) {
  auto options = small;
  options.probes = probes;
  return options;
}

} // namespace

TEST_CASE("it opens at the threshold, and not before the minimum", "[opens]") {
  static constexpr aspects looked_at{.window = true};

  WEIR_EXPLORE(script("too few calls to judge by"), []() -> asio::awaitable<void> {
    bench b(small, looked_at);
    b.fail(3);
    co_await b.wait(1h);
    b.expect_state(breaker_state::closed);
    b.fail(1);
    b.expect_state(breaker_state::open);
  });

  WEIR_EXPLORE(script("a success is the call that was missing"), []() -> asio::awaitable<void> {
    bench b(small, looked_at);
    b.fail(3);
    b.succeed(1);
    b.expect_state(breaker_state::open);
    co_return;
  });

  WEIR_EXPLORE(script("exactly at the threshold"), []() -> asio::awaitable<void> {
    bench b(with_window(10, 5, 40), looked_at);
    b.succeed(2);
    b.fail(1);
    b.succeed(1);
    b.fail(1);
    b.expect_state(breaker_state::open);
    co_return;
  });

  WEIR_EXPLORE(script("failures that never come in a row"), []() -> asio::awaitable<void> {
    bench b(with_window(8, 6, 50), looked_at);
    for (int i = 0; i < 3; ++i) {
      b.fail(1);
      b.succeed(1);
    }
    b.expect_state(breaker_state::open);
    co_return;
  });

  WEIR_EXPLORE(script("the window slides"), []() -> asio::awaitable<void> {
    bench b(with_window(4, 4, 75), looked_at);
    b.fail(2);
    b.succeed(20);
    b.fail(2);
    b.expect_state(breaker_state::closed);
    b.fail(1);
    b.expect_state(breaker_state::open);
    co_return;
  });

  WEIR_EXPLORE(script("failures that have left the window"), []() -> asio::awaitable<void> {
    bench b(with_window(6, 3, 60), looked_at);
    b.succeed(4);
    b.fail(3);
    b.expect_state(breaker_state::closed);
    b.succeed(5);
    b.fail(3);
    b.expect_state(breaker_state::closed);
    co_return;
  });

  WEIR_EXPLORE(script("one failure is enough"), []() -> asio::awaitable<void> {
    bench b(with_window(1, 1, 100), looked_at);
    b.succeed(3);
    b.fail(1);
    b.expect_state(breaker_state::open);
    co_return;
  });

  WEIR_EXPLORE(script("all of them have to fail"), []() -> asio::awaitable<void> {
    bench b(with_window(3, 3, 100), looked_at);
    b.fail(2);
    b.succeed(1);
    b.fail(2);
    b.expect_state(breaker_state::closed);
    b.fail(1);
    b.expect_state(breaker_state::open);
    co_return;
  });

  WEIR_EXPLORE(script("29 of 50 are 58 per cent"), []() -> asio::awaitable<void> {
    bench b(with_window(50, 50, 58), looked_at);
    b.succeed(21);
    b.fail(28);
    b.expect_state(breaker_state::closed);
    b.fail(1);
    b.expect_state(breaker_state::open);
    co_return;
  });

  WEIR_EXPLORE(script("2 of 3 are not 67 per cent"), []() -> asio::awaitable<void> {
    bench b(with_window(3, 3, 67), looked_at);
    b.fail(1);
    b.succeed(1);
    b.fail(1);
    b.expect_state(breaker_state::closed);
    b.fail(1);
    b.expect_state(breaker_state::closed);
    b.fail(1);
    b.expect_state(breaker_state::open);
    co_return;
  });

  WEIR_EXPLORE(script("a call under way is no result yet"), []() -> asio::awaitable<void> {
    bench b(small, looked_at);
    const auto calls = b.admit(12);
    b.report({calls.begin(), calls.begin() + 3}, failed);
    b.expect_state(breaker_state::closed);
    b.report(calls[3], failed);
    b.expect_state(breaker_state::open);
    co_return;
  });

  WEIR_EXPLORE(script("many under way at once"), []() -> asio::awaitable<void> {
    bench b(with_window(10, 10, 50), looked_at);
    const auto calls = b.admit(30);
    co_await b.wait(5ms);
    b.report({calls.begin() + 20, calls.end()}, succeeded);
    b.report({calls.begin() + 10, calls.begin() + 14}, failed);
    b.expect_state(breaker_state::closed);
    b.report(calls[0], failed);
    b.expect_state(breaker_state::open);
  });
}

TEST_CASE("an open breaker refuses until the cooldown has passed", "[cooldown]") {
  WEIR_EXPLORE(script("to the nanosecond"), []() -> asio::awaitable<void> {
    bench b(small);
    co_await b.wait(3ms);
    b.trip();
    b.admit();
    co_await b.wait(10ms - 1ns);
    b.admit(3); // to be refused is no reason to wait longer
    co_await b.wait(1ns);
    b.report(b.admit(), succeeded);
    b.expect_state(breaker_state::half_open);
  });

  WEIR_EXPLORE(script("time alone changes nothing"), []() -> asio::awaitable<void> {
    bench b(small);
    b.trip();
    co_await b.wait(1h);
    b.admit();
    b.expect_state(breaker_state::half_open);
  });

  WEIR_EXPLORE(script("a cooldown for every time that it opens"), []() -> asio::awaitable<void> {
    bench b(small);
    for (int i = 0; i < 3; ++i) {
      b.succeed(1);
      co_await b.wait(3ms);
      b.trip();
      co_await b.wait(9ms);
      b.admit();
      co_await b.wait(1ms);
      b.succeed(2);
      b.expect_state(breaker_state::closed);
    }
  });
}

TEST_CASE("a half-open breaker admits its probes and nobody else", "[probes]") {
  for (const std::size_t probes : {3, 1})
    WEIR_EXPLORE(script(probes == 1 ? "one probe" : "three probes"),
                 [probes]() -> asio::awaitable<void> {
                   bench b(with_probes(probes));
                   b.trip();
                   co_await b.cool_down();
                   b.admit(6);
                   co_await b.wait(1ms);
                   b.admit(2);
                   co_await b.wait(1h);
                   b.admit(2);
                   b.expect_state(breaker_state::half_open);
                 });

  WEIR_EXPLORE(script("one that has succeeded makes no room"), []() -> asio::awaitable<void> {
    bench b(with_probes(3));
    b.trip();
    co_await b.cool_down();
    const auto first = b.admit(2);
    co_await b.wait(2ms);
    b.report(first[0], succeeded);
    b.admit(3);
    b.expect_state(breaker_state::half_open);
  });

  WEIR_EXPLORE(script("as many in the second trial"), []() -> asio::awaitable<void> {
    bench b(with_probes(3));
    b.trip();
    for (int i = 0; i < 3; ++i) {
      co_await b.cool_down();
      b.succeed(2);
      b.report(b.admit(), failed);
      b.expect_state(breaker_state::open);
    }
    co_await b.cool_down();
    b.admit(5);
  });
}

TEST_CASE("the probes decide", "[probes-decide]") {
  static constexpr aspects looked_at{.window = true};

  WEIR_EXPLORE(script("one failure opens it"), []() -> asio::awaitable<void> {
    bench b(with_probes(3), looked_at);
    b.trip();
    co_await b.cool_down();
    const auto probes = b.admit(3);
    co_await b.wait(1ms);
    b.report(probes[1], succeeded);
    co_await b.wait(1ms);
    b.report(probes[2], failed);
    b.expect_state(breaker_state::open);
    co_await b.wait(10ms - 1ns);
    b.admit();
    co_await b.wait(1ns);
    b.admit(2);
    b.expect_state(breaker_state::half_open);
  });

  WEIR_EXPLORE(script("all of them have to succeed"), []() -> asio::awaitable<void> {
    bench b(with_probes(3), looked_at);
    b.trip();
    co_await b.cool_down();
    const auto probes = b.admit(3);
    for (const std::size_t next : {2, 0}) {
      co_await b.wait(1ms);
      b.report(probes[next], succeeded);
      b.expect_state(breaker_state::half_open);
    }
    b.report(probes[1], succeeded);
    b.expect_state(breaker_state::closed);
    b.admit(10);
  });

  WEIR_EXPLORE(script("successes of the trial before"), []() -> asio::awaitable<void> {
    bench b(with_probes(3), looked_at);
    b.trip();
    co_await b.cool_down();
    b.succeed(2);
    b.fail(1);
    b.expect_state(breaker_state::open);
    co_await b.cool_down();
    b.succeed(2);
    b.expect_state(breaker_state::half_open);
    b.succeed(1);
    b.expect_state(breaker_state::closed);
  });

  WEIR_EXPLORE(script("it starts with an empty window"), []() -> asio::awaitable<void> {
    bench b(with_window(8, 4, 50), looked_at);
    b.trip();
    co_await b.cool_down();
    b.succeed(2);
    b.expect_state(breaker_state::closed);
    b.fail(3);
    b.expect_state(breaker_state::closed);
    b.fail(1);
    b.expect_state(breaker_state::open);
  });

  WEIR_EXPLORE(script("more probes than the window has places"), []() -> asio::awaitable<void> {
    auto options = with_window(2, 2, 100);
    options.probes = 4;
    bench b(options, looked_at);
    b.trip();
    co_await b.cool_down();
    b.succeed(3);
    b.expect_state(breaker_state::half_open);
    b.succeed(1);
    b.expect_state(breaker_state::closed);
  });
}

TEST_CASE("an abandoned call counts as nothing", "[abandoned]") {
  static constexpr aspects looked_at{.window = true, .counted = true};

  WEIR_EXPLORE(script("while it is closed"), []() -> asio::awaitable<void> {
    bench b(small, looked_at);
    b.report(b.admit(5), abandoned);
    b.fail(3);
    b.report(b.admit(5), abandoned);
    b.expect_state(breaker_state::closed);
    b.fail(1);
    b.expect_state(breaker_state::open);
    co_return;
  });

  WEIR_EXPLORE(script("a probe gives its place to another"), []() -> asio::awaitable<void> {
    bench b(small, looked_at);
    b.trip();
    co_await b.cool_down();
    b.report(b.admit(), abandoned);
    b.expect_state(breaker_state::half_open);
    const auto probes = b.admit(3);
    b.report(probes[0], succeeded);
    b.report(probes[1], abandoned);
    const auto another = b.admit(2);
    b.report(another[0], succeeded);
    b.expect_state(breaker_state::closed);
  });

  WEIR_EXPLORE(script("all probes are abandoned"), []() -> asio::awaitable<void> {
    bench b(small, looked_at);
    b.trip();
    co_await b.cool_down();
    for (int i = 0; i < 3; ++i)
      b.report(b.admit(2), abandoned);
    b.succeed(2);
    b.expect_state(breaker_state::closed);
  });
}

TEST_CASE("late results change nothing", "[late-results]") {
  static constexpr aspects looked_at{.window = true, .counted = true};

  WEIR_EXPLORE(script("a failure from before, while the probes are out"),
               []() -> asio::awaitable<void> {
                 bench b(small, looked_at);
                 const auto slow = b.admit();
                 co_await b.wait(1ms);
                 b.trip();
                 co_await b.cool_down();
                 const auto probes = b.admit(2);
                 co_await b.wait(1ms);
                 b.report(slow, failed);
                 co_await b.wait(1ms);
                 b.report(probes, succeeded);
                 b.expect_state(breaker_state::closed);
               });

  WEIR_EXPLORE(script("successes from before, while the probes are out"),
               []() -> asio::awaitable<void> {
                 bench b(small, looked_at);
                 const auto slow = b.admit(3);
                 co_await b.wait(1ms);
                 b.trip();
                 co_await b.cool_down();
                 const auto probes = b.admit(2);
                 co_await b.wait(1ms);
                 b.report(slow, succeeded);
                 b.admit();
                 b.report(probes[0], failed);
                 b.expect_state(breaker_state::open);
               });

  WEIR_EXPLORE(script("a call from before is abandoned"), []() -> asio::awaitable<void> {
    bench b(small, looked_at);
    const auto slow = b.admit(2);
    co_await b.wait(1ms);
    b.trip();
    co_await b.cool_down();
    b.admit();
    b.report(slow[0], abandoned);
    b.admit();
    b.report(slow[1], abandoned);
    b.admit();
    b.expect_state(breaker_state::half_open);
  });

  WEIR_EXPLORE(script("failures while it is open"), []() -> asio::awaitable<void> {
    bench b(small, looked_at);
    const auto slow = b.admit(8);
    b.trip();
    co_await b.wait(6ms);
    b.report({slow.begin(), slow.begin() + 4}, failed);
    b.report({slow.begin() + 4, slow.end()}, succeeded);
    co_await b.wait(4ms);
    b.succeed(2);
    b.expect_state(breaker_state::closed);
    b.fail(3);
    b.expect_state(breaker_state::closed);
  });

  WEIR_EXPLORE(script("calls of the first closed period, in the second"),
               []() -> asio::awaitable<void> {
                 bench b(small, looked_at);
                 const auto slow = b.admit(8);
                 b.trip();
                 co_await b.cool_down();
                 b.succeed(2);
                 b.expect_state(breaker_state::closed);
                 co_await b.wait(1ms);
                 b.report({slow.begin(), slow.begin() + 4}, failed);
                 b.expect_state(breaker_state::closed);
                 b.succeed(1);
                 b.fail(2);
                 b.report({slow.begin() + 4, slow.end()}, succeeded);
                 b.fail(1);
                 b.expect_state(breaker_state::open);
               });

  WEIR_EXPLORE(script("probes of the first trial, in the second"), []() -> asio::awaitable<void> {
    bench b(with_probes(4), looked_at);
    b.trip();
    co_await b.cool_down();
    const auto first = b.admit(4);
    b.report(first[0], failed);
    co_await b.wait(5ms);
    b.report(first[1], failed);
    co_await b.wait(5ms);
    const auto second = b.admit(4);
    b.report(first[2], abandoned);
    b.admit();
    b.report(first[3], failed);
    b.expect_state(breaker_state::half_open);
    b.report(second, succeeded);
    b.expect_state(breaker_state::closed);
  });

  WEIR_EXPLORE("any history of many calls", []() -> asio::awaitable<void> {
    auto random = weir::stream("history");
    const auto number = [&random](std::size_t low, std::size_t high) {
      return low + static_cast<std::size_t>(random.below(high - low + 1));
    };
    breaker_options options{.window = number(1, 8),
                            .threshold = static_cast<unsigned>(25 * number(1, 4)),
                            .cooldown = 4ms,
                            .probes = number(1, 4)};
    options.minimum_calls = number(1, options.window);
    bench b(options, looked_at);
    std::vector<call> under_way;
    for (int i = 0; i < 60; ++i) {
      const auto what = number(0, 9);
      if (what < 4) {
        if (const auto one = b.admit(); one.admitted)
          under_way.push_back(one);
      } else if (what < 8 && !under_way.empty()) {
        const auto which =
            under_way.begin() + static_cast<std::ptrdiff_t>(number(0, under_way.size() - 1));
        const call one = *which;
        under_way.erase(which);
        const auto fate = number(0, 9);
        b.report(one, fate < 5 ? succeeded : fate < 9 ? failed : abandoned);
      } else {
        co_await b.wait(nanoseconds(1ms) * static_cast<std::int64_t>(number(1, 3)));
      }
    }
  });
}

TEST_CASE("every change of state is told once, with its time", "[transitions]") {
  static constexpr aspects looked_at{.changed = true};

  WEIR_EXPLORE(script("all the way round"), []() -> asio::awaitable<void> {
    bench b(small, looked_at);
    for (int i = 0; i < 2; ++i) {
      co_await b.wait(3ms);
      b.succeed(1);
      b.trip();
      b.admit(2);
      co_await b.wait(25ms);
      auto probes = b.admit(3);
      co_await b.wait(2ms);
      b.report(probes[1], failed);
      co_await b.wait(15ms);
      probes = b.admit(2);
      co_await b.wait(1ms);
      b.report(probes[1], succeeded);
      co_await b.wait(1ms);
      b.report(probes[0], succeeded);
      b.expect_state(breaker_state::closed);
    }
  });

  WEIR_EXPLORE("any history of one call at a time", []() -> asio::awaitable<void> {
    auto random = weir::stream("history");
    bench b(with_window(5, 3, 50), looked_at);
    for (int i = 0; i < 40; ++i) {
      const auto one = b.admit();
      co_await b.wait(nanoseconds(1ms) * static_cast<std::int64_t>(random.below(4)));
      if (one.admitted)
        b.report(one, random.below(2) == 0 ? succeeded : failed);
    }
  });
}
