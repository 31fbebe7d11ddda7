// Passwords are hashed by two threads of a pool, 25 a second. What waits in front of them?
#include "offload.hpp"
#include "one_thread.hpp"

#include <weir/world/cpu.hpp>
#include <weir/world/meter.hpp>
#include <weir/world/thread_pool.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <limits>
#include <memory>
#include <thread>

using namespace std::chrono_literals;
namespace world = weir::world;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;

struct tally {
  int refused = 0;
  std::size_t queued = 0;            // at most
  world::duration_samples took, lag; // from the request to the answer; of the loop
};

asio::awaitable<void> until(nanoseconds moment) {
  asio::steady_timer timer(co_await asio::this_coro::executor, moment - weir::now());
  co_await timer.async_wait(asio::use_awaitable);
}

int hash() { // on a thread of the pool
  std::this_thread::sleep_for(80ms);
  return 0;
}

// [bounded]
/// What has been given to the pool and is not back. Used on the loop only.
struct door {
  std::size_t threads, room;
  std::size_t inside = 0;
};

asio::awaitable<bool> hash_on(asio::any_io_executor pool, door& at) {
  if (at.inside == at.threads + at.room)
    co_return false; // "come back later", and at once
  ++at.inside;
  const std::shared_ptr<void> leaves(nullptr, [&](void*) { --at.inside; });
  co_await offload(pool, hash);
  co_return true;
}

// [/bounded]

asio::awaitable<void> log_in(nanoseconds came, asio::any_io_executor pool, door& at, tally& count) {
  co_await until(came);
  const bool hashed = co_await hash_on(pool, at);
  if (hashed)
    count.took.add(weir::now() - came);
  else
    ++count.refused;
}

/// The same on the loop, for comparison.
asio::awaitable<void> log_in_here(nanoseconds came, tally& count) {
  co_await until(came);
  world::occupy_loop(80ms);
  count.took.add(weir::now() - came);
}

asio::awaitable<void> ticks(tally& count) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  for (auto due = steady_clock::now() + 20ms;;) {
    timer.expires_at(due);
    co_await timer.async_wait(asio::use_awaitable);
    for (const auto now = steady_clock::now(); due <= now; due += 20ms)
      count.lag.add(now - due);
  }
}

tally run(double per_second, std::size_t queue, bool on_the_loop = false) {
  tally count;
  const auto scenario = [&]() -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    world::thread_pool pool(2);
    door in_front{2, queue};
    weir::random_stream random = weir::stream("log-ins");
    asio::co_spawn(executor, ticks(count), asio::detached);
    for (double came = 0; came < 60; came += random.exponential(1 / per_second)) {
      const auto at = std::chrono::duration_cast<nanoseconds>(std::chrono::duration<double>(came));
      asio::co_spawn(executor,
                     on_the_loop ? log_in_here(at, count)
                                 : log_in(at, pool.get_executor(), in_front, count),
                     asio::detached);
    }
    co_await until(2min);
    count.queued = pool.peak_queued();
  };
  run_on_one_thread(scenario);
  return count;
}

double seconds(nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

int main() {
  constexpr auto none = std::numeric_limits<std::size_t>::max() / 2;
  std::printf("log-ins a second            refused   most queued   longest    lag max\n");
  const auto row = [](const char* what, const tally& count) {
    std::printf("%-27s %7d %13zu %7.2f s %7.2f s\n", what, count.refused, count.queued,
                seconds(count.took.percentile(1)), seconds(count.lag.percentile(1)));
    return count;
  };
  const tally here = row("10, on the loop", run(10, none, true));
  const tally well = row("10, two threads", run(10, none));
  const tally pile = row("30, two threads", run(30, none));
  const tally bound = row("30, two threads, 10 queued", run(30, 10));
  return here.lag.percentile(1) > 200ms && well.lag.percentile(1) == 0ns &&
                 pile.took.percentile(1) > 8s && pile.lag.percentile(1) == 0ns &&
                 bound.took.percentile(1) < 500ms && bound.refused > 0
             ? 0
             : 1;
}
