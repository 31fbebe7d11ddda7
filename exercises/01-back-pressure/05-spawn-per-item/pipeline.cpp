#include "pipeline.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/experimental/channel.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/error_code.hpp>

using boost::system::error_code;

namespace {

using item_channel = asio::experimental::channel<void(error_code, int)>;

/// Waits while the channel is full: nothing is read that there is no room for.
asio::awaitable<void> read(feed& from, item_channel& channel) {
  while (const std::optional<int> item = co_await from.next())
    co_await channel.async_send(error_code(), *item, asio::use_awaitable);
  co_await channel.async_send(asio::error::eof, 0, asio::use_awaitable);
}

asio::awaitable<void> dispatch(item_channel& channel, service& to) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  for (;;) {
    const auto [end, item] = co_await channel.async_receive(asio::as_tuple(asio::use_awaitable));
    if (end)
      co_return;
    asio::co_spawn(executor, to.handle(item), asio::detached); // so as not to block
  }
}

} // namespace

asio::awaitable<void> run_pipeline(feed& from, service& to, std::size_t limit) {
  using namespace asio::experimental::awaitable_operators;
  item_channel channel(co_await asio::this_coro::executor, limit);
  co_await (read(from, channel) && dispatch(channel, to));
}
