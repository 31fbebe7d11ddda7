#include "fixture.hpp"
#include "weir_catch.hpp"
#include "world.hpp"

#include <cmath>
#include <memory>
#include <string>

using namespace weir_hidden;

namespace {

constexpr scope bounds{.bounds = true};
constexpr scope decrease{.decrease = true};
constexpr scope once{.once = true};
constexpr scope additive{.additive = true};
constexpr scope unused{.unused = true};

/// Calls of every kind, judged by `promises` alone.
asio::awaitable<void> tell_anything(scope promises) {
  limit_fixture f(roomy, promises);
  weir::random_stream random = weir::stream("calls");
  for (int i = 0; i < 200; ++i) {
    co_await f.wait(std::chrono::microseconds(1 + random.below(4000)));
    const nanoseconds age = std::min<nanoseconds>(
        weir::now() - 1ns, std::chrono::microseconds(1 + random.below(70'000)));
    const std::size_t in_flight = 1 + random.below(f.limit());
    // Bad news is rare in one half and frequent in the other.
    const bool troubled = (i / 50) % 2 == 1;
    f.tell(troubled ? age : std::min<nanoseconds>(age, slow), in_flight,
           random.bernoulli(troubled ? 0.2 : 0.01));
  }
}

} // namespace

TEST_CASE("the limit keeps to its bounds", "[bounds]") {
  WEIR_EXPLORE("up to the maximum and down to the minimum", []() -> asio::awaitable<void> {
    constexpr limit_options options{.minimum = 3, .maximum = 12, .initial = 8, .slow = slow};
    limit_fixture f(options, bounds);
    weir::expect(f.limit() == 8, "the limit was to begin with 8, and begins with {}", f.limit());
    co_await f.climb_to(12);
    for (int i = 0; i < 300; ++i)
      f.good();
    co_await f.wait(5ms);
    f.fail(1ms);
    weir::expect(f.limit() < 12,
                 "the limit had long been at its maximum of 12; bad news came, and "
                 "it is still {}",
                 f.limit());
    for (int i = 0; i < 30; ++i) {
      co_await f.wait(5ms);
      f.fail(1ms);
    }
    weir::expect(f.limit() == 3,
                 "30 times bad news in a row, and the limit is {}; 3 is the minimum", f.limit());
    co_await f.climb_to(5);
  });

  WEIR_EXPLORE("nothing to choose", []() -> asio::awaitable<void> {
    constexpr limit_options options{.minimum = 1, .maximum = 1, .initial = 1, .slow = slow};
    limit_fixture f(options, bounds);
    for (int i = 0; i < 5; ++i) {
      co_await f.wait(5ms);
      f.good();
      f.fail(1ms);
    }
  });

  WEIR_EXPLORE("calls of every kind",
               []() -> asio::awaitable<void> { co_await tell_anything(bounds); });
}

TEST_CASE("bad news lowers the limit", "[decrease]") {
  WEIR_EXPLORE("a slow answer, a failure", []() -> asio::awaitable<void> {
    limit_fixture f(roomy, decrease);
    co_await f.wait(100ms);
    f.late();
    co_await f.wait(61ms);
    f.late();
    co_await f.wait(2ms);
    f.fail(1ms);
    co_await f.wait(2ms);
    f.tell(1ms, 1, true); // a failure counts however little is in flight
    for (int i = 0; i < 8; ++i) {
      co_await f.wait(2ms);
      f.fail(1ms);
    }
  });

  WEIR_EXPLORE("the first call of all", []() -> asio::awaitable<void> {
    limit_fixture f(roomy, decrease);
    const nanoseconds sent = weir::now(); // when time begins
    co_await f.wait(slow + 10ms);
    f.late(weir::now() - sent);
  });

  WEIR_EXPLORE("slow means longer than that", []() -> asio::awaitable<void> {
    limit_fixture f(roomy, decrease);
    co_await f.wait(100ms);
    const std::size_t before = f.limit();
    f.tell(slow, before);
    weir::expect(f.limit() >= before,
                 "an answer took {}, which is not longer than {}: the limit "
                 "went from {} to {}",
                 slow, slow, before, f.limit());
    f.tell(slow + 1ns, f.limit());
  });

  WEIR_EXPLORE("calls of every kind",
               []() -> asio::awaitable<void> { co_await tell_anything(decrease); });
}

TEST_CASE("once for each window of evidence", "[once-per-window]") {
  WEIR_EXPLORE("twenty slow answers", []() -> asio::awaitable<void> {
    limit_fixture f(roomy, {.decrease = true, .once = true});
    co_await f.wait(100ms);
    // All in flight when the first one comes back; one more each millisecond.
    for (int i = 0; i < 20; ++i) {
      f.tell(slow + 1ms + std::chrono::milliseconds(i), roomy.initial);
      co_await f.wait(1ms);
    }
    // Sent after the decrease, which was 20 ms ago.
    f.fail(10ms);
    co_await f.wait(1ms);
    f.fail(10ms);
  });

  WEIR_EXPLORE("old calls come back late", []() -> asio::awaitable<void> {
    limit_fixture f(roomy, {.decrease = true, .once = true});
    co_await f.wait(100ms);
    f.fail();
    for (int i = 0; i < 5; ++i) {
      co_await f.wait(400ms);
      f.tell(weir::now() - 90ms, roomy.initial); // sent 10 ms before the decrease
      f.good();
    }
    f.fail();
    co_await f.wait(3ms);
    f.tell(4ms, 3, true); // sent 1 ms before that
    f.tell(2ms, 3, true); // sent 1 ms after
  });

  WEIR_EXPLORE("calls of every kind",
               []() -> asio::awaitable<void> { co_await tell_anything(once); });
}

TEST_CASE("the limit rises slowly", "[additive]") {
  WEIR_EXPLORE("one for each limit", []() -> asio::awaitable<void> {
    constexpr limit_options options{.minimum = 1, .maximum = 100, .initial = 4, .slow = slow};
    limit_fixture f(options, additive);
    co_await f.wait(100ms);
    co_await f.climb_to(16);
  });

  WEIR_EXPLORE("also after a decrease", []() -> asio::awaitable<void> {
    limit_fixture f(roomy, additive);
    co_await f.wait(100ms);
    f.fail();
    co_await f.climb_to(22);
  });

  WEIR_EXPLORE("a raise, a decrease, a raise", []() -> asio::awaitable<void> {
    limit_fixture f(roomy, additive);
    co_await f.wait(100ms);
    for (int i = 0; i < 3; ++i) {
      co_await f.climb_to(f.limit() + 1);
      co_await f.wait(1ms);
      f.fail(1us);
    }
    co_await f.climb_to(f.limit() + 2);
  });

  WEIR_EXPLORE("calls of every kind",
               []() -> asio::awaitable<void> { co_await tell_anything(additive); });
}

TEST_CASE("a limit that is not used does not rise", "[unused]") {
  WEIR_EXPLORE("a quiet night", []() -> asio::awaitable<void> {
    limit_fixture f(roomy, unused);
    for (std::size_t i = 0; i < 200; ++i) {
      co_await f.wait(1ms);
      f.good(1 + i % 9);
    }
    // Nor has the night counted towards the first raise of the day.
    const std::size_t before = f.limit();
    for (std::size_t i = 1; i < before; ++i)
      f.good(before);
    weir::expect(f.limit() == before,
                 "after 200 answers to calls sent with less than half of the limit of {} in "
                 "flight, fewer than {} others were enough to raise it to {}",
                 before, before, f.limit());
    co_await f.climb_to(before + 2);
  });

  WEIR_EXPLORE("calls of every kind",
               []() -> asio::awaitable<void> { co_await tell_anything(unused); });
}

TEST_CASE("it keeps up with the best fixed limit", "[goodput]") {
  constexpr limit_options wide{.minimum = 2, .maximum = 200, .initial = 10, .slow = 25ms};
  const world moderate[] = {
      {.name = "a steady world",
       .service = 10ms,
       .deadline = 60ms,
       .options = wide,
       .phases = {{3s, 8, 1500}}},
      {.name = "quiet, then a rush",
       .service = 10ms,
       .deadline = 60ms,
       .options = wide,
       .phases = {{2s, 5, 150}, {500ms, 5, 2000}, {1s, 5, 150}, {500ms, 5, 2000}}},
      {.name = "half of the servers go",
       .service = 10ms,
       .deadline = 60ms,
       .options = wide,
       .phases = {{1s, 16, 2000}, {1s, 8, 2000}, {1s, 16, 2000}}},
      {.name = "up and down",
       .service = 10ms,
       .deadline = 60ms,
       .options = wide,
       .phases = {{800ms, 4, 2500}, {800ms, 20, 2500}, {800ms, 2, 2500}, {800ms, 12, 2500}}},
      {.name = "a slow service",
       .service = 40ms,
       .deadline = 240ms,
       .options = {.minimum = 1, .maximum = 100, .initial = 20, .slow = 100ms},
       .phases = {{4s, 12, 500}, {4s, 2, 500}, {4s, 12, 500}}}};
  const world extreme[] = {
      {.name = "nine of ten servers go",
       .service = 10ms,
       .deadline = 50ms,
       .options = wide,
       .phases = {{800ms, 30, 3200}, {5s, 3, 450}, {800ms, 30, 3200}, {5s, 3, 450}}},
      {.name = "ten times the servers come",
       .service = 10ms,
       .deadline = 50ms,
       .options = wide,
       .phases = {{3s, 2, 300}, {1s, 20, 2200}, {3s, 2, 300}}}};

  const auto compare = [](const world& how, double share) {
    weir::explore_options few;
    few.name = std::string(how.name);
    few.search.schedules = 3; // worlds differ with the seed; there is nothing to schedule
    WEIR_EXPLORE(few, [&how, share]() -> asio::awaitable<void> {
      weir::name_this_task("the test");
      const weir::random_stream random = weir::stream("world");
      const fixed_result best = best_fixed(how, random);
      const std::unique_ptr<adaptive_limit> limit = make_adaptive_limit(how.options);
      const std::size_t goodput = simulation(how, random).goodput(*limit);
      weir::expect(
          static_cast<double>(goodput) >= share * static_cast<double>(best.goodput),
          "{} answers came in time; a fixed limit of {} would have brought {}, and {} were "
          "asked for. At the end the limit was {}",
          goodput, best.limit, best.goodput, std::ceil(share * static_cast<double>(best.goodput)),
          limit->limit());
      co_return;
    });
  };
  for (const world& how : moderate)
    compare(how, 0.9);
  for (const world& how : extreme)
    compare(how, 1.0);
}
