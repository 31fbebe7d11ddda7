// Coordinated omission: a second of standstill, as a closed loop measures it
// and as callers meet it.
#include <weir/policy.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <functional>
#include <numeric>
#include <vector>

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

asio::awaitable<void> sleep_until(nanoseconds moment) {
  asio::steady_timer timer(co_await asio::this_coro::executor,
                           moment - weir::now());
  co_await timer.async_wait(asio::use_awaitable);
}

constexpr auto stands_still = 5s, goes_on = 6s, until = 10s;
constexpr auto one_each = 10ms, answer_takes = 5ms;

asio::awaitable<void> call() {
  const nanoseconds now = weir::now();
  const bool stuck = now >= stands_still && now < goes_on;
  co_await sleep_until((stuck ? nanoseconds(goes_on) : now) + answer_takes);
}

using measured = std::vector<nanoseconds>;

// [closed]
/// One call each 10 ms, or as soon as the last one is back.
asio::awaitable<void> closed(measured& by_call, measured& by_plan) {
  for (nanoseconds due{}; due < until; due += one_each) {
    if (weir::now() < due)
      co_await sleep_until(due);
    const nanoseconds sent = weir::now();
    co_await call();
    by_call.push_back(weir::now() - sent);
    by_plan.push_back(weir::now() - due);
  }
}

// [/closed]

asio::awaitable<void> one(measured& seen) {
  const nanoseconds sent = weir::now();
  co_await call();
  seen.push_back(weir::now() - sent);
}

asio::awaitable<void> open(measured& seen) {
  const auto executor = co_await asio::this_coro::executor;
  for (nanoseconds due{}; due < until; due += one_each) {
    co_await sleep_until(due);
    asio::co_spawn(executor, one(seen), asio::detached);
  }
  co_await sleep_until(until + 1s);
}

void run(const std::function<asio::awaitable<void>()>& scenario) {
  const auto fifo = weir::make_fifo();
  weir::run(scenario, *fifo);
}

double milliseconds(nanoseconds time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

/// Prints a row; returns the 99th percentile.
double row(const char* what, measured& seen) {
  std::sort(seen.begin(), seen.end());
  const auto sum = std::accumulate(seen.begin(), seen.end(), nanoseconds{});
  const double mean = milliseconds(sum) / static_cast<double>(seen.size());
  const double p99 = milliseconds(seen.at(seen.size() * 99 / 100));
  std::printf("%-41s %5zu %4.0f ms %4.0f ms %5.0f ms\n", what, seen.size(),
              mean, p99, milliseconds(seen.back()));
  return p99;
}

int main() {
  measured by_call, by_plan, by_caller;
  run([&]() -> asio::awaitable<void> { co_await closed(by_call, by_plan); });
  run([&]() -> asio::awaitable<void> { co_await open(by_caller); });
  std::printf("%41s calls    mean     p99      max\n", "");
  const double from_sending =
      row("one after the other, from the sending", by_call);
  row("the same calls, from when they were due", by_plan);
  const double met = row("each in its time, whatever came before", by_caller);
  return from_sending < 10 && met > 500 ? 0 : 1;
}
