// reject: failure
// the error is thrown again as a system_error, and its type is lost
#include "stages.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/experimental/channel.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <array>
#include <exception>

using boost::system::error_code;
using boost::system::system_error;

namespace {

using belt = asio::experimental::channel<void(error_code, int)>;

/// The next item; empty at the end, which is sent like an item and so stands behind all of them.
asio::awaitable<std::optional<int>> take(belt& from) {
  const auto [end, item] = co_await from.async_receive(asio::as_tuple(asio::use_awaitable));
  if (end == asio::error::eof)
    co_return std::nullopt;
  if (end)
    throw system_error(end);
  co_return item;
}

asio::awaitable<void> read_all(reader& from, belt& out) {
  while (const std::optional<int> item = co_await from.read())
    co_await out.async_send(error_code{}, *item, asio::use_awaitable);
  co_await out.async_send(asio::error::eof, 0, asio::use_awaitable);
}

asio::awaitable<void> transform_all(belt& in, transformer& by, belt& out) {
  while (const std::optional<int> item = co_await take(in)) {
    const int transformed = co_await by.transform(*item);
    co_await out.async_send(error_code{}, transformed, asio::use_awaitable);
  }
  co_await out.async_send(asio::error::eof, 0, asio::use_awaitable);
}

asio::awaitable<void> write_all(belt& in, writer& to) {
  while (const std::optional<int> item = co_await take(in))
    co_await to.write(*item);
}

} // namespace

asio::awaitable<void> run_stages(reader& from, transformer& by, writer& to, std::size_t capacity) {
  auto executor = co_await asio::this_coro::executor;
  belt raw(executor, capacity);
  belt done(executor, capacity);

  // The first stage to fail has the others cancelled; the group ends when all three have.
  auto stages = asio::experimental::make_parallel_group(
      asio::co_spawn(executor, read_all(from, raw), asio::deferred),
      asio::co_spawn(executor, transform_all(raw, by, done), asio::deferred),
      asio::co_spawn(executor, write_all(done, to), asio::deferred));
  const auto [order, reading, transforming, writing] =
      co_await stages.async_wait(asio::experimental::wait_for_one_error(), asio::use_awaitable);

  const std::array failures{reading, transforming, writing};
  for (const std::size_t stage : order) {
    if (!failures[stage])
      continue;
    // Those that were cancelled end later than the one that failed, unless it was the caller.
    if ((co_await asio::this_coro::cancellation_state).cancelled() != asio::cancellation_type::none)
      throw system_error(asio::error::operation_aborted);
    try {
      std::rethrow_exception(failures[stage]);
    } catch (const system_error& e) {
      throw system_error(e.code());
    }
  }
}
