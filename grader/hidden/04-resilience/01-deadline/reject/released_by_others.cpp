// reject: late-success
// a late point is released in a handler of its own, which may run after the caller has gone on
#include "deadline.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/system_error.hpp>

#include <exception>
#include <memory>
#include <utility>

using boost::system::error_code;

namespace {

struct running_call {
  explicit running_call(asio::any_io_executor executor) : ended(std::move(executor)) {}

  asio::steady_timer ended; ///< or the limit has passed
  asio::cancellation_signal signal;
  bool done = false;
  std::exception_ptr failure;
  int point = 0;
};

} // namespace

asio::awaitable<int> reserve_within(charge_network& network, std::chrono::nanoseconds limit) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  const asio::cancellation_state cancellation = co_await asio::this_coro::cancellation_state;
  co_await asio::this_coro::throw_if_cancelled(false);
  const auto call = std::make_shared<running_call>(executor);
  call->ended.expires_after(limit);
  asio::co_spawn(executor, network.reserve(),
                 asio::bind_cancellation_slot(call->signal.slot(),
                                              [call](std::exception_ptr failure, int point) {
                                                call->done = true;
                                                call->failure = std::move(failure);
                                                call->point = point;
                                                call->ended.cancel();
                                              }));

  error_code reason;
  if (!call->done)
    co_await call->ended.async_wait(asio::as_tuple(asio::use_awaitable));
  if (cancellation.cancelled() != asio::cancellation_type::none)
    reason = asio::error::operation_aborted;
  else if (!call->done)
    reason = asio::error::timed_out;

  if (!call->done) {
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    call->ended.expires_at(asio::steady_timer::time_point::max());
    call->signal.emit(asio::cancellation_type::terminal);
    while (!call->done)
      co_await call->ended.async_wait(asio::as_tuple(asio::use_awaitable));
  }

  if (!reason && call->failure)
    std::rethrow_exception(call->failure);
  if (reason) {
    if (!call->failure)
      asio::post(executor, [call, &network] { network.release(call->point); });
    throw boost::system::system_error(reason);
  }
  co_return call->point;
}
