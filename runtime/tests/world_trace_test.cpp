/// What the models tell the trace is what they tell the test.
#include "world_support.hpp"

#include <weir/trace/recorder.hpp>
#include <weir/trace/summary.hpp>
#include <weir/world/memory.hpp>
#include <weir/world/service.hpp>
#include <weir/world/sink.hpp>
#include <weir/world/source.hpp>

#include <cmath>

namespace asio = boost::asio;
namespace trace = weir::trace;
namespace world = weir::world;
using namespace world_test;

namespace {

trace::summary traced(const weir::scenario& body) {
  trace::recorder recorder;
  const trace::scoped_recorder recording(&recorder);
  run_once(body);
  return trace::summarize(recorder.snapshot());
}

} // namespace

TEST_CASE("a service's gauges and outcomes in the trace agree with its statistics",
          "[world][trace]") {
  world::service_stats stats;
  const trace::summary seen = traced([&]() -> asio::awaitable<void> {
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    world::service service(executor, {.name = "payments",
                                      .capacity = 2,
                                      .queue_limit = 3,
                                      .latency = world::exponential(20ms),
                                      .faults = {{.probability = 0.1}}});
    world::source source(
        executor,
        {.name = "shoppers", .arrivals = world::poisson({.per_second = 100}), .count = 500});
    auto pushed = source.push_to([&](world::item arrived) {
      asio::co_spawn(executor, service.try_call({.id = arrived.number}), asio::detached);
    });
    co_await std::move(pushed);
    auto slept = sleep(10s);
    co_await std::move(slept);
    stats = service.stats();
  });
  CHECK(seen.counter("shoppers offered").total == 500);
  const trace::gauge_summary& in_flight = seen.gauge("payments in flight");
  CHECK(in_flight.capacity == 2);
  CHECK(in_flight.max == static_cast<double>(stats.peak_in_flight));
  CHECK(std::abs(in_flight.mean - stats.mean_in_flight) < 1e-9);
  CHECK(in_flight.last == 0);
  const trace::gauge_summary& queue = seen.gauge("payments queue");
  CHECK(queue.capacity == 3);
  CHECK(queue.max == static_cast<double>(stats.peak_queued));
  CHECK(std::abs(queue.mean - stats.mean_queued) < 1e-9);
  const trace::outcome_summary& ends = seen.outcome("payments");
  CHECK(stats.failed > 0);
  CHECK(stats.rejected > 0);
  CHECK(ends[trace::outcome::ok] == static_cast<std::int64_t>(stats.completed));
  CHECK(ends[trace::outcome::failed] == static_cast<std::int64_t>(stats.failed));
  CHECK(ends[trace::outcome::rejected] == static_cast<std::int64_t>(stats.rejected));
  CHECK(ends.total() == 500);
}

TEST_CASE("models that nothing happens to are in the trace all the same", "[world][trace]") {
  const trace::summary seen = traced([]() -> asio::awaitable<void> {
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    const world::service service(executor, {.name = "idle"});
    const world::sink sink(executor, {.name = "drain"});
    const world::memory_budget memory({.name = "heap", .limit = 100});
  });
  CHECK(seen.gauge("idle in flight").max == 0);
  CHECK(seen.gauge("idle queue").max == 0);
  CHECK(seen.gauge("drain consuming").max == 0);
  CHECK(seen.gauge("heap").capacity == 100);
}
