// reject: first-success
// takes the first that ends for the first that has something to give
#include "first_wins.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

asio::awaitable<lease> acquire(std::span<replica* const> replicas) {
  if (replicas.empty())
    throw all_failed({});
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  const auto ask = [&executor](replica* each) {
    return asio::co_spawn(executor, each->open(), asio::deferred);
  };
  std::vector<decltype(ask(nullptr))> requests;
  for (replica* const each : replicas)
    requests.push_back(ask(each));

  // The first to answer is the one we want; the group cancels the others, and waits for them.
  auto race = asio::experimental::make_parallel_group(std::move(requests));
  const auto [order, errors, leases] =
      co_await race.async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);

  const std::size_t first = order.front();
  if (errors[first])
    std::rethrow_exception(errors[first]);
  co_return leases[first];
}
