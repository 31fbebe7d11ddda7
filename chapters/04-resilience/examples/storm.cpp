// The storm after the recovery: a thousand clients, a dependency that is down for 20 s, four ways
// to wait.
#include <weir/policy.hpp>
#include <weir/world/service.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>

using namespace std::chrono_literals;
namespace world = weir::world;
using std::chrono::nanoseconds;

constexpr int clients = 1000;
constexpr nanoseconds outage = 20s;
constexpr nanoseconds base = 100ms;
constexpr nanoseconds cap = 5s;

/// How long to wait before the next attempt, after `attempt` = 0, 1, 2, ... have failed.
using waiting = nanoseconds (*)(int attempt, weir::random_stream& random);

// [policies]
nanoseconds none(int, weir::random_stream&) {
  return 0s;
}

nanoseconds fixed(int, weir::random_stream&) {
  return 1s;
}

nanoseconds exponential(int attempt, weir::random_stream&) {
  return std::min<nanoseconds>(cap, base * (1 << std::min(attempt, 10)));
}

nanoseconds full_jitter(int attempt, weir::random_stream& random) {
  const auto bound = exponential(attempt, random).count();
  return nanoseconds(random.below(static_cast<std::uint64_t>(bound)));
}

// [/policies]

struct tally {
  long during = 0, after = 0, peak = 0, served = 0;
  nanoseconds last{};
  std::vector<long> per_slice = std::vector<long>(20'000); // calls in each 100 ms

  void call() {
    ++(weir::now() < outage ? during : after);
    const long slice = ++per_slice.at(static_cast<std::size_t>(weir::now() / 100ms));
    if (weir::now() >= outage)
      peak = std::max(peak, slice);
  }
};

asio::awaitable<void> client(world::service& dependency, waiting policy, int number, tally& count) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  weir::random_stream random(2015, weir::text("client {}", number));
  for (int attempt = 0;; ++attempt) {
    count.call();
    timer.expires_after(51ms); // there and back
    co_await timer.async_wait(asio::use_awaitable);
    const world::request ask{static_cast<std::uint64_t>(number)};
    const world::call_result got = co_await dependency.try_call(ask);
    if (got)
      break;
    timer.expires_after(policy(attempt, random));
    co_await timer.async_wait(asio::use_awaitable);
  }
  ++count.served;
  count.last = weir::now();
}

tally measure(waiting policy) {
  tally count;
  const auto scenario = [&]() -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    world::service_options options;
    options.capacity = 20; // 1,000 calls a second, and places for 100
    options.queue_limit = 80;
    options.latency = world::constant(20ms);
    options.faults = {{.during = {0s, outage}, .after = 0s}};
    world::service dependency(executor, options);
    for (int i = 1; i <= clients; ++i) // their connections broke in the same instant
      asio::co_spawn(executor, client(dependency, policy, i, count), asio::detached);
    asio::steady_timer end(executor, 5min);
    co_await end.async_wait(asio::use_awaitable);
  };
  const auto fifo = weir::make_fifo();
  weir::run(scenario, *fifo, {.limits = {.steps = 100'000'000}});
  return count;
}

int main() {
  bool as_claimed = true;
  std::printf("           calls in all   in the outage   after it   peak in 100 ms   all served\n");
  const auto row = [&](const char* what, waiting policy) {
    const tally seen = measure(policy);
    std::printf("%-11s %11ld   %13ld   %8ld   %14ld   %+8.1f s\n", what, seen.during + seen.after,
                seen.during, seen.after, seen.peak,
                std::chrono::duration<double>(seen.last - outage).count());
    as_claimed = as_claimed && seen.served == clients;
    return seen.peak;
  };
  row("none", none);
  const long together = row("fixed, 1 s", fixed);
  row("exponential", exponential);
  const long spread = row("full jitter", full_jitter);
  return as_claimed && together > clients / 2 && spread < clients / 10 ? 0 : 1;
}
