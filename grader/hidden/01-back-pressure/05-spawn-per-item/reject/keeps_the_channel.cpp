// reject: bounded
// workers, and the bounded channel in front of them stays: the limit counts twice
#include "pipeline.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/experimental/channel.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <exception>
#include <optional>
#include <utility>
#include <vector>

namespace {

using belt = asio::experimental::channel<void(boost::system::error_code, std::optional<int>)>;

asio::awaitable<void> read(feed& from, belt& out, std::size_t workers) {
  while (const std::optional<int> item = co_await from.next())
    co_await out.async_send({}, item, asio::use_awaitable);
  while (workers-- > 0)
    co_await out.async_send({}, std::nullopt, asio::use_awaitable);
}

asio::awaitable<void> work(belt& in, service& to) {
  while (const std::optional<int> item = co_await in.async_receive(asio::use_awaitable))
    co_await to.handle(*item);
}

} // namespace

asio::awaitable<void> run_pipeline(feed& from, service& to, std::size_t limit) {
  const auto executor = co_await asio::this_coro::executor;
  belt in(executor, limit);
  using worker = decltype(asio::co_spawn(executor, work(in, to), asio::deferred));
  std::vector<worker> workers;
  for (std::size_t n = 0; n != limit; ++n)
    workers.push_back(asio::co_spawn(executor, work(in, to), asio::deferred));
  workers.push_back(asio::co_spawn(executor, read(from, in, limit), asio::deferred));
  auto group = asio::experimental::make_parallel_group(std::move(workers));
  const auto [order, ends] =
      co_await group.async_wait(asio::experimental::wait_for_one_error(), asio::use_awaitable);

  const auto state = co_await asio::this_coro::cancellation_state;
  if (state.cancelled() != asio::cancellation_type::none)
    throw boost::system::system_error(asio::error::operation_aborted);
  for (const std::size_t which : order)
    if (ends[which])
      std::rethrow_exception(ends[which]);
}
