// reject: in-time
// the timer is set in milliseconds, and 900 microseconds are none
#include "deadline.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <exception>

asio::awaitable<int> reserve_within(charge_network& network, std::chrono::nanoseconds limit) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  const asio::cancellation_state caller = co_await asio::this_coro::cancellation_state;
  asio::steady_timer deadline(executor,
                              std::chrono::duration_cast<std::chrono::milliseconds>(limit));

  // `wait_for_one`, not `wait_for_one_success` as in `||`: an error is an answer too. Whoever is
  // first, the other is cancelled, and this goes on when both have ended. A cancellation from
  // outside reaches both.
  auto race = asio::experimental::make_parallel_group(
      asio::co_spawn(executor, network.reserve(), asio::deferred),
      deadline.async_wait(asio::deferred));
  const auto [order, failure, point, stopped] =
      co_await race.async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);

  // A point is a point, whoever was first: there is no other place for it to go.
  if (!failure)
    co_return point;
  // The call has ended without one. If the caller was cancelled, that is why, whatever the call has
  // thrown while it was withdrawn.
  if (caller.cancelled() != asio::cancellation_type::none)
    throw boost::system::system_error(asio::error::operation_aborted);
  // Or was it told to because the time was up? A timer that was stopped before its time says so.
  if (!stopped)
    throw boost::system::system_error(asio::error::timed_out);
  std::rethrow_exception(failure);
}
