#include "deadline.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <variant>

asio::awaitable<int> reserve_within(charge_network& network, std::chrono::nanoseconds limit) {
  using namespace asio::experimental::awaitable_operators;

  asio::steady_timer deadline(co_await asio::this_coro::executor, limit);

  // The answer or the deadline: `||` cancels whichever is not first.
  const auto first = co_await (network.reserve() || deadline.async_wait(asio::use_awaitable));
  if (first.index() == 1)
    throw boost::system::system_error(asio::error::timed_out);
  co_return std::get<0>(first);
}
