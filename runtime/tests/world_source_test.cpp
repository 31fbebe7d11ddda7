#include "world_support.hpp"

#include <weir/world/arrivals.hpp>
#include <weir/world/source.hpp>

#include <cmath>
#include <cstdint>
#include <optional>
#include <vector>

namespace asio = boost::asio;
namespace world = weir::world;
using namespace asio::experimental::awaitable_operators;
using namespace world_test;

namespace {

using times = std::vector<std::chrono::nanoseconds>;

times arrivals_of(world::arrival_process process, std::size_t count, std::uint64_t seed = 1) {
  weir::random_stream random{seed};
  times offsets;
  while (offsets.size() < count) {
    const auto next = process.next(random);
    if (!next) {
      break;
    }
    offsets.push_back(*next);
  }
  return offsets;
}

} // namespace

TEST_CASE("arrivals at a constant rate do not drift", "[world][arrivals]") {
  const auto offsets = arrivals_of(world::evenly({.per_second = 3}), 3'000'000);
  CHECK(offsets[0] == 333'333'333ns);
  CHECK(offsets[1] == 666'666'667ns);
  CHECK(offsets[2] == 1s);
  CHECK(offsets.back() == 1'000'000s);
}

TEST_CASE("Poisson arrivals have the rate, and as much variance as mean (99.9 %)",
          "[world][arrivals]") {
  constexpr std::size_t seconds = 2000;
  const auto offsets = arrivals_of(world::poisson({.per_second = 50}), 50 * (seconds + 100));
  std::vector<double> counts(seconds);
  for (const auto at : offsets) {
    const auto second = static_cast<std::size_t>(at / 1s);
    if (second < seconds) {
      ++counts[second];
    }
  }
  double sum = 0;
  double squares = 0;
  for (const double count : counts) {
    sum += count;
    squares += count * count;
  }
  const double mean = sum / seconds;
  const double dispersion = (squares / seconds - mean * mean) / mean;
  CHECK(std::abs(mean - 50) < 3.29 * std::sqrt(50.0 / seconds));
  CHECK(std::abs(dispersion - 1) < 3.29 * std::sqrt(2.0 / seconds));
}

TEST_CASE("bursts come while they are on, at their rate (99.9 %)", "[world][arrivals]") {
  const auto offsets = arrivals_of(
      world::bursts({.during = {.per_second = 1000}, .on = 100ms, .off = 900ms}), 20'000);
  for (const auto at : offsets) {
    REQUIRE(at % 1s < 100ms);
  }
  const double seconds = std::chrono::duration<double>(offsets.back()).count();
  CHECK(std::abs(20'000 / seconds - 100) < 100 * 3.29 / std::sqrt(20'000.0) + 1);
}

TEST_CASE("recorded arrivals come as recorded", "[world][arrivals]") {
  CHECK(arrivals_of(world::recorded({1ms, 1ms, 5ms}), 10) == times{1ms, 1ms, 5ms});
  CHECK(arrivals_of({}, 10).empty());
}

TEST_CASE("arrivals refuse what makes no sense", "[world][arrivals]") {
  CHECK_THROWS_AS(world::evenly({.per_second = 0}), std::invalid_argument);
  CHECK_THROWS_AS(world::poisson({.per_second = -1}), std::invalid_argument);
  CHECK_THROWS_AS(world::bursts({.during = {.per_second = 1}, .on = 0s}), std::invalid_argument);
  CHECK_THROWS_AS(world::recorded({2ms, 1ms}), std::invalid_argument);
  CHECK_THROWS_AS(world::recorded({-1ms}), std::invalid_argument);
}

TEST_CASE("a source gives its items at their times and then ends", "[world][source]") {
  run_once([]() -> asio::awaitable<void> {
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    world::source source(executor, {.arrivals = world::recorded({2ms, 2ms, 7ms})});
    times seen;
    for (;;) {
      auto next = source.next();
      const std::optional<world::item> item = co_await std::move(next);
      if (!item) {
        break;
      }
      CHECK(item->number == seen.size() + 1);
      seen.push_back(weir::now());
    }
    CHECK(seen == times{2ms, 2ms, 7ms});
    CHECK(source.offered() == 3);
    CHECK(source.exhausted());
    CHECK(source.peak_lateness() == 0ns);
  });
}

TEST_CASE("a source ends after its count, and after its time", "[world][source]") {
  run_once([]() -> asio::awaitable<void> {
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    const auto every_millisecond = world::evenly({.per_second = 1000});
    world::source five(executor, {.name = "five", .arrivals = every_millisecond, .count = 5});
    world::source short_lived(
        executor, {.name = "short-lived", .arrivals = every_millisecond, .lasting = 3ms});
    const auto ignore = [](world::item) {
    };
    auto both = five.push_to(ignore) && short_lived.push_to(ignore);
    co_await std::move(both);
    CHECK(five.offered() == 5);
    CHECK(short_lived.offered() == 3);
  });
}

TEST_CASE("a pushed item does not wait for its receiver, an offered one does", "[world][source]") {
  run_once([]() -> asio::awaitable<void> {
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    const world::source_options options{.arrivals = world::recorded({1ms, 2ms, 3ms})};
    world::source offering(executor, options);
    times taken;
    const auto slowly = [&](world::item) -> asio::awaitable<void> {
      taken.push_back(weir::now());
      auto slept = sleep(10ms);
      co_await std::move(slept);
    };
    auto offered = offering.offer_to(slowly);
    co_await std::move(offered);
    CHECK(taken == times{1ms, 11ms, 21ms});
    CHECK(offering.peak_lateness() == 18ms);

    const auto begin = weir::now();
    taken.clear();
    world::source pushing(executor, options);
    auto pushed = pushing.push_to([&](world::item) { taken.push_back(weir::now() - begin); });
    co_await std::move(pushed);
    CHECK(taken == times{1ms, 2ms, 3ms});
  });
}

TEST_CASE("cancelling the wait for an item loses nothing", "[world][source]") {
  run_once([]() -> asio::awaitable<void> {
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    world::source source(executor, {.arrivals = world::recorded({10ms, 20ms})});
    auto impatient = source.next() || sleep(4ms);
    const auto first = co_await std::move(impatient);
    CHECK(first.index() == 1);
    CHECK(source.offered() == 0);
    auto patient = source.next();
    const std::optional<world::item> item = co_await std::move(patient);
    REQUIRE(item);
    CHECK(item->number == 1);
    CHECK(weir::now() == 10ms);
  });
}

TEST_CASE("a second waiter on a source is refused", "[world][source]") {
  run_once([]() -> asio::awaitable<void> {
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    world::source source(executor, {.arrivals = world::recorded({10ms})});
    asio::co_spawn(executor, source.next(), asio::detached);
    auto slept = sleep(1ms);
    co_await std::move(slept);
    bool refused = false;
    try {
      auto second = source.next();
      co_await std::move(second);
    } catch (const std::logic_error&) {
      refused = true;
    }
    CHECK(refused);
    auto slept_on = sleep(10ms);
    co_await std::move(slept_on);
    CHECK(source.offered() == 1);
  });
}

TEST_CASE("sources of one seed repeat, of different names differ", "[world][source]") {
  const auto arrivals = [](const std::string& name, std::uint64_t seed) {
    times seen;
    run_once(
        [&]() -> asio::awaitable<void> {
          const asio::any_io_executor executor = co_await asio::this_coro::executor;
          world::source source(
              executor, {.name = name, .arrivals = world::poisson({.per_second = 10}), .count = 5});
          auto pushed = source.push_to([&](world::item) { seen.push_back(weir::now()); });
          co_await std::move(pushed);
        },
        seed);
    return seen;
  };
  CHECK(arrivals("a", 1) == arrivals("a", 1));
  CHECK(arrivals("a", 1) != arrivals("b", 1));
  CHECK(arrivals("a", 1) != arrivals("a", 2));
}
