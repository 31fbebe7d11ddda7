// A table that has to be read on the loop: whole, by count, by time, and several at once.
#include "one_thread.hpp"

#include <weir/world/cpu.hpp>
#include <weir/world/meter.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;

constexpr int rows = 100'000;
constexpr auto slice = 5ms;

/// Most rows are quick. A thousand of them, in one place, hold a timetable each: 2 s in all.
void read_row(int row) {
  const bool timetable = row >= 50'000 && row < 51'000;
  weir::world::occupy_loop(timetable ? 1010us : 10us);
}

asio::awaitable<void> whole() {
  for (int row = 0; row != rows; ++row)
    read_row(row);
  co_return;
}

// [count]
asio::awaitable<void> by_count() {
  for (int row = 0; row != rows; ++row) {
    read_row(row);
    if (row % 500 == 499)
      co_await asio::post(asio::use_awaitable);
  }
}

// [/count]

// [time]
asio::awaitable<void> by_time() {
  auto until = steady_clock::now() + slice;
  for (int row = 0; row != rows; ++row) {
    read_row(row);
    if (steady_clock::now() < until)
      continue;
    co_await asio::post(asio::use_awaitable); // to the end of the line
    until = steady_clock::now() + slice;      // from when it is our turn
  }
}

// [/time]

/// Half of the loop's time is enough.
asio::awaitable<void> gently() {
  asio::steady_timer pause(co_await asio::this_coro::executor);
  auto until = steady_clock::now() + slice;
  for (int row = 0; row != rows; ++row) {
    read_row(row);
    if (steady_clock::now() >= until) {
      pause.expires_after(slice);
      co_await pause.async_wait(asio::use_awaitable);
      until = steady_clock::now() + slice;
    }
  }
}

using way = asio::awaitable<void> (*)();

struct seen {
  weir::world::duration_samples lag, requests;
  nanoseconds done{};
};

asio::awaitable<void> ticks(seen& by) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  for (auto due = steady_clock::now() + 20ms;;) {
    timer.expires_at(due);
    co_await timer.async_wait(asio::use_awaitable);
    for (const auto now = steady_clock::now(); due <= now; due += 20ms)
      by.lag.add(now - due);
  }
}

/// An answer of 2 ms in four steps: each has to wait for its turn.
asio::awaitable<void> request(nanoseconds asked, seen& by) {
  asio::steady_timer timer(co_await asio::this_coro::executor, asked);
  co_await timer.async_wait(asio::use_awaitable);
  for (int step = 0; step != 4; ++step) {
    if (step != 0)
      co_await asio::post(asio::use_awaitable);
    weir::world::occupy_loop(500us);
  }
  by.requests.add(weir::now() - asked);
}

asio::awaitable<void> read(way how, seen& by) {
  co_await how();
  by.done = std::max(by.done, weir::now() - 1s);
}

seen run(way how, int tables) {
  seen by;
  const auto scenario = [&]() -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    asio::co_spawn(executor, ticks(by), asio::detached);
    for (int i = 0; i != 2400; ++i) // 120 a second
      asio::co_spawn(executor, request(i * 8333us, by), asio::detached);
    asio::steady_timer timer(executor, 1s);
    co_await timer.async_wait(asio::use_awaitable);
    for (int i = 0; i != tables; ++i)
      asio::co_spawn(executor, read(how, by), asio::detached);
    timer.expires_after(25s);
    co_await timer.async_wait(asio::use_awaitable);
  };
  run_on_one_thread(scenario);
  return by;
}

double milliseconds(nanoseconds time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

int main() {
  std::printf("tables                    lag max   longest answer   done after\n");
  const auto row = [](const char* what, way how, int tables) {
    const seen by = run(how, tables);
    std::printf("%-24s %5.0f ms %13.0f ms %10.2f s\n", what, milliseconds(by.lag.percentile(1)),
                milliseconds(by.requests.percentile(1)), milliseconds(by.done) / 1000);
    return by;
  };
  const seen one = row("one, whole", whole, 1);
  const seen counted = row("one, 500 rows a slice", by_count, 1);
  const seen timed = row("one, 5 ms a slice", by_time, 1);
  const seen half = row("one, 5 ms, 5 ms of pause", gently, 1);
  const seen four = row("four, 5 ms a slice", by_time, 4);
  return one.lag.percentile(1) > 1900ms && counted.lag.percentile(1) > 400ms &&
                 timed.lag.percentile(1) < 15ms && timed.done < 3s &&
                 half.requests.percentile(1) < timed.requests.percentile(1) && half.done > 3s &&
                 four.lag.percentile(1) > 20ms && four.requests.percentile(1) > 100ms
             ? 0
             : 1;
}
