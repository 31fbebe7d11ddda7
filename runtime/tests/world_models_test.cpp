/// The smaller models: distributions, meters, the token bucket, sink, CPU and memory.
#include "world_support.hpp"

#include <weir/world/cpu.hpp>
#include <weir/world/distribution.hpp>
#include <weir/world/memory.hpp>
#include <weir/world/meter.hpp>
#include <weir/world/rate_limit.hpp>
#include <weir/world/sink.hpp>

#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

namespace asio = boost::asio;
namespace world = weir::world;
using namespace asio::experimental::awaitable_operators;
using namespace world_test;

namespace {

struct moments {
  double mean = 0;
  double squared_variation = 0;
};

moments sampled(const world::latency_distribution& latency, int draws) {
  weir::random_stream random{11};
  double sum = 0;
  double squares = 0;
  for (int i = 0; i < draws; ++i) {
    const double seconds = std::chrono::duration<double>(latency.draw(random)).count();
    sum += seconds;
    squares += seconds * seconds;
  }
  const double mean = sum / draws;
  return {mean, squares / draws / (mean * mean) - 1};
}

} // namespace

TEST_CASE("latencies have the mean (99.9 %) and the variation that they state",
          "[world][distribution]") {
  constexpr int draws = 200'000;
  for (const auto& latency :
       {world::uniform(10ms, 30ms), world::exponential(20ms), world::lognormal(20ms, 0.5),
        world::bimodal({.common = 5ms, .rare = 500ms, .rare_share = 0.02}),
        world::pareto(10ms, 6)}) {
    const moments seen = sampled(latency, draws);
    const double error = std::sqrt(latency.squared_variation() / draws);
    CHECK(std::abs(seen.mean / latency.mean_seconds() - 1) < 3.29 * error);
    CHECK(std::abs(seen.squared_variation / latency.squared_variation() - 1) < 0.05);
  }
}

TEST_CASE("latencies keep to their range", "[world][distribution]") {
  weir::random_stream random{12};
  for (int i = 0; i < 1000; ++i) {
    REQUIRE(world::latency_distribution{}.draw(random) == 0ns);
    REQUIRE(world::constant(3ms).draw(random) == 3ms);
    const auto even = world::uniform(1ms, 2ms).draw(random);
    REQUIRE((even >= 1ms && even <= 2ms));
    REQUIRE(world::pareto(4ms, 1.01).draw(random) >= 4ms);
    REQUIRE(world::lognormal(10h, 5).draw(random) <= 24h * 10'000);
  }
  CHECK(std::isinf(world::pareto(1ms, 2).squared_variation()));
}

TEST_CASE("latencies refuse what makes no sense", "[world][distribution]") {
  CHECK_THROWS_AS(world::constant(-1ns), std::invalid_argument);
  CHECK_THROWS_AS(world::uniform(2ms, 1ms), std::invalid_argument);
  CHECK_THROWS_AS(world::exponential(0s), std::invalid_argument);
  CHECK_THROWS_AS(world::lognormal(1ms, 0), std::invalid_argument);
  CHECK_THROWS_AS(world::bimodal({.rare_share = 1.1}), std::invalid_argument);
  CHECK_THROWS_AS(world::pareto(1ms, 1), std::invalid_argument);
}

TEST_CASE("a level's mean is weighted by time", "[world][meter]") {
  run_once([]() -> asio::awaitable<void> {
    world::level_meter level;
    CHECK(level.mean() == 0);
    level.rise();
    level.rise();
    auto slept = sleep(1s);
    co_await std::move(slept);
    level.fall();
    auto slept_on = sleep(3s);
    co_await std::move(slept_on);
    CHECK(level.integral() == 5s);
    CHECK(level.mean() == 1.25);
    CHECK(level.level() == 1);
    CHECK(level.peak() == 2);
  });
}

TEST_CASE("percentiles are nearest ranks", "[world][meter]") {
  world::duration_samples samples;
  CHECK(samples.percentile(0.5) == 0ns);
  CHECK(samples.mean_seconds() == 0);
  for (int i = 100; i >= 1; --i) {
    samples.add(i * 1ms);
  }
  CHECK(samples.percentile(0) == 1ms);
  CHECK(samples.percentile(0.5) == 50ms);
  CHECK(samples.percentile(0.99) == 99ms);
  CHECK(samples.percentile(0.991) == 100ms);
  CHECK(samples.percentile(1) == 100ms);
  CHECK(std::abs(samples.mean_seconds() - 0.0505) < 1e-12);
  CHECK(samples.values().front() == 100ms);
}

TEST_CASE("a token bucket starts full, refills evenly and never overflows", "[world][rate]") {
  using time_point = world::token_bucket::time_point;
  world::token_bucket bucket({.per_second = 100, .burst = 3});
  const auto take_at = [&](std::chrono::nanoseconds t) {
    return bucket.try_take(time_point{t});
  };
  for (int i = 0; i < 3; ++i) {
    CHECK(take_at(0ms) == std::nullopt);
  }
  CHECK(take_at(0ms) == 10ms);
  CHECK(take_at(4ms) == 6ms); // a refused attempt costs nothing
  CHECK(take_at(10ms) == std::nullopt);
  CHECK(take_at(10ms) == 10ms);
  for (int i = 0; i < 3; ++i) {
    CHECK(take_at(1h) == std::nullopt);
  }
  CHECK(take_at(1h) == 10ms);
}

TEST_CASE("a sink remembers what it received, when and in which order", "[world][sink]") {
  run_once([]() -> asio::awaitable<void> {
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    world::sink sink(executor, {.per_item = world::constant(10ms)});
    for (const std::uint64_t item : {5U, 3U}) {
      auto consumed = sink.consume(item);
      co_await std::move(consumed);
    }
    auto cut_short = sink.consume(4) || sleep(1ms);
    co_await std::move(cut_short);
    CHECK(sink.items() == std::vector<std::uint64_t>{5, 3, 4});
    CHECK(sink.consumed() == 2);
    CHECK(sink.peak_concurrent() == 1);
    const auto received = sink.received();
    CHECK(received[1].received.time_since_epoch() == 10ms);
    CHECK(received[1].consumed->time_since_epoch() == 20ms);
    CHECK_FALSE(received[2].consumed);
  });
}

TEST_CASE("a sink that is not called serially says so", "[world][sink]") {
  run_once([]() -> asio::awaitable<void> {
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    world::sink sink(executor, {.per_item = world::constant(10ms)});
    auto both = sink.consume(1) && sink.consume(2);
    co_await std::move(both);
    CHECK(sink.peak_concurrent() == 2);
    CHECK(weir::now() == 10ms);
  });
}

TEST_CASE("work on the loop delays everything else on it", "[world][cpu]") {
  run_once([]() -> asio::awaitable<void> {
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    std::chrono::nanoseconds ticked{};
    asio::steady_timer tick(executor, 10ms);
    tick.async_wait([&](const boost::system::error_code&) { ticked = weir::now(); });
    auto slept = sleep(5ms);
    co_await std::move(slept);
    world::occupy_loop(100ms);
    CHECK(weir::now() == 105ms);
    auto slept_on = sleep(1ms);
    co_await std::move(slept_on);
    CHECK(ticked == 105ms);
  });
}

TEST_CASE("a memory budget counts what is held", "[world][memory]") {
  world::memory_budget memory({.limit = 100});
  {
    auto first = memory.take(60);
    auto second = memory.take(40);
    CHECK(memory.used() == 100);
    first.release();
    first.release();
    CHECK(memory.used() == 40);
    first = std::move(second);
    CHECK(memory.used() == 40);
    CHECK(first.bytes() == 40);
    first = memory.take(10);
    CHECK(memory.used() == 10);
  }
  CHECK(memory.used() == 0);
  CHECK(memory.peak() == 100);
  CHECK(memory.limit() == 100);
}

TEST_CASE("what is held may outlive its budget", "[world][memory]") {
  world::memory_budget::hold left;
  {
    world::memory_budget memory({.limit = 100});
    left = memory.take(30);
  }
  CHECK(left.bytes() == 30);
}

TEST_CASE("going over the budget ends the run as out of memory, swallowed or not",
          "[world][memory]") {
  const auto policy = weir::make_fifo();
  const weir::run_result result = weir::run(
      []() -> asio::awaitable<void> {
        world::memory_budget memory({.name = "heap", .limit = 100});
        const auto held = memory.take(60);
        try {
          const auto more = memory.take(std::numeric_limits<std::size_t>::max());
        } catch (const weir::simulated_out_of_memory&) {
        }
        auto slept = sleep(1ms);
        co_await std::move(slept);
      },
      *policy);
  CHECK(result.outcome == weir::run_outcome::out_of_memory);
  CHECK(result.message.find("heap: 60 bytes held") != std::string::npos);
}
