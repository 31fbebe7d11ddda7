// reject: cancelled
// who has come so far finishes: after a thousand slices it is not worth it to give up
#include "slice.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

using std::chrono::steady_clock;

asio::awaitable<void> work_off(backlog& items, std::chrono::nanoseconds slice) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  co_await asio::this_coro::throw_if_cancelled(false);
  const asio::cancellation_state caller = co_await asio::this_coro::cancellation_state;
  steady_clock::time_point begun = steady_clock::now();
  int slices = 0;
  while (!items.empty()) {
    items.do_next();
    if (steady_clock::now() - begun < slice)
      continue;
    co_await asio::post(executor, asio::use_awaitable);
    if (++slices <= 1000 && caller.cancelled() != asio::cancellation_type::none)
      throw boost::system::system_error(asio::error::operation_aborted);
    begun = steady_clock::now();
  }
}
