#include "world_callers.hpp"

#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

using namespace world_test;

TEST_CASE("faults strike during their window only", "[world][service]") {
  run_once([]() -> asio::awaitable<void> {
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    world::service service(executor, {.capacity = world::unlimited,
                                      .latency = world::constant(10ms),
                                      .faults = {{.during = {20ms, 40ms},
                                                  .error = world::error::connection_reset,
                                                  .after = 1ms}}});
    caller callers{service};
    for (std::uint64_t id = 1; id <= 4; ++id) {
      auto called = callers.call(id);
      co_await std::move(called);
      auto slept = sleep(5ms);
      co_await std::move(slept);
    }
    auto slept = sleep(40ms - weir::now());
    co_await std::move(slept);
    auto called = callers.call(5);
    co_await std::move(called);
    CHECK(callers.log == lines{"1 ok at 10 ms", "2 ok at 25 ms",
                               "3 connection reset by the service at 31 ms",
                               "4 connection reset by the service at 37 ms", "5 ok at 52 ms"});
    CHECK(service.stats().failed == 2);
  });
}

TEST_CASE("faults strike at their rate (99.9 %), the same calls for the same seed",
          "[world][service]") {
  const auto failures = [](std::uint64_t seed) {
    std::vector<std::uint64_t> failed;
    run_once(
        [&]() -> asio::awaitable<void> {
          const asio::any_io_executor executor = co_await asio::this_coro::executor;
          world::service service(executor, {.faults = {{.probability = 0.2}}});
          for (std::uint64_t id = 1; id <= 5000; ++id) {
            auto exchange = service.try_call({.id = id});
            const world::call_result result = co_await std::move(exchange);
            if (!result) {
              CHECK(result.error == world::error::unavailable);
              failed.push_back(id);
            }
          }
        },
        seed);
    return failed;
  };
  const auto failed = failures(1);
  CHECK(std::abs(static_cast<double>(failed.size()) - 1000) < 3.29 * std::sqrt(5000 * 0.2 * 0.8));
  CHECK(failed == failures(1));
  CHECK(failed != failures(2));
}

TEST_CASE("a fault may pick its requests, and the first that strikes decides", "[world][service]") {
  const auto is_two = [](const world::request& r) {
    return r.id == 2;
  };
  const auto log = log_of({.capacity = 3,
                           .latency = world::constant(10ms),
                           .faults = {{.error = world::error::bad_request, .applies_to = is_two},
                                      {.probability = 0},
                                      {.error = world::error::timeout, .after = 20ms}}},
                          3);
  CHECK(log == lines{"2 bad request (400) at 10 ms", "1 the service timed out at 20 ms",
                     "3 the service timed out at 20 ms"});
}

TEST_CASE("a hanging call occupies its server until the caller gives up", "[world][service]") {
  run_once([]() -> asio::awaitable<void> {
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    world::service service(
        executor, {.latency = world::constant(10ms),
                   .faults = {{.effect = world::fault_effect::hang, .during = {.until = 1ms}}}});
    asio::co_spawn(executor, call_impatiently(service, 1, 1h), asio::detached);
    auto slept = sleep(2ms);
    co_await std::move(slept);
    auto call = service.call({.id = 2});
    const world::reply second = co_await std::move(call);
    CHECK(service.stats().cancelled == 1);
    CHECK(second.waited == 1h - 2ms);
  });
}

TEST_CASE("a hanging call without a time-out is a deadlock that names the service",
          "[world][service]") {
  const auto policy = weir::make_fifo();
  const weir::run_result result = weir::run(
      []() -> asio::awaitable<void> {
        const asio::any_io_executor executor = co_await asio::this_coro::executor;
        world::service service(executor, {.faults = {{.effect = world::fault_effect::hang}}});
        auto call = service.call({.id = 1});
        co_await std::move(call);
      },
      *policy);
  CHECK(result.outcome == weir::run_outcome::deadlock);
}

TEST_CASE("a rate limit says when to come back, and keeps its word", "[world][service]") {
  run_once([]() -> asio::awaitable<void> {
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    world::service service(executor, {.limit = world::rate_limit{.per_second = 10, .burst = 2}});
    for (int i = 0; i < 2; ++i) {
      auto within = service.call({.id = 1});
      co_await std::move(within);
    }
    std::optional<std::chrono::nanoseconds> retry_after;
    try {
      auto beyond = service.call({.id = 2});
      co_await std::move(beyond);
    } catch (const world::service_error& e) {
      CHECK(e.code() == world::error::rate_limited);
      retry_after = e.retry_after();
    }
    REQUIRE(retry_after == 100ms);
    auto almost = sleep(*retry_after - 1ns);
    co_await std::move(almost);
    auto early = service.try_call({.id = 3});
    const world::call_result too_early = co_await std::move(early);
    CHECK(too_early.retry_after == 1ns);
    auto exactly = sleep(1ns);
    co_await std::move(exactly);
    auto timely = service.try_call({.id = 4});
    const world::call_result in_time = co_await std::move(timely);
    CHECK_FALSE(in_time.error);
  });
}

TEST_CASE("a caller that retries a refusal without a pause is stopped by the step limit",
          "[world][service]") {
  const auto policy = weir::make_fifo();
  weir::run_options options;
  options.limits.steps = 10'000;
  const weir::run_result result = weir::run(
      []() -> asio::awaitable<void> {
        const asio::any_io_executor executor = co_await asio::this_coro::executor;
        world::service service(executor, {.limit = world::rate_limit{.per_second = 1}});
        for (int completed = 0; completed < 2;) {
          auto exchange = service.try_call({.id = 1});
          const world::call_result answer = co_await std::move(exchange);
          completed += answer ? 1 : 0;
        }
      },
      *policy, options);
  CHECK(result.outcome == weir::run_outcome::step_limit);
}

TEST_CASE("errors of the world compare with the generic conditions", "[world][service]") {
  const boost::system::error_code reset = world::error::connection_reset;
  const boost::system::error_code timeout = world::error::timeout;
  const boost::system::error_code unavailable = world::error::unavailable;
  CHECK(reset == boost::system::errc::connection_reset);
  CHECK(timeout == boost::system::errc::timed_out);
  CHECK(unavailable.value() == 503);
  CHECK(std::string(unavailable.category().name()) == "weir.world");
}
