// reject: bounded
// each worker fetches its next item during the one it has
#include "pipeline.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <exception>
#include <optional>
#include <utility>
#include <vector>

namespace {

asio::awaitable<void> work(feed& from, service& to) {
  using namespace asio::experimental::awaitable_operators;
  std::optional<int> item = co_await from.next();
  while (item) {
    asio::awaitable<void> handling = to.handle(*item);
    asio::awaitable<std::optional<int>> asking = from.next();
    item = co_await (std::move(handling) && std::move(asking));
  }
}

} // namespace

asio::awaitable<void> run_pipeline(feed& from, service& to, std::size_t limit) {
  const auto executor = co_await asio::this_coro::executor;
  using worker = decltype(asio::co_spawn(executor, work(from, to), asio::deferred));
  std::vector<worker> workers;
  for (std::size_t n = 0; n != limit; ++n)
    workers.push_back(asio::co_spawn(executor, work(from, to), asio::deferred));
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
