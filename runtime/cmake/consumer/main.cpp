// An hour of virtual time, explored from outside the repository.

#include <weir/explore.hpp>

#include <iostream>

int main() {
  using namespace std::chrono_literals;
  const auto found = weir::explore({.name = "an hour"}, []() -> asio::awaitable<void> {
    const auto start = std::chrono::steady_clock::now();
    asio::steady_timer timer(co_await asio::this_coro::executor, 1h);
    co_await timer.async_wait(asio::use_awaitable);
    weir::expect(std::chrono::steady_clock::now() - start == 1h, "an hour is an hour");
  });
  std::cout << found.report() << '\n';
  return found ? 0 : 1;
}
