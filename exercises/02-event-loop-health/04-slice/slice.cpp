#include "slice.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace {

/// An item takes a microsecond, measured on the production server.
constexpr std::chrono::nanoseconds per_item = std::chrono::microseconds(1);

} // namespace

asio::awaitable<void> work_off(backlog& items, std::chrono::nanoseconds slice) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  const auto items_per_slice = std::max<std::chrono::nanoseconds::rep>(slice / per_item, 1);
  for (std::chrono::nanoseconds::rep done = 0; !items.empty();) {
    items.do_next();
    // The clock is not asked: that costs as much as some items do.
    if (++done % items_per_slice == 0)
      co_await asio::post(executor, asio::use_awaitable);
  }
}
