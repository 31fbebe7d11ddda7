// accept: what the brief leaves open: a turn before the first item, a slice that ends with the item
// that cancels, a turn before an error is thrown, and the cancellation before the error
#include "slice.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <exception>

using std::chrono::steady_clock;

asio::awaitable<void> work_off(backlog& items, std::chrono::nanoseconds slice) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  const asio::cancellation_state caller = co_await asio::this_coro::cancellation_state;
  co_await asio::this_coro::throw_if_cancelled(false);
  const auto goes_on = [caller] {
    return caller.cancelled() == asio::cancellation_type::none;
  };
  std::exception_ptr error;
  for (;;) {
    co_await asio::post(executor, asio::use_awaitable);
    if (!goes_on())
      throw boost::system::system_error(asio::error::operation_aborted);
    if (error)
      std::rethrow_exception(error);
    if (items.empty())
      co_return;
    const auto begun = steady_clock::now();
    try {
      while (goes_on() && !items.empty() && steady_clock::now() - begun < slice)
        items.do_next();
    } catch (...) {
      error = std::current_exception();
    }
  }
}
