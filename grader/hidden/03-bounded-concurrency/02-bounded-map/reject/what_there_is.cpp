// reject: cancelled
// cancelled, it returns the results that are there
// condition
#include "bounded_map.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <deque>
#include <exception>
#include <memory>
#include <set>
#include <utility>

namespace {

struct job : std::enable_shared_from_this<job> {
  job(asio::any_io_executor executor, item_source& source, mapping& mapped)
      : from(source), with(mapped), changed(std::move(executor)) {
    changed.expires_at(asio::steady_timer::time_point::max());
  }

  void stop(std::exception_ptr why) {
    if (!error)
      error = std::move(why);
    over = true;
    while (!running.empty()) {
      asio::cancellation_signal& one = signals[*running.begin()];
      running.erase(running.begin());
      one.emit(asio::cancellation_type::terminal);
    }
  }

  item_source& from;
  mapping& with;
  asio::steady_timer changed;
  std::vector<int> results;
  std::deque<asio::cancellation_signal> signals; ///< one for each item, until the last is done with
  std::set<std::size_t> running;                 ///< and not cancelled
  std::size_t unfinished = 0;
  std::exception_ptr error;
  bool over = false;
};

asio::awaitable<void> one_call(job& all, std::size_t place, int item) {
  try {
    const int result = co_await all.with.call(item);
    all.results[place] = result;
    all.running.erase(place);
  } catch (...) {
    all.running.erase(place);
    all.stop(std::current_exception());
  }
  --all.unfinished;
  all.changed.cancel();
}

void start_next(job& all) {
  try {
    const std::optional<int> item = all.from.next();
    if (!item) {
      all.over = true;
      return;
    }
    const std::size_t place = all.results.size();
    all.results.push_back(0);
    all.running.insert(place);
    asio::cancellation_signal& signal = all.signals.emplace_back();
    ++all.unfinished;
    asio::co_spawn(all.changed.get_executor(), one_call(all, place, *item),
                   asio::bind_cancellation_slot(
                       signal.slot(), [keep = all.shared_from_this()](std::exception_ptr) {}));
  } catch (...) {
    all.stop(std::current_exception());
  }
}

} // namespace

asio::awaitable<std::vector<int>> bounded_map(item_source& from, mapping& with, std::size_t limit) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  const asio::cancellation_state cancellation = co_await asio::this_coro::cancellation_state;
  co_await asio::this_coro::throw_if_cancelled(false);
  const auto shared = std::make_shared<job>(executor, from, with);
  job& all = *shared;
  for (bool told = false;;) {
    if (!told && cancellation.cancelled() != asio::cancellation_type::none) {
      told = true;
      all.stop(
          std::make_exception_ptr(boost::system::system_error(asio::error::operation_aborted)));
    }
    while (!all.over && all.unfinished < limit)
      start_next(all);
    if (all.unfinished == 0)
      break;
    co_await all.changed.async_wait(asio::as_tuple(asio::use_awaitable));
  }
  if (all.error && cancellation.cancelled() == asio::cancellation_type::none)
    std::rethrow_exception(all.error);
  co_return std::move(all.results);
}
