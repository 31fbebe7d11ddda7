// reject: end-waits
// a number that is 0 is taken for no item
#include "pipeline.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <utility>
#include <vector>

namespace {

/// Asks for an item only when it has nothing to do. What a queue of workers can hold is their
/// number.
asio::awaitable<void> work(feed& from, service& to) {
  while (const int item = (co_await from.next()).value_or(0))
    co_await to.handle(item);
}

} // namespace

asio::awaitable<void> run_pipeline(feed& from, service& to, std::size_t limit) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  const auto start = [&] {
    return asio::co_spawn(executor, work(from, to), asio::deferred);
  };
  std::vector<decltype(start())> workers;
  for (std::size_t i = 0; i < limit; ++i)
    workers.push_back(start());

  // An error cancels the other workers; either way this goes on when the last one has ended.
  auto group = asio::experimental::make_parallel_group(std::move(workers));
  const auto [order, errors] =
      co_await group.async_wait(asio::experimental::wait_for_one_error(), asio::use_awaitable);
  for (const std::size_t worker : order)
    if (errors[worker])
      std::rethrow_exception(errors[worker]);
}
