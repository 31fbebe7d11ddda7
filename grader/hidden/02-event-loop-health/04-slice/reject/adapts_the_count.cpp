// reject: others-turn
// a count that adapts itself: half as many items when a slice was too long, twice as many when it
// was short
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
  unsigned long long batch = 1;
  unsigned long long done = 0;
  while (!items.empty()) {
    items.do_next();
    if (++done < batch)
      continue;
    const auto lasted = steady_clock::now() - begun;
    batch = lasted > slice ? batch / 2 + 1 : lasted < slice / 2 ? 2 * batch : batch;
    done = 0;
    co_await asio::post(executor, asio::use_awaitable);
    if (caller.cancelled() != asio::cancellation_type::none)
      throw boost::system::system_error(asio::error::operation_aborted);
    begun = steady_clock::now();
  }
}
