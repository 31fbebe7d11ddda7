// reject: cancelled
// a turn by a timer that has expired: to cancel the wait is too late then, and one more slice comes
#include "slice.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

using std::chrono::steady_clock;

asio::awaitable<void> work_off(backlog& items, std::chrono::nanoseconds slice) {
  asio::steady_timer turn(co_await asio::this_coro::executor);
  steady_clock::time_point begun = steady_clock::now();
  while (!items.empty()) {
    items.do_next();
    if (steady_clock::now() - begun < slice)
      continue;
    turn.expires_after(std::chrono::nanoseconds(0));
    co_await turn.async_wait(asio::use_awaitable);
    begun = steady_clock::now();
  }
}
