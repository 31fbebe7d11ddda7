// reject: in-order
// the results begin as 0, and what is 0 at the end has not been there
#include "bounded_map.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <exception>
#include <utility>

namespace {

/// What the workers share.
struct progress {
  item_source& from;
  mapping& with;
  std::vector<int> results; ///< one for each item that was asked for, in that order
};

/// Asks for an item only when it has nothing else to do, so what is asked for starts at once, and
/// nobody waits for a slow neighbour.
asio::awaitable<void> work(progress& all) {
  while (const std::optional<int> item = all.from.next()) {
    const std::size_t place = all.results.size();
    all.results.emplace_back();
    const int result = co_await all.with.call(*item);
    all.results[place] = result; // not a reference from before: the vector may have grown
  }
}

} // namespace

asio::awaitable<std::vector<int>> bounded_map(item_source& from, mapping& with, std::size_t limit) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  const asio::cancellation_state caller = co_await asio::this_coro::cancellation_state;
  progress all{from, with, {}};
  const auto start = [&] {
    return asio::co_spawn(executor, work(all), asio::deferred);
  };
  std::vector<decltype(start())> workers;
  for (std::size_t i = 0; i < limit; ++i)
    workers.push_back(start());

  // The first error cancels the other workers, and so does a cancellation from outside; either way
  // this goes on when the last of them has ended, and `order` says who was first.
  auto group = asio::experimental::make_parallel_group(std::move(workers));
  const auto [order, errors] =
      co_await group.async_wait(asio::experimental::wait_for_one_error(), asio::use_awaitable);
  for (const std::size_t worker : order) {
    if (!errors[worker])
      continue;
    // What a call throws while it is cancelled is its own matter.
    if (caller.cancelled() != asio::cancellation_type::none)
      throw boost::system::system_error(asio::error::operation_aborted);
    std::rethrow_exception(errors[worker]);
  }
  std::erase(all.results, 0);
  co_return std::move(all.results);
}
