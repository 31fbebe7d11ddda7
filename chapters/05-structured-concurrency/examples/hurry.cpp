// Cancelled, a task tidies up, which takes a second. A second request is to cut that short.
#include <weir/policy.hpp>

#include <boost/asio/experimental/parallel_group.hpp>

#include <chrono>
#include <cstdio>
#include <exception>
#include <utility>

using namespace std::chrono_literals;
using asio::experimental::make_parallel_group;

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

// [task]
asio::awaitable<void> task() {
  asio::steady_timer timer(co_await asio::this_coro::executor, 1h);
  co_await timer.async_wait(as_result); // until it is cancelled
  // Forget that request, and hear the next one.
  co_await asio::this_coro::reset_cancellation_state();
  timer.expires_after(1s); // tidies up
  co_await timer.async_wait(as_result);
}

// [/task]

// [group]
asio::awaitable<void> in_a_group() {
  const auto executor = co_await asio::this_coro::executor;
  auto one = asio::co_spawn(executor, task(), asio::deferred);
  auto two = asio::co_spawn(executor, task(), asio::deferred);
  auto both = make_parallel_group(std::move(one), std::move(two));
  const auto all = asio::experimental::wait_for_all();
  co_await both.async_wait(all, asio::use_awaitable);
}

// [/group]

/// Asked to stop at 10 ms and again at 20 ms: when it has ended, in ms.
long asked_twice(asio::awaitable<void> (*what)()) {
  long ended = 0;
  const auto scenario = [&]() -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    asio::cancellation_signal stop;
    const auto note = [&ended](std::exception_ptr) {
      ended = static_cast<long>(weir::now() / 1ms);
    };
    asio::co_spawn(executor, what(), asio::bind_cancellation_slot(stop.slot(), note));
    asio::steady_timer timer(executor);
    for (int time = 1; time <= 2; ++time) {
      timer.expires_after(10ms);
      co_await timer.async_wait(asio::use_awaitable);
      stop.emit(asio::cancellation_type::terminal);
    }
    timer.expires_after(2s);
    co_await timer.async_wait(asio::use_awaitable);
  };
  const auto fifo = weir::make_fifo();
  weir::run(scenario, *fifo);
  return ended;
}

int main() {
  const long alone = asked_twice(task), grouped = asked_twice(in_a_group);
  std::printf("asked to stop at 10 ms and at 20 ms, it ends at\n");
  std::printf("  alone              %7ld ms\n", alone);
  std::printf("  in a parallel_group %6ld ms\n", grouped);
  return alone == 20 && grouped == 1010 ? 0 : 1;
}
