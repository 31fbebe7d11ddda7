// Lag leads, latency follows: a handler has 10 % more to do with each minute,
// and somebody looks at lag and latency every ten seconds.
#include <weir/policy.hpp>
#include <weir/random.hpp>
#include <weir/run.hpp>
#include <weir/world/arrivals.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <vector>

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;

constexpr nanoseconds horizon = 12min;
constexpr nanoseconds every = 20ms; // a tick
constexpr nanoseconds window = 10s;

struct seen_in_a_window {
  std::vector<nanoseconds> lags, latencies;
  nanoseconds busy{};
};

std::vector<seen_in_a_window> windows(horizon / window);
seen_in_a_window afterwards;

seen_in_a_window& at(nanoseconds when) {
  const auto index = static_cast<std::size_t>(when / window);
  return index < windows.size() ? windows[index] : afterwards;
}

double growth(nanoseconds when) {
  return 1 + 0.1 * static_cast<double>(when / 1s) / 60;
}

asio::awaitable<void> until(nanoseconds when) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  timer.expires_at(steady_clock::time_point(when));
  co_await timer.async_wait(asio::use_awaitable);
}

// [request]
/// Four turns of the loop, with the database between them. One request in forty
/// has a long answer.
asio::awaitable<void> request(nanoseconds came, weir::random_stream random) {
  co_await until(came);
  const bool is_long = random.bernoulli(1.0 / 40);
  for (int turn = 0; turn != 4; ++turn) {
    if (turn != 0)
      co_await until(weir::now() + 10ms + random.below(30) * 1ms);
    const bool is_answer = is_long && turn == 3;
    const double ms = is_answer ? 60 : random.uniform(1, 3);
    const nanoseconds work(static_cast<long>(ms * 1e6 * growth(weir::now())));
    weir::block_loop(work);
    at(weir::now()).busy += work;
  }
  at(weir::now()).latencies.push_back(weir::now() - came);
}

/// Every tick that was due counts, also those that the loop overslept.
asio::awaitable<void> measure_lag() {
  for (nanoseconds due = every; due < horizon;) {
    co_await until(due);
    for (const nanoseconds now = weir::now(); due <= now; due += every)
      at(due).lags.push_back(now - due);
  }
}

// [/request]

asio::awaitable<void> service() {
  const auto executor = co_await asio::this_coro::executor;
  asio::co_spawn(executor, measure_lag(), asio::detached);
  auto random = weir::stream("requests");
  auto arrivals = weir::world::poisson({50});
  while (const auto next = arrivals.next(random)) {
    if (*next > horizon)
      break;
    if (*next > weir::now() + 20s)
      co_await until(*next - 10s); // well ahead: customers don't wait for us
    asio::co_spawn(executor, request(*next, random.split("request")), asio::detached);
  }
  co_await until(horizon + 1min);
}

double p99(std::vector<nanoseconds> of) {
  if (of.empty())
    return 0;
  std::ranges::sort(of);
  return static_cast<double>(of[(of.size() * 99 + 99) / 100 - 1] / 1us) / 1000;
}

double mean(const std::vector<nanoseconds>& of) {
  nanoseconds sum{};
  for (const nanoseconds one : of)
    sum += one;
  return static_cast<double>(sum / 1us) / 1000 / static_cast<double>(of.size());
}

/// In seconds: when the first three windows in a row were above it.
template <class Value>
int above(double limit, Value value) {
  int row = 0;
  for (std::size_t i = 0; i != windows.size(); ++i) {
    row = value(windows[i]) > limit ? row + 1 : 0;
    if (row == 3)
      return static_cast<int>(i + 1) * 10;
  }
  return -1;
}

int main() {
  const auto fifo = weir::make_fifo();
  weir::run(service, *fifo, {.limits = {.steps = 10'000'000}, .leaks = weir::leak_check::ignore});

  std::printf("at      busy   lag, mean   lag, p99   latency, p99\n");
  for (std::size_t i = 5; i < windows.size(); i += 6) {
    const auto& one = windows[i];
    std::printf("%2zu min  %3.0f %%   %6.0f ms  %6.0f ms   %9.0f ms\n", i / 6 + 1,
                static_cast<double>(one.busy / 1us) / 1e5, mean(one.lags), p99(one.lags),
                p99(one.latencies));
  }
  const int lag = above(100, [](const auto& w) { return p99(w.lags); });
  const int late = above(500, [](const auto& w) { return p99(w.latencies); });
  const int average = above(100, [](const auto& w) { return mean(w.lags); });
  std::printf("\nthree windows of 10 s in a row\n");
  std::printf("  p99 of the lag above 100 ms      at %3d s\n", lag);
  std::printf("  p99 of the latency above 500 ms  at %3d s: the lead is %d s\n", late, late - lag);
  std::printf("  mean lag above 100 ms            at %3d s\n", average);
  return 0 < lag && lag + 60 <= late && late < average ? 0 : 1;
}
