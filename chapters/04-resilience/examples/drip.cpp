// A peer that drips: 100 parts, one every four seconds. What does a limit of five seconds on
// silence see, and what a limit on the whole call?
#include <weir/policy.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>

using namespace std::chrono_literals;
using namespace asio::experimental::awaitable_operators;
using asio::use_awaitable;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;
using time_point = steady_clock::time_point;

struct peer { // at the far end of a socket
  nanoseconds pace;

  asio::awaitable<void> next() const {
    asio::steady_timer timer(co_await asio::this_coro::executor, pace);
    co_await timer.async_wait(use_awaitable);
  }
};

// [read]
/// Reads 100 parts and returns how many came. Gives up after so much `silence`,
/// and in any case at the `end`.
asio::awaitable<int> read(peer& from, nanoseconds silence, time_point end) {
  asio::steady_timer limit(co_await asio::this_coro::executor);
  for (int parts = 0; parts != 100; ++parts) {
    limit.expires_at(std::min(steady_clock::now() + silence, end));
    const auto got = co_await (from.next() || limit.async_wait(use_awaitable));
    if (got.index() == 1)
      co_return parts;
  }
  co_return 100;
}

// [/read]

struct tally {
  int parts = 0;
  nanoseconds took{};
};

tally measure(nanoseconds pace, nanoseconds silence, nanoseconds in_all) {
  tally seen;
  const auto scenario = [&]() -> asio::awaitable<void> {
    peer far{pace};
    seen.parts = co_await read(far, silence, steady_clock::now() + in_all);
    seen.took = weir::now();
  };
  const auto fifo = weir::make_fifo();
  weir::run(scenario, *fifo);
  return seen;
}

int main() {
  std::printf("limits                           a part every 10 ms   a part every 4 s\n");
  const auto row = [](const char* what, nanoseconds silence, nanoseconds in_all) {
    const tally well = measure(10ms, silence, in_all), drips = measure(4s, silence, in_all);
    std::printf("%-30s %8d in %3.0f s %10d in %5.0f s\n", what, well.parts,
                std::chrono::duration<double>(well.took).count(), drips.parts,
                std::chrono::duration<double>(drips.took).count());
    return drips;
  };
  const tally patient = row("5 s of silence", 5s, 24h);
  const tally bounded = row("5 s of silence, 10 s in all", 5s, 10s);
  return patient.took == 400s && bounded.took == 10s ? 0 : 1;
}
