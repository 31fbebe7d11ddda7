// reject: full
// each worker has its share of the items from the beginning: who is done with it helps nobody
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

struct job {
  item_source& from;
  mapping& with;
  std::vector<int> items;
  std::vector<int> results;
  bool over = false; ///< nothing more is asked for
};

asio::awaitable<void> work(job& all, std::size_t first, std::size_t step) {
  try {
    for (std::size_t place = first; place < all.items.size() && !all.over; place += step) {
      const int result = co_await all.with.call(all.items[place]);
      all.results[place] = result;
    }
  } catch (...) {
    all.over = true;
    throw;
  }
}

} // namespace

asio::awaitable<std::vector<int>> bounded_map(item_source& from, mapping& with, std::size_t limit) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  const asio::cancellation_state cancellation = co_await asio::this_coro::cancellation_state;
  job all{.from = from, .with = with, .items = {}, .results = {}};
  while (const std::optional<int> item = from.next())
    all.items.push_back(*item);
  all.results.resize(all.items.size());
  const auto hire = [&](std::size_t first) {
    return asio::co_spawn(executor, work(all, first, limit), asio::deferred);
  };
  std::vector<decltype(hire(0))> workers;
  for (std::size_t i = 0; i < limit; ++i)
    workers.push_back(hire(i));

  auto group = asio::experimental::make_parallel_group(std::move(workers));
  const auto [order, errors] =
      co_await group.async_wait(asio::experimental::wait_for_one_error(), asio::use_awaitable);
  if (cancellation.cancelled() != asio::cancellation_type::none)
    throw boost::system::system_error(asio::error::operation_aborted);
  for (const std::size_t each : order) {
    if (errors[each])
      std::rethrow_exception(errors[each]);
  }
  co_return std::move(all.results);
}
