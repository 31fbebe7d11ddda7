// An hour of virtual time.
#include <weir/explore.hpp>
#include <weir/testing.hpp>

#include <cstdio>

using namespace std::chrono_literals;

// [claim]
asio::awaitable<void> wait_for_an_hour() {
  co_await weir::testing::pass(1h);
}
// [/claim]

int main() {
  const auto found = weir::explore({.name = "an hour"}, wait_for_an_hour);
  if (!found) {
    std::fputs(found.report().c_str(), stderr);
    return 1;
  }
  std::puts("an hour has passed, and none of yours");
}
