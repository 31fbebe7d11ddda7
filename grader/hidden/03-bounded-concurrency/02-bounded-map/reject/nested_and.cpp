// reject: first-error
// a tree of && : an error cancels its neighbour, but the levels above learn of it only when that
// has tidied up
#include "bounded_map.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include <exception>
#include <utility>

namespace {

struct job {
  item_source& from;
  mapping& with;
  asio::cancellation_state outside;
  std::vector<int> results;
  std::exception_ptr error;
  bool over = false;

  std::optional<int> take() {
    if (outside.cancelled() != asio::cancellation_type::none)
      over = true;
    if (over)
      return std::nullopt;
    const std::optional<int> item = from.next();
    over = !item;
    if (item)
      results.push_back(0);
    return item;
  }

  void fail(std::exception_ptr why) {
    over = true;
    if (!error)
      error = std::move(why);
  }
};

asio::awaitable<void> begin_with(job& all, std::optional<int> item) {
  try {
    while (item) {
      const std::size_t place = all.results.size() - 1;
      const int result = co_await all.with.call(*item);
      all.results[place] = result;
      item = all.take();
    }
  } catch (...) {
    all.fail(std::current_exception());
    throw;
  }
}

asio::awaitable<void> work(job& all, std::size_t places) {
  using namespace asio::experimental::awaitable_operators;
  std::optional<int> item;
  try {
    item = all.take();
  } catch (...) {
    all.fail(std::current_exception());
    throw;
  }
  if (!item)
    co_return;
  asio::awaitable<void> mine = begin_with(all, item);
  if (places == 1) {
    co_await std::move(mine);
  } else {
    asio::awaitable<void> others = work(all, places - 1);
    co_await (std::move(mine) && std::move(others));
  }
}

} // namespace

asio::awaitable<std::vector<int>> bounded_map(item_source& from, mapping& with, std::size_t limit) {
  const asio::cancellation_state outside = co_await asio::this_coro::cancellation_state;
  job all{.from = from, .with = with, .outside = outside, .results = {}, .error = {}};
  try {
    co_await work(all, limit);
  } catch (...) {
    all.fail(std::current_exception());
  }
  if (outside.cancelled() != asio::cancellation_type::none)
    throw boost::system::system_error(asio::error::operation_aborted);
  if (all.error)
    std::rethrow_exception(all.error);
  co_return std::move(all.results);
}
