// accept: one loop that waits for the feed or for a report, whichever comes first; reports in a
// channel
#include "pipeline.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/experimental/channel.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <exception>
#include <iterator>
#include <list>
#include <optional>
#include <utility>

using boost::system::error_code;

namespace {

using stop_list = std::list<asio::cancellation_signal>;

/// How an item ended.
struct report {
  stop_list::iterator item;
  std::exception_ptr error;
};

using reports = asio::experimental::channel<void(error_code, report)>;

/// What the loop knows.
struct book {
  void enter(const report& ended) {
    at_work.erase(ended.item);
    if (ended.error)
      stop(ended.error);
  }

  void stop(std::exception_ptr why) {
    if (failure)
      return;
    failure = std::move(why);
    for (asio::cancellation_signal& each : at_work)
      each.emit(asio::cancellation_type::terminal);
  }

  stop_list at_work;
  bool at_end = false;
  std::exception_ptr failure;
};

void start(const asio::any_io_executor& executor, asio::awaitable<void> work, book& all,
           reports& out) {
  all.at_work.emplace_back();
  const auto item = std::prev(all.at_work.end());
  asio::co_spawn(executor, std::move(work),
                 asio::bind_cancellation_slot(item->slot(), [item, &out](std::exception_ptr error) {
                   // as many of them wait as there are places
                   out.async_send(error_code{}, report{item, error}, asio::detached);
                 }));
}

/// Looks at both: an item may come in the same instant as a report.
asio::awaitable<void> take_or_enter(feed& from, service& to, book& all, reports& ended) {
  const auto executor = co_await asio::this_coro::executor;
  auto group = asio::experimental::make_parallel_group(
      asio::co_spawn(executor, from.next(), asio::deferred), ended.async_receive(asio::deferred));
  const auto [order, not_taken, item, none, entry] =
      co_await group.async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
  if (!none)
    all.enter(entry);
  if (!not_taken && !item)
    all.at_end = true;
  else if (!not_taken && !all.failure)
    start(executor, to.handle(*item), all, ended);
}

} // namespace

asio::awaitable<void> run_pipeline(feed& from, service& to, std::size_t limit) {
  reports ended(co_await asio::this_coro::executor, 0);
  book all;
  co_await asio::this_coro::throw_if_cancelled(false);
  for (;;) {
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) {
      all.stop(
          std::make_exception_ptr(boost::system::system_error(asio::error::operation_aborted)));
      co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    }
    const bool may_take = !all.at_end && !all.failure;
    if (may_take && all.at_work.size() < limit) {
      co_await take_or_enter(from, to, all, ended);
    } else if (!all.at_work.empty()) {
      report entry;
      try {
        entry = co_await ended.async_receive(asio::use_awaitable);
      } catch (const boost::system::system_error&) {
        continue; // cancelled
      }
      all.enter(entry);
    } else {
      break;
    }
  }
  if (all.failure)
    std::rethrow_exception(all.failure);
}
