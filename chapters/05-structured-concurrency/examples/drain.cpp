// A process is told to stop at a random moment of its day: what is cut off, and how long it takes.
#include <weir/policy.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <list>

using namespace std::chrono_literals;
using namespace asio::experimental::awaitable_operators;
using std::chrono::milliseconds;

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

struct tally {
  int finished = 0, told = 0, cut_off = 0;
  double took = 0; // s from the signal to the exit
};

struct server {
  explicit server(const asio::any_io_executor& on)
      : executor(on), idle(on, asio::steady_timer::time_point::max()) {}

  /// Most requests take 50 ms, one in fifty is an export of 4 s, and one of a hundred stays open.
  static milliseconds length(int number) {
    return number % 100 == 0 ? milliseconds(1h) : number % 50 == 25 ? 4s : 50ms;
  }

  asio::awaitable<void> request(int number) {
    asio::steady_timer timer(executor, length(number));
    const auto [cancelled] = co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    if (cancelled) { // says so to its client: "503, come back"
      co_await asio::this_coro::reset_cancellation_state();
      timer.expires_after(10ms);
      co_await timer.async_wait(asio::use_awaitable);
      ++count.told;
    } else {
      ++count.finished;
    }
  }

  void accept(int number) {
    ++running;
    stops.emplace_back();
    asio::co_spawn(executor, request(number),
                   asio::bind_cancellation_slot(stops.back().slot(), [this](std::exception_ptr) {
                     if (--running == 0)
                       idle.cancel();
                   }));
  }

  // [drain]
  asio::awaitable<void> drain(milliseconds grace) {
    idle.expires_after(grace);
    while (running != 0) {
      const auto [empty] = co_await idle.async_wait(as_result);
      if (!empty) { // the grace is over
        for (auto& one : stops)
          one.emit(asio::cancellation_type::terminal);
        idle.expires_at(asio::steady_timer::time_point::max());
      }
    }
  }

  // [/drain]

  asio::any_io_executor executor;
  asio::steady_timer idle;
  std::list<asio::cancellation_signal> stops;
  int running = 0;
  tally count;
};

/// The platform's patience.
asio::awaitable<void> killed(milliseconds after) {
  asio::steady_timer timer(co_await asio::this_coro::executor, after);
  co_await timer.async_wait(asio::use_awaitable);
}

/// 100 requests a second for ten seconds, then the signal. The platform waits for 30 s.
tally deploy(milliseconds grace) {
  tally seen;
  const auto scenario = [&]() -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    server one(executor);
    asio::steady_timer clock(executor);
    for (int number = 1; number <= 1000; ++number) {
      one.accept(number);
      clock.expires_after(10ms);
      co_await clock.async_wait(asio::use_awaitable);
    }
    const int before = one.count.finished;
    const auto signal = weir::now();
    if (grace > 0ms)
      co_await (one.drain(grace) || killed(30s));
    seen = one.count;
    seen.finished -= before;
    seen.cut_off = one.running;
    seen.took = std::chrono::duration<double>(weir::now() - signal).count();
  };
  const auto fifo = weir::make_fifo();
  weir::run(scenario, *fifo, {.leaks = weir::leak_check::keep});
  return seen;
}

int main() {
  std::printf("after SIGTERM          finished   told to come back   cut off   gone after\n");
  const auto row = [](const char* what, milliseconds grace) {
    const tally seen = deploy(grace);
    std::printf("%-22s %8d %19d %9d %10.2f s\n", what, seen.finished, seen.told, seen.cut_off,
                seen.took);
    return seen;
  };
  const tally at_once = row("exit", 0ms);
  const tally patient = row("wait for all", 1h);
  const tally hasty = row("100 ms, then cancel", 100ms);
  const tally grace = row("10 s, then cancel", 10s);
  return at_once.finished == 0 && patient.cut_off > 0 && hasty.cut_off == 0 && grace.cut_off == 0 &&
                 grace.finished > hasty.finished
             ? 0
             : 1;
}
