// accept: spawned loops with a signal each, a shared record of the end, a timer for the last to go
#include "supervisor.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <deque>
#include <exception>
#include <memory>
#include <utility>

using std::chrono::nanoseconds;
using std::chrono::steady_clock;

namespace {

struct family {
  family(asio::any_io_executor executor, std::vector<child> of, restart_policy how,
         asio::cancellation_state parent)
      : children(std::move(of)),
        policy(how),
        caller(parent),
        signals(children.size()),
        running(children.size()),
        all_gone(std::move(executor), steady_clock::time_point::max()) {}

  void end() {
    if (std::exchange(ending, true))
      return;
    for (asio::cancellation_signal& each : signals)
      each.emit(asio::cancellation_type::terminal);
  }

  /// Also in the moment in which the caller has been cancelled and supervise() has not heard of it.
  [[nodiscard]] bool over() const {
    return ending || caller.cancelled() != asio::cancellation_type::none;
  }

  std::vector<child> children;
  restart_policy policy;
  asio::cancellation_state caller; ///< not to be asked once it is ending
  std::deque<asio::cancellation_signal> signals;
  std::deque<steady_clock::time_point> failures;
  std::size_t running;
  bool ending = false;
  std::exception_ptr reason;
  asio::steady_timer all_gone;
};

asio::awaitable<void> one(std::shared_ptr<family> all, std::size_t number) {
  co_await asio::this_coro::throw_if_cancelled(false);
  asio::steady_timer pause(co_await asio::this_coro::executor);
  while (!all->over()) {
    std::exception_ptr failure;
    try {
      co_await asio::this_coro::throw_if_cancelled(true);
      asio::awaitable<void> running = all->children[number]();
      co_await std::move(running);
      break;
    } catch (...) {
      failure = std::current_exception();
    }
    // The child ran in this coroutine, and may have shielded it.
    co_await asio::this_coro::reset_cancellation_state(asio::enable_terminal_cancellation());
    co_await asio::this_coro::throw_if_cancelled(false);
    if (all->over())
      break;
    const auto now = steady_clock::now();
    all->failures.push_back(now);
    while (now - all->failures.front() >= all->policy.period)
      all->failures.pop_front();
    if (all->failures.size() > all->policy.intensity) {
      all->reason = failure;
      all->end();
      break;
    }
    boost::system::error_code ignored;
    pause.expires_after(all->policy.backoff);
    co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
  if (--all->running == 0)
    all->all_gone.cancel();
}

} // namespace

asio::awaitable<void> supervise(std::vector<child> children, restart_policy policy) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  const asio::cancellation_state caller = co_await asio::this_coro::cancellation_state;
  co_await asio::this_coro::throw_if_cancelled(false);
  const auto all = std::make_shared<family>(executor, std::move(children), policy, caller);
  for (std::size_t i = 0; i < all->children.size(); ++i)
    asio::co_spawn(
        executor, one(all, i),
        asio::bind_cancellation_slot(all->signals[i].slot(), [all](std::exception_ptr) {}));
  while (all->running != 0) {
    boost::system::error_code ignored;
    co_await all->all_gone.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    if (caller.cancelled() != asio::cancellation_type::none) {
      all->end();
      co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
      while (all->running != 0)
        co_await all->all_gone.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
      throw boost::system::system_error(asio::error::operation_aborted);
    }
  }
  if (all->reason)
    std::rethrow_exception(all->reason);
}
