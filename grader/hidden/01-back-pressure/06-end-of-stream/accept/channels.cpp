// accept: three coroutines in a parallel group, channels with the end in band
#include "stages.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/experimental/channel.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <array>
#include <exception>

using boost::system::error_code;
using boost::system::system_error;

namespace {

using belt = asio::experimental::channel<void(error_code, int)>;

asio::awaitable<void> read_all(reader& from, belt& out) {
  while (const std::optional<int> item = co_await from.read())
    co_await out.async_send(error_code{}, *item, asio::use_awaitable);
  co_await out.async_send(asio::error::eof, 0, asio::use_awaitable);
}

asio::awaitable<void> transform_all(belt& in, transformer& by, belt& out) {
  for (;;) {
    const auto [end, item] = co_await in.async_receive(asio::as_tuple(asio::use_awaitable));
    if (end == asio::error::eof)
      break;
    if (end)
      throw system_error(end);
    const int transformed = co_await by.transform(item);
    co_await out.async_send(error_code{}, transformed, asio::use_awaitable);
  }
  co_await out.async_send(asio::error::eof, 0, asio::use_awaitable);
}

asio::awaitable<void> write_all(belt& in, writer& to) {
  for (;;) {
    const auto [end, item] = co_await in.async_receive(asio::as_tuple(asio::use_awaitable));
    if (end == asio::error::eof)
      co_return;
    if (end)
      throw system_error(end);
    co_await to.write(item);
  }
}

} // namespace

asio::awaitable<void> run_stages(reader& from, transformer& by, writer& to, std::size_t capacity) {
  const auto executor = co_await asio::this_coro::executor;
  belt raw(executor, capacity);
  belt done(executor, capacity);
  auto group = asio::experimental::make_parallel_group(
      asio::co_spawn(executor, read_all(from, raw), asio::deferred),
      asio::co_spawn(executor, transform_all(raw, by, done), asio::deferred),
      asio::co_spawn(executor, write_all(done, to), asio::deferred));
  const auto [order, reading, transforming, writing] =
      co_await group.async_wait(asio::experimental::wait_for_one_error(), asio::use_awaitable);

  const auto state = co_await asio::this_coro::cancellation_state;
  if (state.cancelled() != asio::cancellation_type::none)
    throw system_error(asio::error::operation_aborted);
  const std::array ends{reading, transforming, writing};
  for (const std::size_t which : order)
    if (ends[which])
      std::rethrow_exception(ends[which]);
}
