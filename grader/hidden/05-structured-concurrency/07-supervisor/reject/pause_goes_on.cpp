// reject: cancelled-in-a-pause
// who is in a pause is not running, so there is nothing to cancel; the pause is slept to its end
#include "supervisor.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <utility>

using boost::system::error_code;
using std::chrono::steady_clock;

namespace {

class supervisor : public std::enable_shared_from_this<supervisor> {
public:
  supervisor(asio::any_io_executor executor, std::vector<child> children, restart_policy policy)
      : executor_(executor), policy_(policy) {
    for (child& each : children)
      seats_.emplace_back(executor, std::move(each));
  }

  void begin(std::function<void(std::exception_ptr)> told) {
    told_ = std::move(told);
    ++busy_; // so that it does not end before all have begun
    for (seat& each : seats_)
      start(each);
    leave();
  }

  void cancel() {
    end(std::make_exception_ptr(boost::system::system_error(asio::error::operation_aborted)));
  }

private:
  enum class state : std::uint8_t { idle, running, pausing };

  struct seat {
    seat(asio::any_io_executor executor, child its_work)
        : work(std::move(its_work)), pause(std::move(executor)) {}

    child work;
    asio::steady_timer pause;
    asio::cancellation_signal signal;
    state now = state::idle;
  };

  static asio::awaitable<void> call(const child& work) { co_await work(); }

  void start(seat& one) {
    if (reason_)
      return;
    one.now = state::running;
    ++busy_;
    asio::co_spawn(
        executor_, call(one.work),
        asio::bind_cancellation_slot(one.signal.slot(),
                                     [self = shared_from_this(), &one](std::exception_ptr failure) {
                                       one.now = state::idle;
                                       if (failure)
                                         self->failed(one, std::move(failure));
                                       self->leave();
                                     }));
  }

  void failed(seat& one, std::exception_ptr failure) {
    if (reason_)
      return;
    const auto now = steady_clock::now();
    while (!failures_.empty() && now - failures_.front() >= policy_.period)
      failures_.pop_front();
    if (failures_.size() >= policy_.intensity) {
      end(std::move(failure));
      return;
    }
    failures_.push_back(now);
    one.now = state::pausing;
    ++busy_;
    one.pause.expires_after(policy_.backoff);
    one.pause.async_wait([self = shared_from_this(), &one](error_code) {
      one.now = state::idle;
      self->start(one);
      self->leave();
    });
  }

  void end(std::exception_ptr why) {
    if (reason_)
      return;
    reason_ = std::move(why);
    ++busy_;
    for (seat& each : seats_) {
      if (each.now == state::running)
        each.signal.emit(asio::cancellation_type::terminal);
    }
    leave();
  }

  void leave() {
    if (--busy_ == 0 && told_)
      asio::post(executor_,
                 [told = std::exchange(told_, nullptr), reason = reason_] { told(reason); });
  }

  asio::any_io_executor executor_;
  restart_policy policy_;
  std::deque<seat> seats_;
  std::deque<steady_clock::time_point> failures_;
  std::exception_ptr reason_;
  std::function<void(std::exception_ptr)> told_;
  std::size_t busy_ = 0;
};

} // namespace

asio::awaitable<void> supervise(std::vector<child> children, restart_policy policy) {
  const auto all =
      std::make_shared<supervisor>(co_await asio::this_coro::executor, std::move(children), policy);
  co_await asio::async_initiate<const asio::use_awaitable_t<>, void(std::exception_ptr)>(
      [all](auto handler) {
        auto slot = asio::get_associated_cancellation_slot(handler);
        const auto keep = std::make_shared<decltype(handler)>(std::move(handler));
        if (slot.is_connected())
          slot.assign([all](asio::cancellation_type) { all->cancel(); });
        all->begin([keep, slot](std::exception_ptr how) mutable {
          slot.clear();
          std::move (*keep)(std::move(how));
        });
      },
      asio::use_awaitable);
}
