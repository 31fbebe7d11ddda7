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

struct timeout final : call { // 200 ms

  explicit timeout(call& around) : inner(around) {}

  asio::awaitable<void> operator()() override {
    const auto executor = co_await asio::this_coro::executor;
    asio::steady_timer limit(executor, 200ms);
    auto race = asio::experimental::make_parallel_group(
        asio::co_spawn(executor, inner(), asio::deferred), limit.async_wait(asio::deferred));
    const auto [order, failure, stopped] =
        co_await race.async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
    if (!failure)
      co_return; // in time or in the last instant, it is an answer
    if (!stopped)
      throw system_error(asio::error::timed_out); // the timer ran out
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

/// Four attempts. What our own side has refused is no `system_error`, and passes through at once.
struct retry final : call {
  explicit retry(call& around) : inner(around) {}

  asio::awaitable<void> operator()() override {
    asio::steady_timer timer(co_await asio::this_coro::executor);
    for (int attempt = 0;; ++attempt) {
      try {
        co_await inner();
        co_return;
      } catch (const system_error& failed) {
        if (attempt == 3 || failed.code() == asio::error::operation_aborted)
          throw;
      }
      timer.expires_after(nanoseconds(random.below(100'000'000ULL << attempt))); // full jitter
      co_await timer.async_wait(asio::use_awaitable);
    }
  }

  call& inner;
  weir::random_stream random{2015};
};

nanoseconds first_opened; // in this run: for the table

/// So many failures in a row open it for two seconds; then one call at a time is the probe.
template <int threshold>
struct breaker_after final : call {
  explicit breaker_after(call& around) : inner(around) {}

  asio::awaitable<void> operator()() override {
    if (open && (probing || weir::now() < retry_at))
      throw refused_by_breaker();
    const bool probe = open;
    probing = probe;
    const std::shared_ptr<void> place(nullptr,
                                      [this, probe](void*) { probing = probing && !probe; });
    try {
      co_await inner();
    } catch (...) {
      if (probe || (!open && ++failures == threshold))
        trip();
      throw;
    }
    if (probe || !open) { // else it is news from before it opened
      open = false;
      failures = 0;
    }
  }

  void trip() {
    open = true;
    retry_at = weir::now() + 2s;
    failures = 0;
    if (first_opened == 0s)
      first_opened = weir::now();
  }

  call& inner;
  bool open = false, probing = false;
  int failures = 0;
  nanoseconds retry_at{};
};

using breaker = breaker_after<5>;
using breaker20 = breaker_after<20>;

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
  int answered = 0, failed = 0, by_breaker = 0, by_bulkhead = 0;
  int made = 0;
  int waited = 0; // who were not told in the same instant
  nanoseconds slowest{}, opened{};
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
  const auto took = weir::now() - came;
  count.slowest = std::max(count.slowest, took);
  count.waited += took != 0s;
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

struct order {
  const char* name;
  asio::awaitable<void> (*layers)(call&, int, tally&);
};

struct weather {
  world::latency_distribution latency = world::uniform(30ms, 60ms);
  std::vector<world::fault> faults = {};
  int extra = 0;
};

tally measure(const order& of, const weather& today) {
  tally count;
  first_opened = 0s;
  const auto scenario = [&]() -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    world::service_options options{
        .name = "stock", .capacity = 1000, .latency = today.latency, .faults = today.faults};
    world::service service(executor, options);
    dependency innermost(service);
    co_await of.layers(innermost, today.extra, count);
    count.made = innermost.made;
  };
  const auto fifo = weir::make_fifo();
  weir::run(scenario, *fifo);
  count.opened = first_opened;
  return count;
}

double in_seconds(nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

tally row(const order& of, const weather& today) {
  const tally seen = measure(of, today);
  std::printf(" %-32s %8d %6d %7d %8d %5d %4.2f s\n", of.name, seen.answered, seen.failed,
              seen.by_breaker, seen.by_bulkhead, seen.made, in_seconds(seen.slowest));
  return seen;
}

tally row_of_the_dead(const order& of, const weather& today) {
  const tally seen = measure(of, today);
  std::printf(" %-32s %8.2f s %9d %9d %6.2f s\n", of.name, in_seconds(seen.opened), seen.made,
              seen.waited, in_seconds(seen.slowest));
  return seen;
}

int main() {
  const order right{"timeout retry breaker bulkhead", stacked<timeout, retry, breaker, bulkhead>};
  const order retry_inside{"retry timeout breaker bulkhead",
                           stacked<retry, timeout, breaker, bulkhead>};
  const order breaker_inside{"timeout breaker retry bulkhead",
                             stacked<timeout, breaker, retry, bulkhead>};
  const order patient_inside{"timeout breaker20 retry bulkhead",
                             stacked<timeout, breaker20, retry, bulkhead>};
  const order bulkhead_inside{"timeout retry bulkhead breaker",
                              stacked<timeout, retry, bulkhead, breaker>};
  std::printf("innermost first%27s failed breaker bulkhead calls slowest\n", "answered");

  std::printf("one call in ten hangs\n");
  const weather hanging{.faults = {{.effect = world::fault_effect::hang, .probability = 0.1}}};
  const tally each_attempt = row(right, hanging);
  const tally all_attempts = row(retry_inside, hanging);

  std::printf("every second call fails, at random\n");
  const weather failing{.faults = {{.probability = 0.5}}};
  const tally after_retries = row(right, failing);
  const tally before_retries = row(breaker_inside, failing);
  const tally twenty = row(patient_inside, failing);

  std::printf("all is well, but for bursts of 100 requests\n");
  const weather bursts{.extra = 100};
  const tally capped = row(right, bursts);
  const tally judged = row(bulkhead_inside, bursts);

  std::printf("\nit is dead, every call hangs    opened after     calls    waited  slowest\n");
  const weather dead{.faults = {{.effect = world::fault_effect::hang}}};
  const tally slow_to_see = row_of_the_dead(right, dead);
  const tally quick_to_see = row_of_the_dead(breaker_inside, dead);
  row_of_the_dead(patient_inside, dead);

  const bool as_claimed = each_attempt.answered > all_attempts.answered &&
                          after_retries.answered > before_retries.answered &&
                          twenty.answered > before_retries.answered &&
                          capped.answered > judged.answered && capped.by_breaker == 0 &&
                          slow_to_see.opened > 2 * quick_to_see.opened;
  return as_claimed ? 0 : 1;
}
