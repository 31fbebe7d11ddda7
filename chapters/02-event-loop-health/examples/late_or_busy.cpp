// Two loops for ten minutes: one is nearly always busy and never late, the other the reverse.
#include "one_thread.hpp"

#include <weir/world/cpu.hpp>
#include <weir/world/meter.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;

struct seen {
  nanoseconds busy{};
  weir::world::duration_samples late;
};

/// A handler of `work`, `each` so much.
asio::awaitable<void> handlers(nanoseconds work, nanoseconds each, seen& by) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  for (auto due = steady_clock::now() + each;; due += each) {
    timer.expires_at(due);
    co_await timer.async_wait(asio::use_awaitable);
    weir::world::occupy_loop(work);
    by.busy += work;
  }
}

asio::awaitable<void> ticks(seen& by) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  for (auto due = steady_clock::now() + 20500us;;) {
    timer.expires_at(due);
    co_await timer.async_wait(asio::use_awaitable);
    for (const auto now = steady_clock::now(); due <= now; due += 20ms)
      by.late.add(now - due);
  }
}

seen run(nanoseconds work, nanoseconds each) {
  seen by;
  const auto scenario = [&]() -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    asio::co_spawn(executor, handlers(work, each, by), asio::detached);
    asio::co_spawn(executor, ticks(by), asio::detached);
    asio::steady_timer end(executor, 10min);
    co_await end.async_wait(asio::use_awaitable);
  };
  run_on_one_thread(scenario);
  return by;
}

double busy(const seen& by) {
  return std::chrono::duration<double>(by.busy).count() / 600;
}

int main() {
  std::printf("                          busy   lag p99       max\n");
  const auto row = [](const char* what, nanoseconds work, nanoseconds each) {
    const seen by = run(work, each);
    std::printf("%-22s %5.0f %% %5.1f ms %5.1f ms\n", what, 100 * busy(by),
                std::chrono::duration<double>(by.late.percentile(0.99)).count() * 1000,
                std::chrono::duration<double>(by.late.percentile(1)).count() * 1000);
    return by;
  };
  const seen even = row("0.94 ms, each 1 ms", 940us, 1ms);
  const seen blocks = row("150 ms, once a second", 150ms, 1s);
  return busy(even) > 0.93 && even.late.percentile(1) < 1ms && busy(blocks) < 0.16 &&
                 blocks.late.percentile(0.99) > 100ms
             ? 0
             : 1;
}
