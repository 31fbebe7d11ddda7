// The knee: what a larger bound buys, and what it costs. One dependency, eleven
// bounds.
#include <weir/policy.hpp>
#include <weir/world/service.hpp>

#include <chrono>
#include <cstdio>

using namespace std::chrono_literals;
namespace world = weir::world;
using seconds = std::chrono::duration<double>;

constexpr auto horizon = 30s;

struct figures {
  double per_second = 0, mean = 0, p99 = 0; // seconds
};

/// A worker has one call in flight at a time, so `bound` workers never have
/// more than `bound`.
asio::awaitable<void> work(world::service& dependency) {
  while (weir::now() < horizon) {
    const world::request ask{1};
    co_await dependency.call(ask);
  }
}

figures measure(int bound) {
  figures seen;
  const auto scenario = [&]() -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    world::service_options options;
    options.capacity = 16; // nobody tells us
    options.latency = world::lognormal(18ms, 0.46);
    world::service dependency(executor, options);
    for (int i = 0; i != bound; ++i)
      asio::co_spawn(executor, work(dependency), asio::detached);
    asio::steady_timer end(executor, horizon);
    co_await end.async_wait(asio::use_awaitable);
    seen.per_second = static_cast<double>(dependency.stats().completed) /
                      seconds(horizon).count();
    seen.mean = dependency.latencies().mean_seconds();
    seen.p99 = seconds(dependency.latencies().percentile(0.99)).count();
  };
  const auto fifo = weir::make_fifo();
  weir::run(
      scenario, *fifo,
      {.limits = {.steps = 10'000'000}, .leaks = weir::leak_check::ignore});
  return seen;
}

int main() {
  bool as_claimed = true;
  std::printf("bound   calls/s     mean       p99   calls/s x mean\n");
  for (const int bound : {1, 2, 4, 8, 12, 16, 20, 24, 32, 64, 256}) {
    const figures seen = measure(bound);
    const double inside = seen.per_second * seen.mean;
    std::printf("%5d   %7.0f   %4.0f ms   %4.0f ms   %14.1f\n", bound,
                seen.per_second, seen.mean * 1000, seen.p99 * 1000, inside);
    as_claimed = as_claimed && inside > bound * 0.99 && inside < bound * 1.02;
  }
  return as_claimed ? 0 : 1;
}
