// accept: coroutines: one for a slice and one for the turns in between; no exception of a
// cancellation but its own
#include "slice.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

using std::chrono::steady_clock;

namespace {

asio::awaitable<void> a_slice(backlog& items, std::chrono::nanoseconds lasts) {
  const auto begun = steady_clock::now();
  do
    items.do_next();
  while (!items.empty() && steady_clock::now() - begun < lasts);
  co_return;
}

asio::awaitable<bool> cancelled() {
  const asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
  co_return state.cancelled() != asio::cancellation_type::none;
}

} // namespace

asio::awaitable<void> work_off(backlog& items, std::chrono::nanoseconds slice) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  co_await asio::this_coro::throw_if_cancelled(false);
  while (!items.empty()) {
    co_await asio::post(executor, asio::use_awaitable);
    const bool gives_up = co_await cancelled();
    if (gives_up)
      throw boost::system::system_error(asio::error::operation_aborted);
    if (!items.empty())
      co_await a_slice(items, slice);
  }
}
