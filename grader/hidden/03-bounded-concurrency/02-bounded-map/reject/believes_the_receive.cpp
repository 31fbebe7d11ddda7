// reject: cancelled
// asks the receive whether it was cancelled: a report that comes in the same instant hides it
#include "bounded_map.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/experimental/channel.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/system_error.hpp>

#include <exception>
#include <map>
#include <utility>

using boost::system::error_code;

namespace {

struct report {
  std::size_t place = 0;
  std::exception_ptr error;
  int result = 0;
};

using reports = asio::experimental::channel<void(error_code, report)>;

} // namespace

asio::awaitable<std::vector<int>> bounded_map(item_source& from, mapping& with, std::size_t limit) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  reports ended(executor, limit);
  std::map<std::size_t, asio::cancellation_signal> running;
  std::vector<int> results;
  std::exception_ptr error;
  bool over = false;

  const auto stop = [&](std::exception_ptr why) {
    over = true;
    if (error)
      return;
    error = std::move(why);
    for (auto& [place, signal] : running)
      signal.emit(asio::cancellation_type::terminal);
  };

  co_await asio::this_coro::throw_if_cancelled(false);
  for (;;) {
    while (!over && running.size() < limit) {
      try {
        const std::optional<int> item = from.next();
        if (!item) {
          over = true;
          break;
        }
        const std::size_t place = results.size();
        results.push_back(0);
        asio::co_spawn(
            executor, with.call(*item),
            asio::bind_cancellation_slot(
                running[place].slot(), [&ended, place](std::exception_ptr failure, int result) {
                  ended.async_send(error_code(), report{place, failure, result}, asio::detached);
                }));
      } catch (...) {
        stop(std::current_exception());
      }
    }
    if (running.empty())
      break;
    const auto [stopped, got] = co_await ended.async_receive(asio::as_tuple(asio::use_awaitable));
    if (stopped) {
      stop(std::make_exception_ptr(boost::system::system_error(asio::error::operation_aborted)));
      co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
      continue;
    }
    running.erase(got.place);
    results[got.place] = got.result;
    if (got.error)
      stop(got.error);
  }
  if (error)
    std::rethrow_exception(error);
  co_return results;
}
