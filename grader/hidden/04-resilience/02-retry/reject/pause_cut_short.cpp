// reject: cancelled-in-a-pause
// a sleep that ends early is a sleep that has ended: the next attempt is made
#include "retry.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <utility>

using std::chrono::nanoseconds;

namespace {

class retrying : public std::enable_shared_from_this<retrying> {
public:
  using done_handler = std::function<void(std::exception_ptr, int)>;

  retrying(asio::any_io_executor executor, operation& work, retry_policy policy,
           random_source& random, sleeping_clock& clock)
      : executor_(std::move(executor)),
        work_(work),
        random_(random),
        clock_(clock),
        left_(policy.attempts),
        next_(policy.base),
        cap_(policy.cap) {}

  void start(done_handler done) {
    done_ = std::move(done);
    attempt();
  }

  void cancel(asio::cancellation_type type) {
    cancelled_ = true;
    signal_.emit(type);
  }

private:
  void attempt() {
    --left_;
    asio::co_spawn(
        executor_, work_.attempt(),
        asio::bind_cancellation_slot(
            signal_.slot(), [self = shared_from_this()](std::exception_ptr failure, int answer) {
              self->on_attempted(std::move(failure), answer);
            }));
  }

  void on_attempted(std::exception_ptr failure, int answer) {
    if (failure && left_ > 0 && !cancelled_ && is_transient(failure))
      pause();
    else
      finish(std::move(failure), answer);
  }

  void pause() {
    const double ceiling = static_cast<double>(next_ < cap_ ? next_.count() : cap_.count());
    if (next_ < cap_)
      next_ *= 2;
    const nanoseconds time(static_cast<std::int64_t>(random_.uniform() * ceiling));
    asio::co_spawn(executor_, clock_.sleep(time),
                   asio::bind_cancellation_slot(
                       signal_.slot(), [self = shared_from_this()](std::exception_ptr failure) {
                         self->on_paused(std::move(failure));
                       }));
  }

  void on_paused(std::exception_ptr /*failure*/) { attempt(); }

  void finish(std::exception_ptr failure, int answer) {
    const done_handler done = std::move(done_);
    done(std::move(failure), answer);
  }

  static bool is_transient(const std::exception_ptr& failure) {
    using weir::world::error;
    try {
      std::rethrow_exception(failure);
    } catch (const boost::system::system_error& caught) {
      return caught.code() == error::connection_reset || caught.code() == error::timeout ||
             caught.code() == error::unavailable;
    } catch (...) {
      return false;
    }
  }

  asio::any_io_executor executor_;
  operation& work_;
  random_source& random_;
  sleeping_clock& clock_;
  unsigned left_;
  nanoseconds next_;
  nanoseconds cap_;
  asio::cancellation_signal signal_;
  done_handler done_;
  bool cancelled_ = false;
};

} // namespace

asio::awaitable<int> retry(operation& work, retry_policy policy, random_source& random,
                           sleeping_clock& clock) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  const auto machine = std::make_shared<retrying>(executor, work, policy, random, clock);
  const auto initiate = [&machine](auto handler) {
    const asio::cancellation_slot slot = asio::get_associated_cancellation_slot(handler);
    if (slot.is_connected()) {
      asio::cancellation_slot mine = slot;
      mine.assign([&running = *machine](asio::cancellation_type type) { running.cancel(type); });
    }
    const auto held = std::make_shared<decltype(handler)>(std::move(handler));
    machine->start([held, slot](std::exception_ptr failure, int answer) {
      asio::cancellation_slot mine = slot;
      mine.clear();
      (*held)(std::move(failure), answer);
    });
  };
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>,
                                          void(std::exception_ptr, int)>(initiate,
                                                                         asio::use_awaitable);
}
