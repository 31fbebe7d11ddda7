// reject: others-turn
// 32 bits, and no sign, are enough for a slice: an item of 4.296 s has lasted 1 ms by them
#include "slice.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <cstdint>

using std::chrono::steady_clock;

asio::awaitable<void> work_off(backlog& items, std::chrono::nanoseconds slice) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  const asio::cancellation_state caller = co_await asio::this_coro::cancellation_state;
  steady_clock::time_point begun = steady_clock::now();
  while (!items.empty()) {
    items.do_next();
    const auto lasted = static_cast<std::uint32_t>((steady_clock::now() - begun).count());
    if (lasted < static_cast<std::uint64_t>(slice.count()))
      continue;
    co_await asio::post(executor, asio::use_awaitable);
    if (caller.cancelled() != asio::cancellation_type::none)
      throw boost::system::system_error(asio::error::operation_aborted);
    begun = steady_clock::now();
  }
}
