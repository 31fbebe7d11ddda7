// Five jobs of 80 ms for a pool of one thread: when do their results arrive?
#include "offload.hpp"
#include "one_thread.hpp"

#include <weir/world/meter.hpp>
#include <weir/world/thread_pool.hpp>

#include <chrono>
#include <cstdio>
#include <thread>

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

int hash() {
  std::this_thread::sleep_for(80ms);
  return 0;
}

asio::awaitable<int> as_coroutine() {
  co_return hash();
}

asio::awaitable<int> spawned(asio::any_io_executor pool) {
  auto away = asio::co_spawn(pool, as_coroutine(), asio::use_awaitable);
  const int result = co_await std::move(away);
  co_return result;
}

asio::awaitable<int> by_hand(asio::any_io_executor pool) {
  auto away = offload(pool, hash);
  const int result = co_await std::move(away);
  co_return result;
}

using way = asio::awaitable<int> (*)(asio::any_io_executor);

asio::awaitable<void> one(way there_and_back, asio::any_io_executor pool,
                          weir::world::duration_samples& home) {
  auto away = there_and_back(pool);
  co_await std::move(away);
  home.add(weir::now());
}

weir::world::duration_samples run(way there_and_back) {
  weir::world::duration_samples home;
  const auto scenario = [&]() -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    weir::world::thread_pool pool(1);
    for (int i = 0; i != 5; ++i)
      asio::co_spawn(executor, one(there_and_back, pool.get_executor(), home), asio::detached);
    asio::steady_timer end(executor, 1s);
    co_await end.async_wait(asio::use_awaitable);
  };
  run_on_one_thread(scenario);
  return home;
}

int main() {
  std::printf("5 jobs of 80 ms, one thread   first result   last result\n");
  const auto row = [](const char* what, way there_and_back) {
    const auto home = run(there_and_back);
    std::printf("%-29s %9lld ms %10lld ms\n", what,
                static_cast<long long>(home.values().front() / 1ms),
                static_cast<long long>(home.values().back() / 1ms));
    return home;
  };
  row("co_spawn on the pool", spawned); // mended between Asio 1.34 and 1.38
  const auto once = row("post there, and post home", by_hand);
  return once.values().front() / 1ms == 80 && once.values().back() / 1ms == 400 ? 0 : 1;
}
