// A program one of whose files was compiled without the prelude: its first run says so.
#include "forgetful.hpp"

#include <weir/explore.hpp>

#include <iostream>

int main() {
  const auto found = weir::explore({.name = "a forgotten prelude"}, []() -> asio::awaitable<void> {
    const forgetful object(co_await asio::this_coro::executor);
  });
  std::cout << found.report();
}
