// reject: drains
// A microsecond is fine enough, and what is below it is cut off: so is somebody who was in time.
#include "shutdown.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <exception>
#include <functional>
#include <list>
#include <utility>

using std::chrono::nanoseconds;

namespace {

constexpr nanoseconds for_ever = nanoseconds::max();

/// Tasks that are under way. Each has a signal of its own: a group would hear of the first
/// cancellation only, and here further ones count.
class scope {
public:
  explicit scope(const asio::any_io_executor& executor) : executor_(executor), bell_(executor) {}

  /// `told` is called when it has ended.
  void start(asio::awaitable<void> work, std::function<void(std::exception_ptr)> told) {
    const auto place = running_.emplace(running_.end());
    asio::co_spawn(
        executor_, std::move(work),
        asio::bind_cancellation_slot(place->slot(),
                                     [this, place, told = std::move(told)](std::exception_ptr how) {
                                       told(std::move(how));
                                       running_.erase(place);
                                       if (running_.empty())
                                         bell_.cancel();
                                     }));
  }

  void cancel() {
    for (asio::cancellation_signal& each : running_)
      each.emit(asio::cancellation_type::terminal);
  }

  [[nodiscard]] bool empty() const { return running_.empty(); }

  /// Waits until all have ended, but not longer than so.
  asio::awaitable<void> join(nanoseconds limit = for_ever) {
    bell_.expires_after(std::chrono::duration_cast<std::chrono::microseconds>(limit));
    boost::system::error_code rung;
    while (!empty()) {
      co_await bell_.async_wait(asio::redirect_error(asio::use_awaitable, rung));
      if (!rung)
        co_return;
    }
  }

private:
  asio::any_io_executor executor_;
  asio::steady_timer bell_;
  std::list<asio::cancellation_signal> running_;
};

void whatever(const std::exception_ptr&) {}

/// The first signal closes the entrance; each further one cancels whatever is under way then.
asio::awaitable<void> hear(stop_signals& signals, listener& entrance, scope& under_way,
                           bool& hurried) {
  co_await signals.next();
  entrance.close();
  for (;;) {
    co_await signals.next();
    hurried = true;
    under_way.cancel();
  }
}

asio::awaitable<void> serve(std::unique_ptr<request> who) {
  co_await who->serve();
}

asio::awaitable<void> close(resource* one) {
  co_await one->close();
}

/// Until the entrance is closed.
asio::awaitable<void> let_in(listener& entrance, scope& under_way, const bool& hurried) {
  for (;;) {
    std::unique_ptr<request> next;
    try {
      next = co_await entrance.accept();
    } catch (const boost::system::system_error&) {
      co_return;
    }
    if (!hurried)
      under_way.start(serve(std::move(next)), whatever);
  }
}

} // namespace

asio::awaitable<exit_code> run(stop_signals& signals, listener& entrance,
                               std::vector<resource*> opened, nanoseconds grace) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  bool hurried = false;
  bool cut_off = false;
  bool failed = false;
  scope under_way(executor);
  scope ears(executor); // to the very end, so that a signal is never too late to be heard
  ears.start(hear(signals, entrance, under_way, hurried), whatever);

  co_await let_in(entrance, under_way, hurried);

  co_await under_way.join(grace);
  if (!under_way.empty() && !hurried) {
    cut_off = true;
    under_way.cancel();
  }
  co_await under_way.join();

  for (auto next = opened.rbegin(); next != opened.rend(); ++next) {
    under_way.start(close(*next),
                    [&failed](const std::exception_ptr& how) { failed |= how != nullptr; });
    co_await under_way.join();
  }

  ears.cancel();
  co_await ears.join();
  co_return hurried ? exit_code::hurried
  : cut_off         ? exit_code::cut_off
  : failed          ? exit_code::not_closed
                    : exit_code::done;
}
