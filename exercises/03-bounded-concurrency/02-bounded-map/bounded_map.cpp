#include "bounded_map.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <utility>

/// In chunks of `limit`: never more than that many calls at a time.
asio::awaitable<std::vector<int>> bounded_map(item_source& from, mapping& with, std::size_t limit) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  const auto start = [&](int item) {
    return asio::co_spawn(executor, with.call(item), asio::deferred);
  };

  std::vector<int> results;
  for (;;) {
    std::vector<decltype(start(0))> chunk;
    while (chunk.size() < limit) {
      const std::optional<int> item = from.next();
      if (!item)
        break;
      chunk.push_back(start(*item));
    }
    if (chunk.empty())
      co_return results;

    auto group = asio::experimental::make_parallel_group(std::move(chunk));
    const auto [order, errors, values] =
        co_await group.async_wait(asio::experimental::wait_for_all(), asio::use_awaitable);
    for (const std::exception_ptr& error : errors)
      if (error)
        std::rethrow_exception(error);
    results.insert(results.end(), values.begin(), values.end());
  }
}
