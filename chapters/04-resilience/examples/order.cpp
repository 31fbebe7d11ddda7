// The order of the four: what changes when two neighbours are swapped. Each layer is a call around
// a call.
#include <weir/policy.hpp>
#include <weir/world/service.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>

using boost::system::system_error;
using namespace std::chrono_literals;
namespace world = weir::world;
using std::chrono::nanoseconds;

struct refused_by_breaker {};

struct refused_by_bulkhead {};

struct call {
  virtual ~call() = default;
  virtual asio::awaitable<void> operator()() = 0; // throws when it fails
};

struct timeout final : call {
  explicit timeout(call& around) : inner(around) {}

  asio::awaitable<void> operator()() override {
    const auto executor = co_await asio::this_coro::executor;
    asio::steady_timer limit(executor, 200ms);
    auto race = asio::experimental::make_parallel_group(
        asio::co_spawn(executor, inner(), asio::deferred), limit.async_wait(asio::deferred));
    const auto [order, failure, waited] =
        co_await race.async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
    if (order[0] == 1)
      throw system_error(asio::error::timed_out);
    if (failure)
      std::rethrow_exception(failure);
  }

  call& inner;
};

struct dependency final : call {
  explicit dependency(world::service& at) : service(at) {}

  asio::awaitable<void> operator()() override {
    const world::request ask{1};
    ++made;
    co_await service.call(ask);
  }

  world::service& service;
  int made = 0;
};

struct retry final : call {
  explicit retry(call& around) : inner(around) {}

  asio::awaitable<void> operator()() override {
    asio::steady_timer timer(co_await asio::this_coro::executor);
    for (int attempt = 0;; ++attempt) {
      try {
        co_await inner();
        co_return;
      } catch (...) {
        if (attempt == 3)
          throw;
      }
      timer.expires_after(nanoseconds(random.below(100'000'000ULL << attempt))); // full jitter
      co_await timer.async_wait(asio::use_awaitable);
    }
  }

  call& inner;
  weir::random_stream random{2015};
};

struct breaker final : call { // five failures in a row open it for two seconds

  explicit breaker(call& around) : inner(around) {}

  asio::awaitable<void> operator()() override {
    if (weir::now() < open_until)
      throw refused_by_breaker();
    try {
      co_await inner();
      failures = 0;
    } catch (...) {
      if (++failures == 5) {
        open_until = weir::now() + 2s;
        failures = 0;
      }
      throw;
    }
  }

  call& inner;
  int failures = 0;
  nanoseconds open_until{};
};

// [layer]
struct bulkhead final : call { // twenty places, no line

  explicit bulkhead(call& around) : inner(around) {}

  asio::awaitable<void> operator()() override {
    if (inside == 20)
      throw refused_by_bulkhead();
    ++inside;
    const std::shared_ptr<void> leave(nullptr, [this](void*) { --inside; });
    co_await inner();
  }

  call& inner;
  int inside = 0;
};

// [/layer]

struct tally {
  int answered = 0, failed = 0, by_breaker = 0, by_bulkhead = 0, made = 0;
  nanoseconds slowest{};
};

asio::awaitable<void> user(call& outermost, tally& count) {
  const auto came = weir::now();
  try {
    co_await outermost();
    ++count.answered;
  } catch (const refused_by_breaker&) {
    ++count.by_breaker;
  } catch (const refused_by_bulkhead&) {
    ++count.by_bulkhead;
  } catch (const system_error&) {
    ++count.failed;
  }
  count.slowest = std::max(count.slowest, weir::now() - came);
}

/// A thousand requests, 50 ms apart; every 5 s, `extra` more at once.
asio::awaitable<void> traffic(call& outermost, int extra, tally& count) {
  const auto executor = co_await asio::this_coro::executor;
  asio::steady_timer clock(executor);
  for (int i = 0; i != 1000; ++i) {
    for (int users = i % 100 == 99 ? 1 + extra : 1; users != 0; --users)
      asio::co_spawn(executor, user(outermost, count), asio::detached);
    clock.expires_after(50ms);
    co_await clock.async_wait(asio::use_awaitable);
  }
  clock.expires_after(10s);
  co_await clock.async_wait(asio::use_awaitable);
}

/// Builds the four layers around `inner`, in the order of the types, innermost first.
template <typename First, typename... Rest>
asio::awaitable<void> stacked(call& inner, int extra, tally& count) {
  First layer(inner);
  if constexpr (sizeof...(Rest) == 0)
    co_await traffic(layer, extra, count);
  else
    co_await stacked<Rest...>(layer, extra, count);
}

using stack = asio::awaitable<void> (*)(call&, int, tally&);

struct weather {
  world::latency_distribution latency = world::uniform(30ms, 60ms);
  std::vector<world::fault> faults = {};
  int extra = 0;
};

tally measure(const char* order, stack layers, const weather& today) {
  tally count;
  const auto scenario = [&]() -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    world::service_options options{
        .name = "stock", .capacity = 1000, .latency = today.latency, .faults = today.faults};
    world::service service(executor, options);
    dependency innermost(service);
    co_await layers(innermost, today.extra, count);
    count.made = innermost.made;
  };
  const auto fifo = weir::make_fifo();
  weir::run(scenario, *fifo);
  std::printf("  %-38s %8d %7d %8d %8d %7d %6.2f s\n", order, count.answered, count.failed,
              count.by_breaker, count.by_bulkhead, count.made,
              std::chrono::duration<double>(count.slowest).count());
  return count;
}

int main() {
  const stack right = stacked<timeout, retry, breaker, bulkhead>;
  const char* const in_order = "timeout, retry, breaker, bulkhead";
  std::printf("innermost first %33s  failed  breaker bulkhead   calls  slowest\n", "answered");

  std::printf("one call in ten hangs\n");
  const weather hanging{.faults = {{.effect = world::fault_effect::hang, .probability = 0.1}}};
  const tally each_attempt = measure(in_order, right, hanging);
  const tally all_attempts = measure("retry, timeout, breaker, bulkhead",
                                     stacked<retry, timeout, breaker, bulkhead>, hanging);

  std::printf("every second call fails, at random\n");
  const weather failing{.faults = {{.probability = 0.5}}};
  const tally after_retries = measure(in_order, right, failing);
  const tally before_retries = measure("timeout, breaker, retry, bulkhead",
                                       stacked<timeout, breaker, retry, bulkhead>, failing);

  std::printf("all is well, but for bursts of 100 requests\n");
  const weather bursts{.extra = 100};
  const tally capped = measure(in_order, right, bursts);
  const tally judged = measure("timeout, retry, bulkhead, breaker",
                               stacked<timeout, retry, bulkhead, breaker>, bursts);

  const bool as_claimed = each_attempt.answered > all_attempts.answered &&
                          after_retries.answered > before_retries.answered &&
                          capped.answered > judged.answered && capped.by_breaker == 0;
  return as_claimed ? 0 : 1;
}
