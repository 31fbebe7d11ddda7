// A channel full of tokens is a semaphore, until a waiter gives up.
#include <weir/policy.hpp>

#include <cstdio>

using boost::system::error_code;
using namespace std::chrono_literals;
using namespace asio::experimental::awaitable_operators;
using permits = asio::experimental::channel<void(error_code)>;

constexpr int limit = 4;

// [tokens]
asio::awaitable<bool> acquire_within(permits& free,
                                     std::chrono::milliseconds patience) {
  asio::steady_timer deadline(co_await asio::this_coro::executor, patience);
  const auto first = co_await (free.async_receive(asio::use_awaitable) ||
                               deadline.async_wait(asio::use_awaitable));
  co_return first.index() == 0;
}

void release(permits& free) {
  free.try_send(error_code{});
}

// [/tokens]

asio::awaitable<void> pause(std::chrono::milliseconds length) {
  asio::steady_timer timer(co_await asio::this_coro::executor, length);
  co_await timer.async_wait(asio::use_awaitable);
}

/// Comes after 10 ms, and works for 100 if it gets a permit.
asio::awaitable<void> fifth_caller(permits& free,
                                   std::chrono::milliseconds gives_up_at) {
  co_await pause(10ms);
  const bool acquired = co_await acquire_within(free, gives_up_at - 10ms);
  if (!acquired)
    co_return;
  co_await pause(100ms);
  release(free);
}

/// Four callers hold the permits until 100 ms, a fifth waits. How many are
/// there in the end?
int permits_left(std::chrono::milliseconds gives_up_at) {
  int left = 0;
  const auto scenario = [&]() -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    permits free(executor, limit);
    asio::co_spawn(executor, fifth_caller(free, gives_up_at), asio::detached);
    co_await pause(100ms);
    for (int i = 0; i != limit; ++i)
      release(free);
    co_await pause(1min);
    while (free.try_receive([](error_code) {}))
      ++left;
  };
  const auto fifo = weir::make_fifo();
  weir::run(scenario, *fifo);
  return left;
}

int main() {
  const int patient = permits_left(200ms), unlucky = permits_left(100ms),
            impatient = permits_left(50ms);
  std::printf("the fifth caller gets a permit:                %d of %d left\n",
              patient, limit);
  std::printf("it gives up in the instant of a release:       %d of %d left\n",
              unlucky, limit);
  std::printf("it gives up before:                            %d of %d left\n",
              impatient, limit);
  return patient == limit && unlucky == limit - 1 ? 0 : 1;
}
