// What waits for a loop that is busy: requests at random, of random cost, for an hour at each load.
#include "one_thread.hpp"

#include <weir/world/cpu.hpp>
#include <weir/world/meter.hpp>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <utility>

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;
using weir::world::occupy_loop;

constexpr double cost = 0.002; // s, in the mean

nanoseconds from(double seconds) {
  return std::chrono::duration_cast<nanoseconds>(std::chrono::duration<double>(seconds));
}

// [meter]
/// Time in handlers. A handler inside a handler counts once.
struct busy_meter {
  nanoseconds busy{};
  int depth = 0;
};

template <class Handler>
auto measured(busy_meter& meter, Handler handler) {
  return [&meter, handler = std::move(handler)]() mutable {
    const auto begun = steady_clock::now();
    ++meter.depth;
    const std::shared_ptr<void> end(nullptr, [&meter, begun](void*) {
      if (--meter.depth == 0) // thrown or returned
        meter.busy += steady_clock::now() - begun;
    });
    std::move(handler)();
  };
}

// [/meter]

struct result {
  double busy = 0;
  double mean = 0; // s of waiting
  nanoseconds p99{};
};

result hour(double load) {
  busy_meter meter;
  weir::world::duration_samples waits;
  const auto scenario = [&]() -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    weir::random_stream random = weir::stream("requests");
    asio::steady_timer clock(executor);
    const auto begin = steady_clock::now();
    for (auto due = begin; due - begin < 1h; due += from(random.exponential(cost / load))) {
      const auto work = from(random.exponential(cost));
      if (due > steady_clock::now()) {
        clock.expires_at(due);
        co_await clock.async_wait(asio::use_awaitable);
      }
      asio::post(executor, measured(meter, [&waits, due, work] {
                   waits.add(steady_clock::now() - due);
                   occupy_loop(work);
                 }));
    }
  };
  run_on_one_thread(scenario);
  return {std::chrono::duration<double>(meter.busy).count() / 3600, waits.mean_seconds(),
          waits.percentile(0.99)};
}

int main() {
  std::printf("2 ms of work each      measured     waits          p99   in theory\n");
  bool as_predicted = true;
  for (const double load : {0.24, 0.50, 0.80, 0.90, 0.95, 0.99}) {
    const result r = hour(load);
    const double theory = load / (1 - load) * cost;
    std::printf("%5.0f requests a second %7.0f %% %6.1f ms %9.0f ms %8.1f ms\n", load / cost,
                100 * r.busy, 1000 * r.mean, std::chrono::duration<double>(r.p99).count() * 1000,
                1000 * theory);
    as_predicted =
        as_predicted && std::abs(r.busy - load) < 0.01 && std::abs(r.mean - theory) < 0.25 * theory;
  }
  return as_predicted ? 0 : 1;
}
