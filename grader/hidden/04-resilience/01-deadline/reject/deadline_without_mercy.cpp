// reject: late-success
// who is late gets timed_out: the point of the cancelled call is forgotten
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
  const asio::cancellation_state cancellation = co_await asio::this_coro::cancellation_state;
  asio::steady_timer timer(executor, limit);
  auto both = asio::experimental::make_parallel_group(
      asio::co_spawn(executor, network.reserve(), asio::deferred),
      timer.async_wait(asio::deferred));
  const auto [order, failure, point, stopped] =
      co_await both.async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
  if (!failure && stopped)
    co_return point;
  if (cancellation.cancelled() != asio::cancellation_type::none)
    throw boost::system::system_error(asio::error::operation_aborted);
  if (!stopped)
    throw boost::system::system_error(asio::error::timed_out);
  std::rethrow_exception(failure);
}
