// reject: first-error
// waits for all, and throws the error of the first item in order instead of the first in time
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
  std::vector<int> results;
  bool over = false; ///< nothing more is asked for
};

asio::awaitable<void> work(job& all) {
  try {
    while (!all.over) {
      const std::optional<int> item = all.from.next();
      if (!item)
        break;
      const std::size_t place = all.results.size();
      all.results.push_back(0);
      const int result = co_await all.with.call(*item);
      all.results[place] = result;
    }
  } catch (...) {
    all.over = true;
    throw;
  }
  all.over = true;
}

} // namespace

asio::awaitable<std::vector<int>> bounded_map(item_source& from, mapping& with, std::size_t limit) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  const asio::cancellation_state cancellation = co_await asio::this_coro::cancellation_state;
  job all{.from = from, .with = with, .results = {}};
  const auto hire = [&] {
    return asio::co_spawn(executor, work(all), asio::deferred);
  };
  std::vector<decltype(hire())> workers;
  for (std::size_t i = 0; i < limit; ++i)
    workers.push_back(hire());

  auto group = asio::experimental::make_parallel_group(std::move(workers));
  [[maybe_unused]] const auto [order, errors] =
      co_await group.async_wait(asio::experimental::wait_for_one_error(), asio::use_awaitable);
  if (cancellation.cancelled() != asio::cancellation_type::none)
    throw boost::system::system_error(asio::error::operation_aborted);
  for (const std::exception_ptr& error : errors) {
    if (error)
      std::rethrow_exception(error);
  }
  co_return std::move(all.results);
}
