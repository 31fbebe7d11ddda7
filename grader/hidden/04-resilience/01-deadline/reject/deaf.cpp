// reject: cancelled
// the call is spawned with a signal that the deadline alone knows: a cancelled caller waits for the
// limit
#include "deadline.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/system_error.hpp>

#include <exception>
#include <functional>
#include <memory>
#include <utility>

using boost::system::error_code;

namespace {

class limited_call : public std::enable_shared_from_this<limited_call> {
public:
  using done_handler = std::function<void(std::exception_ptr, int)>;

  limited_call(asio::any_io_executor executor, charge_network& network,
               std::chrono::nanoseconds limit)
      : executor_(std::move(executor)), network_(network), timer_(executor_, limit) {}

  void start(done_handler done) {
    done_ = std::move(done);
    timer_.async_wait([self = shared_from_this()](error_code stopped) {
      if (!stopped)
        self->end_it(asio::error::timed_out);
    });
    asio::co_spawn(
        executor_, network_.reserve(),
        asio::bind_cancellation_slot(
            signal_.slot(), [self = shared_from_this()](std::exception_ptr failure, int point) {
              self->on_ended(std::move(failure), point);
            }));
  }

  /// Ends the call, for the first reason that there is.
  void end_it(error_code why) {
    if (why_ || !done_)
      return;
    why_ = why;
    signal_.emit(asio::cancellation_type::terminal);
  }

private:
  void on_ended(std::exception_ptr failure, int point) {
    timer_.cancel();
    if (failure && why_)
      failure = std::make_exception_ptr(boost::system::system_error(why_));
    const done_handler done = std::exchange(done_, nullptr);
    done(std::move(failure), point);
  }

  asio::any_io_executor executor_;
  charge_network& network_;
  asio::steady_timer timer_;
  asio::cancellation_signal signal_;
  done_handler done_;
  error_code why_;
};

} // namespace

asio::awaitable<int> reserve_within(charge_network& network, std::chrono::nanoseconds limit) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  const auto call = std::make_shared<limited_call>(executor, network, limit);
  const auto initiate = [&call](auto handler) {
    const asio::cancellation_slot slot = asio::get_associated_cancellation_slot(handler);
    const auto held = std::make_shared<decltype(handler)>(std::move(handler));
    call->start([held, slot](std::exception_ptr failure, int point) {
      asio::cancellation_slot mine = slot;
      mine.clear();
      (*held)(std::move(failure), point);
    });
  };
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>,
                                          void(std::exception_ptr, int)>(initiate,
                                                                         asio::use_awaitable);
}
