// accept: a timer: a turn is a timer that has expired already; a slice goes on while it is not
// longer than it may be
#include "slice.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

using std::chrono::steady_clock;

namespace {

/// Until the slice is used up.
void one_slice(backlog& items, std::chrono::nanoseconds slice) {
  const auto begun = steady_clock::now();
  while (!items.empty() && steady_clock::now() - begun <= slice)
    items.do_next();
}

} // namespace

asio::awaitable<void> work_off(backlog& items, std::chrono::nanoseconds slice) {
  asio::steady_timer turn(co_await asio::this_coro::executor);
  while (!items.empty()) {
    one_slice(items, slice);
    turn.expires_after(std::chrono::nanoseconds(0));
    co_await turn.async_wait(asio::use_awaitable);
    const asio::cancellation_state caller = co_await asio::this_coro::cancellation_state;
    if (caller.cancelled() != asio::cancellation_type::none)
      throw boost::system::system_error(asio::error::operation_aborted);
  }
}
