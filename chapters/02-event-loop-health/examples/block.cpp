// One price table of 50 MB is read by a loop that also answers the gates.
#include "one_thread.hpp"

#include <weir/world/cpu.hpp>
#include <weir/world/meter.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using weir::world::occupy_loop;

constexpr auto each = 1s / 120.0; // the gates ask 120 times a second
constexpr auto answer = 2ms;      // what an answer costs
constexpr auto table = 2s;        // 50 MB of JSON at 25 MB/s
constexpr auto patience = 500ms;  // of a gate

asio::awaitable<void> until(nanoseconds moment) {
  asio::steady_timer timer(co_await asio::this_coro::executor, moment - weir::now());
  co_await timer.async_wait(asio::use_awaitable);
}

struct measured {
  weir::world::duration_samples by_handler, by_gate;
};

/// A gate asks at `asked`: from then on its request can be read.
asio::awaitable<void> request(nanoseconds asked, measured& seen) {
  co_await until(asked);
  const auto begun = weir::now();
  occupy_loop(answer);
  seen.by_handler.add(weir::now() - begun);
  seen.by_gate.add(weir::now() - asked);
}

asio::awaitable<void> read_table(nanoseconds moment) {
  co_await until(moment);
  occupy_loop(table);
}

long late(const weir::world::duration_samples& times) {
  return std::ranges::count_if(times.values(), [](nanoseconds t) { return t > patience; });
}

int main() {
  measured seen;
  const auto scenario = [&]() -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    asio::co_spawn(executor, read_table(1s), asio::detached);
    for (int i = 0; i != 600; ++i) // five seconds of requests
      asio::co_spawn(executor, request(std::chrono::duration_cast<nanoseconds>(i * each), seen),
                     asio::detached);
    co_await until(10s);
  };
  run_on_one_thread(scenario);

  std::printf("600 requests, a table at 1 s   over 500 ms      p99       longest\n");
  const auto row = [](const char* what, const weir::world::duration_samples& times) {
    std::printf("%-30s %11ld %6lld ms %10lld ms\n", what, late(times),
                static_cast<long long>(times.percentile(0.99) / 1ms),
                static_cast<long long>(times.percentile(1) / 1ms));
  };
  row("timed by its handler", seen.by_handler);
  row("timed by the gate", seen.by_gate);
  return late(seen.by_handler) == 0 && seen.by_handler.percentile(1) == answer &&
                 late(seen.by_gate) > 230
             ? 0
             : 1;
}
