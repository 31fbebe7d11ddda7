// reject: late-success
// releases what comes after the limit, but not what comes to a caller who was cancelled
#include "deadline.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/system_error.hpp>

#include <exception>
#include <optional>
#include <utility>

namespace {

struct outcome {
  std::optional<int> point;
  std::exception_ptr failure;
};

asio::awaitable<void> call(charge_network& network, outcome& what) {
  try {
    what.point = co_await network.reserve();
  } catch (...) {
    what.failure = std::current_exception();
  }
}

asio::awaitable<void> pass(std::chrono::nanoseconds limit, bool& passed) {
  asio::steady_timer timer(co_await asio::this_coro::executor, limit);
  boost::system::error_code stopped;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, stopped));
  passed = !stopped;
}

} // namespace

asio::awaitable<int> reserve_within(charge_network& network, std::chrono::nanoseconds limit) {
  using namespace asio::experimental::awaitable_operators;
  co_await asio::this_coro::throw_if_cancelled(false);
  const asio::cancellation_state cancellation = co_await asio::this_coro::cancellation_state;
  outcome what;
  bool passed = false;
  asio::awaitable<void> answer = call(network, what);
  asio::awaitable<void> deadline = pass(limit, passed);
  co_await (std::move(answer) || std::move(deadline));

  const bool cancelled = cancellation.cancelled() != asio::cancellation_type::none;
  if (what.point && !cancelled && !passed)
    co_return *what.point;
  if (cancelled)
    throw boost::system::system_error(asio::error::operation_aborted);
  if (what.point)
    network.release(*what.point);
  if (passed)
    throw boost::system::system_error(asio::error::timed_out);
  std::rethrow_exception(what.failure);
}
