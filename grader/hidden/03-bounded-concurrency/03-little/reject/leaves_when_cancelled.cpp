// reject: cancelled
// cancelled, it tells the calls and throws at once; the state is shared, so nothing breaks
// latency grows
#include "bound.hpp"

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <cmath>
#include <exception>
#include <list>
#include <memory>
#include <utility>

using std::chrono::steady_clock;
using seconds = std::chrono::duration<double>;

namespace {

class series : public std::enable_shared_from_this<series> {
public:
  using handler = asio::any_completion_handler<void(std::exception_ptr, measurement)>;

  series(asio::any_io_executor executor, downstream& to, std::size_t calls, handler done)
      : executor_(std::move(executor)),
        to_(to),
        calls_(calls),
        left_(calls),
        done_(std::move(done)) {}

  void begin(std::size_t in_flight) {
    auto slot = asio::get_associated_cancellation_slot(done_);
    if (slot.is_connected())
      slot.assign([weak = weak_from_this()](asio::cancellation_type) {
        if (const auto self = weak.lock())
          self->end_now(
              std::make_exception_ptr(boost::system::system_error(asio::error::operation_aborted)));
      });
    begin_ = steady_clock::now();
    for (std::size_t i = 0; i < in_flight && left_ > 0; ++i)
      start();
  }

private:
  void start() {
    --left_;
    running_.emplace_front();
    const auto me = running_.begin();
    asio::co_spawn(
        executor_, to_.call(),
        asio::bind_cancellation_slot(
            me->slot(), [self = shared_from_this(), me, since = steady_clock::now()](
                            std::exception_ptr error) { self->ended(me, since, error); }));
  }

  void ended(std::list<asio::cancellation_signal>::iterator who, steady_clock::time_point since,
             const std::exception_ptr& error) {
    running_.erase(who);
    spent_ += steady_clock::now() - since;
    if (error)
      end_early(error);
    if (left_ > 0)
      start();
    else if (running_.empty() && done_)
      finish();
  }

  void end_early(const std::exception_ptr& why) {
    if (error_)
      return;
    error_ = why;
    left_ = 0;
    // A call that is told may end on the spot.
    for (auto next = running_.begin(); next != running_.end();)
      (next++)->emit(asio::cancellation_type::terminal);
  }

  void end_now(const std::exception_ptr& why) {
    end_early(why);
    if (!running_.empty())
      finish();
  }

  void finish() {
    auto slot = asio::get_associated_cancellation_slot(done_);
    if (slot.is_connected())
      slot.clear();
    const seconds elapsed = steady_clock::now() - begin_;
    const double number = static_cast<double>(calls_);
    std::move(done_)(error_, measurement{number / elapsed.count(), spent_ / number});
  }

  const asio::any_io_executor executor_;
  downstream& to_;
  const std::size_t calls_;
  std::size_t left_;
  handler done_;
  steady_clock::time_point begin_{};
  seconds spent_{};
  std::exception_ptr error_;
  std::list<asio::cancellation_signal> running_;
};

} // namespace

asio::awaitable<measurement> measure(downstream& to, std::size_t in_flight, std::size_t calls) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>&,
                                          void(std::exception_ptr, measurement)>(
      [executor, &to, in_flight, calls](series::handler done) {
        std::make_shared<series>(executor, to, calls, std::move(done))->begin(in_flight);
      },
      asio::use_awaitable);
}

asio::awaitable<std::size_t> find_bound(downstream& to, std::size_t pool, std::size_t calls) {
  const std::size_t share = std::max<std::size_t>(1, calls / 20);
  const measurement alone = co_await measure(to, 1, share);
  measurement loaded = alone;
  std::size_t made = share;
  std::size_t in_flight = 1;
  // Latency that has grown by a half is waiting: all places downstream are taken.
  while (in_flight < pool && made + share <= calls && loaded.latency < 1.5 * alone.latency) {
    in_flight = std::min(pool, in_flight + (in_flight + 2) / 3);
    loaded = co_await measure(to, in_flight, share);
    made += share;
  }
  if (made < calls)
    loaded = co_await measure(to, in_flight, calls - made);
  const double bound = std::round(loaded.throughput * alone.latency.count());
  co_return std::clamp<std::size_t>(static_cast<std::size_t>(bound), 1, pool);
}
