// reject: others-turn
// the beginning of the slice is the process's, set anew by each: an item that works something off
// itself begins the slice around it once more
#include "slice.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

using std::chrono::steady_clock;

namespace {

steady_clock::time_point begun;

} // namespace

asio::awaitable<void> work_off(backlog& items, std::chrono::nanoseconds slice) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  const asio::cancellation_state caller = co_await asio::this_coro::cancellation_state;
  begun = steady_clock::now();
  while (!items.empty()) {
    items.do_next();
    if (steady_clock::now() - begun < slice)
      continue;
    co_await asio::post(executor, asio::use_awaitable);
    if (caller.cancelled() != asio::cancellation_type::none)
      throw boost::system::system_error(asio::error::operation_aborted);
    begun = steady_clock::now();
  }
}
