// Fourteen workers for a day. Each loses its line now and then; number 9, from noon on, for good.
#include <weir/policy.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <deque>
#include <exception>
#include <list>
#include <memory>
#include <stdexcept>

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

constexpr int workers = 14;

struct day {
  int up_at_noon = 0, up_at_midnight = 0;
  long starts_of_nine = 0;
  nanoseconds told = 0s; // when somebody heard that one had failed for good
};

struct office {
  explicit office(const asio::any_io_executor& on) : executor(on) {}

  asio::awaitable<void> pause(nanoseconds length) {
    asio::steady_timer timer(executor, length);
    co_await timer.async_wait(asio::use_awaitable);
  }

  /// Works until its line breaks, after six hours in the mean; then throws.
  asio::awaitable<void> work(int number, weir::random_stream& random) {
    const bool dead = number == 9 && weir::now() >= 12h;
    const double hours = -6 * std::log(1 - random.uniform());
    nanoseconds lasts(static_cast<long long>(hours * 3600e9));
    if (number == 9)
      lasts = dead ? nanoseconds(1ms) : std::min<nanoseconds>(lasts, 12h - weir::now());
    seen.starts_of_nine += number == 9;
    ++up;
    const std::shared_ptr<void> down(nullptr, [this](void*) { --up; });
    co_await pause(lasts);
    throw std::runtime_error("connection reset");
  }

  /// A scope's rule: the first failure ends everybody.
  asio::awaitable<void> fail_together(int number) {
    weir::random_stream random = weir::stream(weir::text("worker {}", number));
    bool failed = false;
    try {
      co_await work(number, random);
    } catch (const std::runtime_error&) {
      failed = true;
    }
    if (failed && seen.told == 0s) {
      seen.told = weir::now();
      for (auto& other : stops)
        other.emit(asio::cancellation_type::terminal);
    }
  }

  /// A supervisor's rule: it is started again after 5 s, unless it has failed more often than
  /// that within the last minute.
  asio::awaitable<void> keep(int number, std::size_t at_most) {
    weir::random_stream random = weir::stream(weir::text("worker {}", number));
    std::deque<nanoseconds> failures;
    while (failures.size() <= at_most) {
      try {
        co_await work(number, random);
      } catch (const std::runtime_error&) {
        failures.push_back(weir::now());
      }
      while (failures.front() < weir::now() - 1min)
        failures.pop_front();
      co_await pause(5s);
    }
    seen.told = weir::now();
  }

  void start(asio::awaitable<void> one) {
    stops.emplace_back();
    asio::co_spawn(executor, std::move(one),
                   asio::bind_cancellation_slot(stops.back().slot(), [](std::exception_ptr) {}));
  }

  asio::any_io_executor executor;
  std::list<asio::cancellation_signal> stops;
  int up = 0;
  day seen;
};

enum class rule { together, for_ever, limited };

day watch(rule by) {
  day seen;
  const auto scenario = [&]() -> asio::awaitable<void> {
    office here(co_await asio::this_coro::executor);
    for (int number = 1; number <= workers; ++number)
      here.start(by == rule::together ? here.fail_together(number)
                                      : here.keep(number, by == rule::limited ? 5 : 1'000'000));
    co_await here.pause(11h + 59min);
    here.seen.up_at_noon = here.up;
    co_await here.pause(12h);
    here.seen.up_at_midnight = here.up;
    for (auto& one : here.stops)
      one.emit(asio::cancellation_type::terminal);
    co_await here.pause(1s);
    seen = here.seen;
  };
  const auto fifo = weir::make_fifo();
  weir::run(scenario, *fifo, {.limits = {.virtual_time = 48h}});
  return seen;
}

int main() {
  std::printf("%-24s up at noon   at midnight   starts of no. 9   told at\n", "");
  const auto row = [](const char* what, rule by) {
    const day seen = watch(by);
    const long minute = seen.told / 1min;
    char told[16] = "never";
    if (seen.told != 0s)
      std::snprintf(told, sizeof told, "%02ld:%02ld", minute / 60, minute % 60);
    std::printf("%-24s %10d %13d %17ld     %s\n", what, seen.up_at_noon, seen.up_at_midnight,
                seen.starts_of_nine, told);
    return seen;
  };
  const day together = row("one fails, all end", rule::together);
  const day for_ever = row("restarted after 5 s", rule::for_ever);
  const day limited = row("the same, 5 in a minute", rule::limited);
  return together.up_at_noon == 0 && for_ever.told == 0s && for_ever.up_at_midnight == 13 &&
                 limited.up_at_midnight == 13 && limited.told > 12h
             ? 0
             : 1;
}
