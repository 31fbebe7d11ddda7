// One block of 400 ms in ten seconds, as three probes see it that all tick every 20 ms.
#include "one_thread.hpp"

#include <weir/world/cpu.hpp>
#include <weir/world/meter.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;
using samples = weir::world::duration_samples;

constexpr auto interval = 20ms;
constexpr auto window = 10s;

// [again]
asio::awaitable<void> from_now(samples& late) {
  asio::steady_timer tick(co_await asio::this_coro::executor);
  for (;;) {
    tick.expires_after(interval);
    co_await tick.async_wait(asio::use_awaitable);
    late.add(steady_clock::now() - tick.expiry());
  }
}

// [/again]

// [every]
asio::awaitable<void> every_tick(samples& late) {
  asio::steady_timer tick(co_await asio::this_coro::executor);
  for (auto due = steady_clock::now() + interval;;) {
    tick.expires_at(due);
    co_await tick.async_wait(asio::use_awaitable);
    for (const auto now = steady_clock::now(); due <= now; due += interval)
      late.add(now - due); // this tick, and those that were due since
  }
}

// [/every]

// [skip]
asio::awaitable<void> skip_missed(samples& late) {
  asio::steady_timer tick(co_await asio::this_coro::executor);
  for (auto due = steady_clock::now() + interval;; due += interval) {
    tick.expires_at(due);
    co_await tick.async_wait(asio::use_awaitable);
    const auto now = steady_clock::now();
    late.add(now - due);
    due += (now - due) / interval * interval; // not those due since
  }
}

// [/skip]

using probe = asio::awaitable<void> (*)(samples&);

/// Handlers of 3 ms all the time, and one of 400 ms at 5 s.
asio::awaitable<void> load() {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  bool blocked = false;
  for (auto next = steady_clock::now() + 7ms;; next += 7ms) {
    timer.expires_at(next);
    co_await timer.async_wait(asio::use_awaitable);
    const bool now = !blocked && weir::now() >= 5s;
    weir::world::occupy_loop(now ? nanoseconds(400ms) : 3ms);
    blocked = blocked || now;
  }
}

samples run(probe with) {
  samples late;
  const auto scenario = [&]() -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    asio::co_spawn(executor, load(), asio::detached);
    asio::co_spawn(executor, with(late), asio::detached);
    asio::steady_timer end(executor, window + 1ms);
    co_await end.async_wait(asio::use_awaitable);
  };
  run_on_one_thread(scenario);
  return late;
}

long over_100ms(const samples& late) {
  return std::ranges::count_if(late.values(), [](nanoseconds t) { return t > 100ms; });
}

int main() {
  std::printf("400 ms, once in 10 s     ticks   over 100 ms      p99       max\n");
  const auto row = [](const char* what, probe with) {
    const samples late = run(with);
    std::printf("%-24s %5zu %13ld %5lld ms %6lld ms\n", what, late.size(), over_100ms(late),
                static_cast<long long>(late.percentile(0.99) / 1ms),
                static_cast<long long>(late.percentile(1) / 1ms));
    return late;
  };
  const samples drifting = row("20 ms from now", from_now);
  const samples all = row("every tick, late or not", every_tick);
  const samples some = row("missed ticks skipped", skip_missed);
  return over_100ms(drifting) == 1 && over_100ms(all) > 12 && over_100ms(some) == 1 &&
                 drifting.size() < some.size() && all.percentile(0.99) > 100ms &&
                 some.percentile(0.99) < 100ms
             ? 0
             : 1;
}
