// Retry-After, respected or not: 400 requests to a partner that allows 50 a
// second.
#include <weir/policy.hpp>
#include <weir/world/service.hpp>

#include <chrono>
#include <cstdio>

using namespace std::chrono_literals;
namespace world = weir::world;
using std::chrono::nanoseconds;

constexpr int requests = 400;
constexpr int at_a_time = 40;
constexpr auto answer_takes = 80ms;
constexpr world::rate_limit allowance{.per_second = 50, .burst = 10};

using manners = nanoseconds (*)(std::chrono::seconds header);

// [manners]
nanoseconds soon(std::chrono::seconds) {
  return 20ms; // "it's only for a moment"
}

nanoseconds as_told(std::chrono::seconds header) {
  return header;
}

// [/manners]

struct tally {
  int answered = 0, refused = 0, early = 0, next = 0;
  nanoseconds last_answer{};
};

asio::awaitable<void> worker(world::service& partner, tally& count,
                             manners wait_for) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  while (count.next != requests) {
    const world::request ask{static_cast<std::uint64_t>(++count.next)};
    for (;;) {
      const world::call_result got = co_await partner.try_call(ask);
      if (got)
        break;
      ++count.refused; // 429, and Retry-After, which speaks in whole seconds
      const auto header =
          std::chrono::ceil<std::chrono::seconds>(*got.retry_after);
      const nanoseconds delay = wait_for(header);
      count.early += delay < header;
      timer.expires_after(delay);
      co_await timer.async_wait(asio::use_awaitable);
    }
    ++count.answered;
    count.last_answer = weir::now();
  }
}

tally measure(manners wait_for) {
  tally count;
  const auto scenario = [&]() -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    world::service_options options;
    options.capacity = 1000;
    options.latency = world::constant(answer_takes);
    options.limit = allowance;
    world::service partner(executor, options);
    for (int i = 0; i != at_a_time; ++i)
      asio::co_spawn(executor, worker(partner, count, wait_for),
                     asio::detached);
    asio::steady_timer end(executor, 1min);
    co_await end.async_wait(asio::use_awaitable);
  };
  const auto fifo = weir::make_fifo();
  weir::run(scenario, *fifo, {.limits = {.steps = 10'000'000}});
  return count;
}

int main() {
  bool as_claimed = true;
  std::printf(
      "after a 429              sent   refused   too early   done after\n");
  const auto row = [&](const char* what, manners wait_for) {
    const tally seen = measure(wait_for);
    std::printf("%-20s %8d   %7d   %9d   %8.2f s\n", what,
                seen.answered + seen.refused, seen.refused, seen.early,
                std::chrono::duration<double>(seen.last_answer).count());
    as_claimed = as_claimed && seen.answered == requests;
    return seen;
  };
  const tally rude = row("again after 20 ms", soon);
  const tally told = row("each as it was told", as_told);
  const double earliest = (requests - allowance.burst) / allowance.per_second +
                          std::chrono::duration<double>(answer_takes).count();
  std::printf("what is allowed      %8d   %7d   %9d   %8.2f s\n", requests, 0,
              0, earliest);
  return as_claimed && told.early == 0 && rude.refused > told.refused ? 0 : 1;
}
