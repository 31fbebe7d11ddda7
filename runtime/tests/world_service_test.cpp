#include "world_callers.hpp"

#include <weir/explore.hpp>

#include <cmath>
#include <cstdint>
#include <exception>
#include <stdexcept>

using namespace world_test;

TEST_CASE("a service serves as many calls at once as it has capacity, in order of arrival",
          "[world][service]") {
  CHECK(log_of({.capacity = 2, .latency = world::constant(10ms)}, 5) ==
        lines{"1 ok at 10 ms", "2 ok at 10 ms", "3 ok at 20 ms", "4 ok at 20 ms", "5 ok at 30 ms"});
}

TEST_CASE("a call that finds the queue full is refused at once", "[world][service]") {
  CHECK(log_of({.capacity = 1, .queue_limit = 1, .latency = world::constant(10ms)}, 3) ==
        lines{"3 service unavailable (503) at 0 ns", "1 ok at 10 ms", "2 ok at 20 ms"});
}

TEST_CASE("a reply says how long the call waited and how long it was served", "[world][service]") {
  run_once([]() -> asio::awaitable<void> {
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    world::service service(executor, {.latency = world::constant(10ms)});
    auto both = service.call({.id = 7}) && service.call({.id = 8});
    const auto [first, second] = co_await std::move(both);
    CHECK(first.id == 7);
    CHECK(first.waited == 0ns);
    CHECK(first.served == 10ms);
    CHECK(second.id == 8);
    CHECK(second.waited == 10ms);
    CHECK(second.served == 10ms);
  });
}

TEST_CASE("statistics of a service account for every call", "[world][service]") {
  run_once([]() -> asio::awaitable<void> {
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    world::service service(executor, {.capacity = 2,
                                      .queue_limit = 2,
                                      .latency = world::constant(10ms),
                                      .limit = world::rate_limit{.per_second = 1, .burst = 5}});
    caller callers{service};
    auto called = callers.call_at_once(6);
    co_await std::move(called);
    const world::service_stats stats = service.stats();
    CHECK(stats.offered == 6);
    CHECK(stats.completed == 4);
    CHECK(stats.started == 4);
    CHECK(stats.rejected == 1);
    CHECK(stats.rate_limited == 1);
    CHECK(stats.in_flight == 0);
    CHECK(stats.queued == 0);
    CHECK(stats.peak_in_flight == 2);
    CHECK(stats.peak_queued == 2);
    CHECK(service.occupancy() == 60ms); // 10 + 10 + 20 + 20
    CHECK(service.time_inside() == 60ms);
    CHECK(service.latencies().percentile(0.5) == 10ms);
    CHECK(service.latencies().percentile(0.51) == 20ms);
    CHECK(service.waits().total() == 20ms);
    const double elapsed = std::chrono::duration<double>(weir::now()).count();
    CHECK(std::abs(stats.mean_in_flight - 0.040 / elapsed) < 1e-12);
    CHECK(std::abs(stats.mean_queued - 0.020 / elapsed) < 1e-12);
  });
}

TEST_CASE("a call cancelled in the queue gives up its place", "[world][service]") {
  run_once([]() -> asio::awaitable<void> {
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    world::service service(executor, {.queue_limit = 1, .latency = world::constant(10ms)});
    asio::co_spawn(executor, service.try_call({.id = 1}), asio::detached);
    auto impatient = call_impatiently(service, 2, 4ms);
    const bool answered = co_await std::move(impatient);
    CHECK_FALSE(answered);
    CHECK(weir::now() == 4ms);
    CHECK(service.stats().queued == 0);
    CHECK(service.stats().cancelled == 1);
    auto patient = service.call({.id = 3});
    const world::reply third = co_await std::move(patient);
    CHECK(third.waited == 6ms);
  });
}

TEST_CASE("a call cancelled in service frees its server at once", "[world][service]") {
  run_once([]() -> asio::awaitable<void> {
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    world::service service(executor, {.latency = world::constant(10ms)});
    asio::co_spawn(executor, call_impatiently(service, 1, 5ms), asio::detached);
    auto slept = sleep(1ms);
    co_await std::move(slept);
    auto call = service.call({.id = 2});
    const world::reply second = co_await std::move(call);
    CHECK(second.waited == 4ms);
    CHECK(weir::now() == 15ms);
    CHECK(service.stats().cancelled == 1);
    CHECK(service.stats().completed == 1);
    CHECK(service.occupancy() == service.time_inside());
  });
}

TEST_CASE("a cancelled call throws operation_aborted", "[world][service]") {
  run_once([]() -> asio::awaitable<void> {
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    world::service service(executor, {.latency = world::constant(10ms)});
    boost::system::error_code seen;
    asio::cancellation_signal stop;
    const auto note = [&](const std::exception_ptr& thrown, const world::reply&) {
      try {
        std::rethrow_exception(thrown);
      } catch (const boost::system::system_error& e) {
        seen = e.code();
      }
    };
    asio::co_spawn(executor, service.call({.id = 1}), asio::detached);
    asio::co_spawn(executor, service.call({.id = 2}),
                   asio::bind_cancellation_slot(stop.slot(), note));
    auto slept = sleep(1ms);
    co_await std::move(slept);
    stop.emit(asio::cancellation_type::terminal);
    auto slept_on = sleep(20ms);
    co_await std::move(slept_on);
    CHECK(seen == asio::error::operation_aborted);
  });
}

TEST_CASE("no server is lost or doubled, however cancellation and service interleave",
          "[world][service]") {
  const auto found = weir::explore(
      {.name = "a service keeps its servers", .search = {.schedules = 2000}},
      []() -> asio::awaitable<void> {
        const asio::any_io_executor executor = co_await asio::this_coro::executor;
        world::service service(executor, {.capacity = 2, .latency = world::constant(5ms)});
        int left = 6;
        const auto attempt = [&](std::uint64_t id) -> asio::awaitable<void> {
          auto tried = call_impatiently(service, id, 5ms * (1 + id % 2));
          co_await std::move(tried);
          --left;
        };
        for (std::uint64_t id = 1; id <= 6; ++id) {
          asio::co_spawn(executor, attempt(id), asio::detached);
        }
        while (left > 0) {
          weir::expect(service.stats().in_flight <= 2, "{} in flight on two servers",
                       service.stats().in_flight);
          auto slept = sleep(1ms);
          co_await std::move(slept);
        }
        const world::service_stats stats = service.stats();
        weir::expect(stats.in_flight == 0 && stats.queued == 0, "{} servers and {} places kept",
                     stats.in_flight, stats.queued);
        weir::expect(stats.offered == stats.completed + stats.cancelled, "calls unaccounted for");
        weir::expect(service.occupancy() == service.time_inside(), "Little's law is broken");
        auto both = service.call({.id = 7}) && service.call({.id = 8});
        const auto [seventh, eighth] = co_await std::move(both);
        weir::expect(seventh.waited == 0ns && eighth.waited == 0ns, "a server is missing");
      });
  INFO(found.report());
  CHECK(found.passed());
}

TEST_CASE("an observer sees arrival, start and end of each call", "[world][service]") {
  run_once([]() -> asio::awaitable<void> {
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    world::service service(executor, {.latency = world::constant(10ms)});
    lines seen;
    service.observe(
        {.arrived = [&](const world::request& r) { seen.push_back(weir::text("{} came", r.id)); },
         .started = [&](const world::request& r) { seen.push_back(weir::text("{} began", r.id)); },
         .ended =
             [&](const world::request& r, const boost::system::error_code& ec) {
               seen.push_back(weir::text("{} ended {}", r.id, ec ? "badly" : "well"));
             }});
    auto both = service.call({.id = 1}) && call_impatiently(service, 2, 5ms);
    co_await std::move(both);
    CHECK(seen == lines{"1 came", "1 began", "2 came", "2 ended badly", "1 ended well"});
  });
}

TEST_CASE("calls in progress outlive the service", "[world][service]") {
  run_once([]() -> asio::awaitable<void> {
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    int answered = 0;
    const auto count = [&](const std::exception_ptr& thrown, const world::reply&) {
      CHECK_FALSE(thrown);
      ++answered;
    };
    {
      world::service service(executor, {.latency = world::constant(10ms)});
      asio::co_spawn(executor, service.call({.id = 1}), count);
      asio::co_spawn(executor, service.call({.id = 2}), count);
      auto slept = sleep(1ms);
      co_await std::move(slept);
    }
    auto slept = sleep(30ms);
    co_await std::move(slept);
    CHECK(answered == 2);
  });
}

TEST_CASE("a service refuses options that make no sense", "[world][service]") {
  run_once([]() -> asio::awaitable<void> {
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    const auto make = [&](world::service_options options) {
      world::service service(executor, std::move(options));
    };
    CHECK_THROWS_AS(make({.capacity = 0}), std::invalid_argument);
    CHECK_THROWS_AS(make({.limit = world::rate_limit{}}), std::invalid_argument);
    CHECK_THROWS_AS(make({.faults = {{.probability = 1.5}}}), std::invalid_argument);
    CHECK_THROWS_AS(make({.faults = {{.during = {2s, 1s}}}}), std::invalid_argument);
    CHECK_THROWS_AS(make({.faults = {{.error = {}}}}), std::invalid_argument);
  });
}
