#include "fixture.hpp"
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

/// Calls of the first period are late, however many periods lie in between.
asio::awaitable<void> very_many_periods() {
  weir::name_this_task("caller");
  const auto breaker =
      make_breaker({.window = 1, .minimum_calls = 1, .cooldown = 1ns, .probes = 1});
  time_point now{1h};
  std::vector<ticket> slow;
  for (int i = 0; i < 2; ++i)
    slow.push_back(breaker->admit(now).permit.value_or(ticket{}));
  for (int round = 1; round <= 65'536; ++round) {
    for (const call_result result : {failed, succeeded}) {
      const admission one = breaker->admit(now);
      weir::expect(one.permit.has_value(), "a call was refused in round {} of opening and closing",
                   round);
      breaker->report(*one.permit, result, now);
      now += 1ns;
    }
    if (round != 256 && round != 65'536)
      continue;
    const effect done = breaker->report(slow.back(), failed, now);
    slow.pop_back();
    weir::expect(!done.counted && breaker->state() == breaker_state::closed,
                 "a call was admitted, the breaker opened and closed {} times, and then the call "
                 "failed: the result was late, but it {}, and the breaker is {}",
                 round, done.counted ? "counted" : "did not count", name_of(breaker->state()));
  }
  co_return;
}

} // namespace

TEST_CASE("it opens at the threshold, and not before the minimum", "[opens]") {
  static constexpr aspects looked_at{.window = true};

  WEIR_EXPLORE(script("too few calls to judge by"), []() -> asio::awaitable<void> {
    breaker_fixture f(small, looked_at);
    f.fail(3);
    co_await f.wait(1h);
    f.expect_state(breaker_state::closed);
    f.fail(1);
    f.expect_state(breaker_state::open);
  });

  WEIR_EXPLORE(script("a success is the call that was missing"), []() -> asio::awaitable<void> {
    breaker_fixture f(small, looked_at);
    f.fail(3);
    f.succeed(1);
    f.expect_state(breaker_state::open);
    co_return;
  });

  WEIR_EXPLORE(script("exactly at the threshold"), []() -> asio::awaitable<void> {
    breaker_fixture f(with_window(10, 5, 40), looked_at);
    f.succeed(2);
    f.fail(1);
    f.succeed(1);
    f.fail(1);
    f.expect_state(breaker_state::open);
    co_return;
  });

  WEIR_EXPLORE(script("failures that never come in a row"), []() -> asio::awaitable<void> {
    breaker_fixture f(with_window(8, 6, 50), looked_at);
    for (int i = 0; i < 3; ++i) {
      f.fail(1);
      f.succeed(1);
    }
    f.expect_state(breaker_state::open);
    co_return;
  });

  WEIR_EXPLORE(script("the window slides"), []() -> asio::awaitable<void> {
    breaker_fixture f(with_window(4, 4, 75), looked_at);
    f.fail(2);
    f.succeed(20);
    f.fail(2);
    f.expect_state(breaker_state::closed);
    f.fail(1);
    f.expect_state(breaker_state::open);
    co_return;
  });

  WEIR_EXPLORE(script("failures that have left the window"), []() -> asio::awaitable<void> {
    breaker_fixture f(with_window(6, 3, 60), looked_at);
    f.succeed(4);
    f.fail(3);
    f.expect_state(breaker_state::closed);
    f.succeed(5);
    f.fail(3);
    f.expect_state(breaker_state::closed);
    co_return;
  });

  WEIR_EXPLORE(script("one failure is enough"), []() -> asio::awaitable<void> {
    breaker_fixture f(with_window(1, 1, 100), looked_at);
    f.succeed(3);
    f.fail(1);
    f.expect_state(breaker_state::open);
    co_return;
  });

  WEIR_EXPLORE(script("all of them have to fail"), []() -> asio::awaitable<void> {
    breaker_fixture f(with_window(3, 3, 100), looked_at);
    f.fail(2);
    f.succeed(1);
    f.fail(2);
    f.expect_state(breaker_state::closed);
    f.fail(1);
    f.expect_state(breaker_state::open);
    co_return;
  });

  WEIR_EXPLORE(script("29 of 50 are 58 per cent"), []() -> asio::awaitable<void> {
    breaker_fixture f(with_window(50, 50, 58), looked_at);
    f.succeed(21);
    f.fail(28);
    f.expect_state(breaker_state::closed);
    f.fail(1);
    f.expect_state(breaker_state::open);
    co_return;
  });

  WEIR_EXPLORE(script("2 of 3 are not 67 per cent"), []() -> asio::awaitable<void> {
    breaker_fixture f(with_window(3, 3, 67), looked_at);
    f.fail(1);
    f.succeed(1);
    f.fail(1);
    f.expect_state(breaker_state::closed);
    f.fail(1);
    f.expect_state(breaker_state::closed);
    f.fail(1);
    f.expect_state(breaker_state::open);
    co_return;
  });

  WEIR_EXPLORE(script("a call under way is no result yet"), []() -> asio::awaitable<void> {
    breaker_fixture f(small, looked_at);
    const auto calls = f.admit(12);
    f.report({calls.begin(), calls.begin() + 3}, failed);
    f.expect_state(breaker_state::closed);
    f.report(calls[3], failed);
    f.expect_state(breaker_state::open);
    co_return;
  });

  WEIR_EXPLORE(script("many under way at once"), []() -> asio::awaitable<void> {
    breaker_fixture f(with_window(10, 10, 50), looked_at);
    const auto calls = f.admit(30);
    co_await f.wait(5ms);
    f.report({calls.begin() + 20, calls.end()}, succeeded);
    f.report({calls.begin() + 10, calls.begin() + 14}, failed);
    f.expect_state(breaker_state::closed);
    f.report(calls[0], failed);
    f.expect_state(breaker_state::open);
  });
}

TEST_CASE("an open breaker refuses until the cooldown has passed", "[cooldown]") {
  WEIR_EXPLORE(script("to the nanosecond"), []() -> asio::awaitable<void> {
    breaker_fixture f(small);
    co_await f.wait(3ms);
    f.trip();
    f.admit();
    co_await f.wait(10ms - 1ns);
    f.admit(3); // to be refused is no reason to wait longer
    co_await f.wait(1ns);
    f.report(f.admit(), succeeded);
    f.expect_state(breaker_state::half_open);
  });

  WEIR_EXPLORE(script("time alone changes nothing"), []() -> asio::awaitable<void> {
    breaker_fixture f(small);
    f.trip();
    co_await f.wait(1h);
    f.admit();
    f.expect_state(breaker_state::half_open);
  });

  WEIR_EXPLORE(script("a cooldown for every time that it opens"), []() -> asio::awaitable<void> {
    breaker_fixture f(small);
    for (int i = 0; i < 3; ++i) {
      f.succeed(1);
      co_await f.wait(3ms);
      f.trip();
      co_await f.wait(9ms);
      f.admit();
      co_await f.wait(1ms);
      f.succeed(2);
      f.expect_state(breaker_state::closed);
    }
  });
}

TEST_CASE("a half-open breaker admits its probes and nobody else", "[probes]") {
  for (const std::size_t probes : {3, 1})
    WEIR_EXPLORE(script(probes == 1 ? "one probe" : "three probes"),
                 [probes]() -> asio::awaitable<void> {
                   breaker_fixture f(with_probes(probes));
                   f.trip();
                   co_await f.cool_down();
                   f.admit(6);
                   co_await f.wait(1ms);
                   f.admit(2);
                   co_await f.wait(1h);
                   f.admit(2);
                   f.expect_state(breaker_state::half_open);
                 });

  WEIR_EXPLORE(script("one that has succeeded makes no room"), []() -> asio::awaitable<void> {
    breaker_fixture f(with_probes(3));
    f.trip();
    co_await f.cool_down();
    const auto first = f.admit(2);
    co_await f.wait(2ms);
    f.report(first[0], succeeded);
    f.admit(3);
    f.expect_state(breaker_state::half_open);
  });

  WEIR_EXPLORE(script("as many in the second trial"), []() -> asio::awaitable<void> {
    breaker_fixture f(with_probes(3));
    f.trip();
    for (int i = 0; i < 3; ++i) {
      co_await f.cool_down();
      f.succeed(2);
      f.report(f.admit(), failed);
      f.expect_state(breaker_state::open);
    }
    co_await f.cool_down();
    f.admit(5);
  });
}

TEST_CASE("the probes decide", "[probes-decide]") {
  static constexpr aspects looked_at{.window = true};

  WEIR_EXPLORE(script("one failure opens it"), []() -> asio::awaitable<void> {
    breaker_fixture f(with_probes(3), looked_at);
    f.trip();
    co_await f.cool_down();
    const auto probes = f.admit(3);
    co_await f.wait(1ms);
    f.report(probes[1], succeeded);
    co_await f.wait(1ms);
    f.report(probes[2], failed);
    f.expect_state(breaker_state::open);
    co_await f.wait(10ms - 1ns);
    f.admit();
    co_await f.wait(1ns);
    f.admit(2);
    f.expect_state(breaker_state::half_open);
  });

  WEIR_EXPLORE(script("all of them have to succeed"), []() -> asio::awaitable<void> {
    breaker_fixture f(with_probes(3), looked_at);
    f.trip();
    co_await f.cool_down();
    const auto probes = f.admit(3);
    for (const std::size_t next : {2, 0}) {
      co_await f.wait(1ms);
      f.report(probes[next], succeeded);
      f.expect_state(breaker_state::half_open);
    }
    f.report(probes[1], succeeded);
    f.expect_state(breaker_state::closed);
    f.admit(10);
  });

  WEIR_EXPLORE(script("successes of the trial before"), []() -> asio::awaitable<void> {
    breaker_fixture f(with_probes(3), looked_at);
    f.trip();
    co_await f.cool_down();
    f.succeed(2);
    f.fail(1);
    f.expect_state(breaker_state::open);
    co_await f.cool_down();
    f.succeed(2);
    f.expect_state(breaker_state::half_open);
    f.succeed(1);
    f.expect_state(breaker_state::closed);
  });

  WEIR_EXPLORE(script("it starts with an empty window"), []() -> asio::awaitable<void> {
    breaker_fixture f(with_window(8, 4, 50), looked_at);
    f.trip();
    co_await f.cool_down();
    f.succeed(2);
    f.expect_state(breaker_state::closed);
    f.fail(3);
    f.expect_state(breaker_state::closed);
    f.fail(1);
    f.expect_state(breaker_state::open);
  });

  WEIR_EXPLORE(script("more probes than the window has places"), []() -> asio::awaitable<void> {
    auto options = with_window(2, 2, 100);
    options.probes = 4;
    breaker_fixture f(options, looked_at);
    f.trip();
    co_await f.cool_down();
    f.succeed(3);
    f.expect_state(breaker_state::half_open);
    f.succeed(1);
    f.expect_state(breaker_state::closed);
  });
}

TEST_CASE("an abandoned call counts as nothing", "[abandoned]") {
  static constexpr aspects looked_at{.window = true, .counted = true};

  WEIR_EXPLORE(script("while it is closed"), []() -> asio::awaitable<void> {
    breaker_fixture f(small, looked_at);
    f.report(f.admit(5), abandoned);
    f.fail(3);
    f.report(f.admit(5), abandoned);
    f.expect_state(breaker_state::closed);
    f.fail(1);
    f.expect_state(breaker_state::open);
    co_return;
  });

  WEIR_EXPLORE(script("a probe gives its place to another"), []() -> asio::awaitable<void> {
    breaker_fixture f(small, looked_at);
    f.trip();
    co_await f.cool_down();
    f.report(f.admit(), abandoned);
    f.expect_state(breaker_state::half_open);
    const auto probes = f.admit(3);
    f.report(probes[0], succeeded);
    f.report(probes[1], abandoned);
    const auto another = f.admit(2);
    f.report(another[0], succeeded);
    f.expect_state(breaker_state::closed);
  });

  WEIR_EXPLORE(script("all probes are abandoned"), []() -> asio::awaitable<void> {
    breaker_fixture f(small, looked_at);
    f.trip();
    co_await f.cool_down();
    for (int i = 0; i < 3; ++i)
      f.report(f.admit(2), abandoned);
    f.succeed(2);
    f.expect_state(breaker_state::closed);
  });
}

TEST_CASE("late results change nothing", "[late-results]") {
  static constexpr aspects looked_at{.window = true, .counted = true};

  WEIR_EXPLORE(script("a failure from before, while the probes are out"),
               []() -> asio::awaitable<void> {
                 breaker_fixture f(small, looked_at);
                 const auto slow = f.admit();
                 co_await f.wait(1ms);
                 f.trip();
                 co_await f.cool_down();
                 const auto probes = f.admit(2);
                 co_await f.wait(1ms);
                 f.report(slow, failed);
                 co_await f.wait(1ms);
                 f.report(probes, succeeded);
                 f.expect_state(breaker_state::closed);
               });

  WEIR_EXPLORE(script("successes from before, while the probes are out"),
               []() -> asio::awaitable<void> {
                 breaker_fixture f(small, looked_at);
                 const auto slow = f.admit(3);
                 co_await f.wait(1ms);
                 f.trip();
                 co_await f.cool_down();
                 const auto probes = f.admit(2);
                 co_await f.wait(1ms);
                 f.report(slow, succeeded);
                 f.admit();
                 f.report(probes[0], failed);
                 f.expect_state(breaker_state::open);
               });

  WEIR_EXPLORE(script("a call from before is abandoned"), []() -> asio::awaitable<void> {
    breaker_fixture f(small, looked_at);
    const auto slow = f.admit(2);
    co_await f.wait(1ms);
    f.trip();
    co_await f.cool_down();
    f.admit();
    f.report(slow[0], abandoned);
    f.admit();
    f.report(slow[1], abandoned);
    f.admit();
    f.expect_state(breaker_state::half_open);
  });

  WEIR_EXPLORE(script("failures while it is open"), []() -> asio::awaitable<void> {
    breaker_fixture f(small, looked_at);
    const auto slow = f.admit(8);
    f.trip();
    co_await f.wait(6ms);
    f.report({slow.begin(), slow.begin() + 4}, failed);
    f.report({slow.begin() + 4, slow.end()}, succeeded);
    co_await f.wait(4ms);
    f.succeed(2);
    f.expect_state(breaker_state::closed);
    f.fail(3);
    f.expect_state(breaker_state::closed);
  });

  WEIR_EXPLORE(script("calls of the first closed period, in the second"),
               []() -> asio::awaitable<void> {
                 breaker_fixture f(small, looked_at);
                 const auto slow = f.admit(8);
                 f.trip();
                 co_await f.cool_down();
                 f.succeed(2);
                 f.expect_state(breaker_state::closed);
                 co_await f.wait(1ms);
                 f.report({slow.begin(), slow.begin() + 4}, failed);
                 f.expect_state(breaker_state::closed);
                 f.succeed(1);
                 f.fail(2);
                 f.report({slow.begin() + 4, slow.end()}, succeeded);
                 f.fail(1);
                 f.expect_state(breaker_state::open);
               });

  WEIR_EXPLORE(script("probes of the first trial, in the second"), []() -> asio::awaitable<void> {
    breaker_fixture f(with_probes(4), looked_at);
    f.trip();
    co_await f.cool_down();
    const auto first = f.admit(4);
    f.report(first[0], failed);
    co_await f.wait(5ms);
    f.report(first[1], failed);
    co_await f.wait(5ms);
    const auto second = f.admit(4);
    f.report(first[2], abandoned);
    f.admit();
    f.report(first[3], failed);
    f.expect_state(breaker_state::half_open);
    f.report(second, succeeded);
    f.expect_state(breaker_state::closed);
  });

  WEIR_EXPLORE(script("after very many periods"), very_many_periods);

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
    breaker_fixture f(options, looked_at);
    std::vector<call> under_way;
    for (int i = 0; i < 60; ++i) {
      const auto what = number(0, 9);
      if (what < 4) {
        if (const auto one = f.admit(); one.admitted)
          under_way.push_back(one);
      } else if (what < 8 && !under_way.empty()) {
        const auto which =
            under_way.begin() + static_cast<std::ptrdiff_t>(number(0, under_way.size() - 1));
        const call one = *which;
        under_way.erase(which);
        const auto fate = number(0, 9);
        f.report(one, fate < 5 ? succeeded : fate < 9 ? failed : abandoned);
      } else {
        co_await f.wait(nanoseconds(1ms) * static_cast<std::int64_t>(number(1, 3)));
      }
    }
  });
}

TEST_CASE("every change of state is told once, with its time", "[transitions]") {
  static constexpr aspects looked_at{.changed = true};

  WEIR_EXPLORE(script("all the way round"), []() -> asio::awaitable<void> {
    breaker_fixture f(small, looked_at);
    for (int i = 0; i < 2; ++i) {
      co_await f.wait(3ms);
      f.succeed(1);
      f.trip();
      f.admit(2);
      co_await f.wait(25ms);
      auto probes = f.admit(3);
      co_await f.wait(2ms);
      f.report(probes[1], failed);
      co_await f.wait(15ms);
      probes = f.admit(2);
      co_await f.wait(1ms);
      f.report(probes[1], succeeded);
      co_await f.wait(1ms);
      f.report(probes[0], succeeded);
      f.expect_state(breaker_state::closed);
    }
  });

  WEIR_EXPLORE("any history of one call at a time", []() -> asio::awaitable<void> {
    auto random = weir::stream("history");
    breaker_fixture f(with_window(5, 3, 50), looked_at);
    for (int i = 0; i < 40; ++i) {
      const auto one = f.admit();
      co_await f.wait(nanoseconds(1ms) * static_cast<std::int64_t>(random.below(4)));
      if (one.admitted)
        f.report(one, random.below(2) == 0 ? succeeded : failed);
    }
  });
}
