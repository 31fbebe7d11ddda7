// The knee once more, with callers who come whether or not the others have
// their answers. The dependency is the one of knee.cpp.
#include <weir/policy.hpp>
#include <weir/world/service.hpp>

#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <random>

using namespace std::chrono_literals;
namespace world = weir::world;
using seconds = std::chrono::duration<double>;
using std::chrono::nanoseconds;

constexpr auto horizon = 30s;

struct load {
  seconds mean{}, p99{};
  std::size_t inside = 0; // when the 30 s are over
};

asio::awaitable<void> one_call(world::service& dependency) {
  const world::request ask{1};
  co_await dependency.call(ask);
}

asio::awaitable<void> sleep_until(nanoseconds moment) {
  asio::steady_timer timer(co_await asio::this_coro::executor,
                           moment - weir::now());
  co_await timer.async_wait(asio::use_awaitable);
}

load open_load(double per_second) {
  load seen;
  const auto scenario = [&]() -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    world::service_options options;
    options.capacity = 16;
    options.latency = world::lognormal(18ms, 0.46);
    world::service dependency(executor, options);
    std::mt19937 random(1);
    seconds next{};
    while (next < horizon) { // independent callers: a Poisson process
      co_await sleep_until(std::chrono::duration_cast<nanoseconds>(next));
      asio::co_spawn(executor, one_call(dependency), asio::detached);
      next += seconds(-std::log((random() + 1.0) / 4294967297.0) / per_second);
    }
    co_await sleep_until(horizon);
    seen.mean = seconds(dependency.latencies().mean_seconds());
    seen.p99 = dependency.latencies().percentile(0.99);
    seen.inside = dependency.stats().queued + dependency.stats().in_flight;
  };
  const auto fifo = weir::make_fifo();
  weir::run(
      scenario, *fifo,
      {.limits = {.steps = 10'000'000}, .leaks = weir::leak_check::ignore});
  return seen;
}

int main() {
  std::printf("calls/s      mean        p99   inside after 30 s\n");
  std::size_t inside = 0;
  for (const double per_second : {400.0, 700.0, 780.0, 850.0}) {
    const load seen = open_load(per_second);
    std::printf("%7.0f   %4.0f ms   %6.0f ms   %17zu\n", per_second,
                seen.mean.count() * 1000, seen.p99.count() * 1000, seen.inside);
    inside = seen.inside;
  }
  return inside > 1000 ? 0 : 1; // the line of the last row has no end
}
