// reject: no-idle-worker
// the dispatcher is a task too, and is counted: one place less
#include "pipeline.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <exception>
#include <iterator>
#include <list>
#include <optional>
#include <utility>

using boost::system::error_code;
using boost::system::system_error;

namespace {

/// Tasks that are all awaited. The first that fails, and who is cancelled while he waits, cancels
/// the others.
class nursery {
public:
  explicit nursery(asio::any_io_executor executor)
      : executor_(executor), changed_(executor, asio::steady_timer::time_point::max()) {}

  void start(asio::awaitable<void> task) {
    stops_.emplace_back();
    const auto stop = std::prev(stops_.end());
    asio::co_spawn(executor_, std::move(task),
                   asio::bind_cancellation_slot(stop->slot(), [this, stop](std::exception_ptr why) {
                     stops_.erase(stop);
                     if (why)
                       fail(std::move(why));
                     changed_.cancel();
                   }));
  }

  [[nodiscard]] bool failed() const { return failure_ != nullptr; }

  /// For a task of the nursery.
  asio::awaitable<void> wait_until_below(std::size_t count) {
    while (stops_.size() >= count) {
      error_code woken;
      co_await changed_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
      const auto state = co_await asio::this_coro::cancellation_state;
      if (state.cancelled() != asio::cancellation_type::none)
        throw system_error(asio::error::operation_aborted);
    }
  }

  asio::awaitable<void> join() {
    co_await asio::this_coro::throw_if_cancelled(false);
    while (!stops_.empty()) {
      error_code woken;
      co_await changed_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
      const auto state = co_await asio::this_coro::cancellation_state;
      if (state.cancelled() != asio::cancellation_type::none) {
        co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
        fail(std::make_exception_ptr(system_error(asio::error::operation_aborted)));
      }
    }
    if (failure_)
      std::rethrow_exception(failure_);
  }

private:
  void fail(std::exception_ptr why) {
    if (failure_)
      return;
    failure_ = std::move(why);
    for (asio::cancellation_signal& stop : stops_)
      stop.emit(asio::cancellation_type::terminal);
  }

  asio::any_io_executor executor_;
  asio::steady_timer changed_;
  std::list<asio::cancellation_signal> stops_;
  std::exception_ptr failure_;
};

/// Is a task of the nursery itself.
asio::awaitable<void> dispatch(feed& from, service& to, std::size_t limit, nursery& tasks) {
  for (;;) {
    co_await tasks.wait_until_below(std::max<std::size_t>(limit, 2));
    const std::optional<int> item = co_await from.next();
    if (!item || tasks.failed())
      co_return; // an item that came in the instant of an error is dropped
    tasks.start(to.handle(*item));
  }
}

} // namespace

asio::awaitable<void> run_pipeline(feed& from, service& to, std::size_t limit) {
  nursery tasks(co_await asio::this_coro::executor);
  tasks.start(dispatch(from, to, limit, tasks));
  co_await tasks.join();
}
