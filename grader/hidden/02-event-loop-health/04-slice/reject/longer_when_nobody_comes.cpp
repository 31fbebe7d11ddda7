// reject: others-turn
// when nobody has used ten turns in a row, slices may be twice as long
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
  const asio::cancellation_state caller = co_await asio::this_coro::cancellation_state;
  steady_clock::time_point begun = steady_clock::now();
  std::chrono::nanoseconds lasts = slice;
  int unused = 0;
  while (!items.empty()) {
    items.do_next();
    if (steady_clock::now() - begun < lasts)
      continue;
    const auto asked = steady_clock::now();
    co_await asio::post(executor, asio::use_awaitable);
    if (caller.cancelled() != asio::cancellation_type::none)
      throw boost::system::system_error(asio::error::operation_aborted);
    begun = steady_clock::now();
    unused = begun == asked ? unused + 1 : 0;
    lasts = unused >= 10 && slice < std::chrono::hours(1) ? 2 * slice : slice;
  }
}
