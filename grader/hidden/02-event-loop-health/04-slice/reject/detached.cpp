// reject: cancelled
// the work goes on in a task of its own: who waits for it can be cancelled at once, it can not
#include "slice.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <exception>
#include <memory>
#include <utility>

using std::chrono::steady_clock;

namespace {

asio::awaitable<void> all_of(backlog& items, std::chrono::nanoseconds slice) {
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

} // namespace

asio::awaitable<void> work_off(backlog& items, std::chrono::nanoseconds slice) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  const auto ended =
      std::make_shared<asio::steady_timer>(executor, steady_clock::time_point::max());
  const auto error = std::make_shared<std::exception_ptr>();
  asio::co_spawn(executor, all_of(items, slice), [ended, error](std::exception_ptr how) {
    *error = std::move(how);
    ended->expires_at(steady_clock::time_point::min());
  });
  co_await ended->async_wait(asio::as_tuple(asio::use_awaitable));
  const asio::cancellation_state caller = co_await asio::this_coro::cancellation_state;
  if (caller.cancelled() != asio::cancellation_type::none)
    throw boost::system::system_error(asio::error::operation_aborted);
  if (*error)
    std::rethrow_exception(*error);
}
