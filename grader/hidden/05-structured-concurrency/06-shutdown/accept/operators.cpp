// accept: one coroutine that waits for one thing or another, with ||
#include "shutdown.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <list>
#include <memory>
#include <utility>

using namespace asio::experimental::awaitable_operators;
using std::chrono::nanoseconds;

namespace {

/// What is under way, and a bell that rings when that is nothing any more.
struct crowd {
  explicit crowd(const asio::any_io_executor& on) : executor(on), bell(on) {}

  void start(asio::awaitable<void> work) {
    const auto place = buttons.emplace(buttons.end());
    asio::co_spawn(executor, std::move(work),
                   asio::bind_cancellation_slot(place->slot(), [this, place](std::exception_ptr e) {
                     thrown = e;
                     buttons.erase(place);
                     if (buttons.empty())
                       bell.cancel();
                   }));
  }

  void cancel() {
    for (asio::cancellation_signal& each : buttons)
      each.emit(asio::cancellation_type::terminal);
  }

  asio::awaitable<void> gone() {
    boost::system::error_code rung;
    bell.expires_at(asio::steady_timer::time_point::max());
    if (!buttons.empty())
      co_await bell.async_wait(asio::redirect_error(asio::use_awaitable, rung));
  }

  asio::any_io_executor executor;
  asio::steady_timer bell;
  std::list<asio::cancellation_signal> buttons;
  std::exception_ptr thrown; ///< by whoever ended last
};

asio::awaitable<void> serve(std::unique_ptr<request> who) {
  co_await who->serve();
}

asio::awaitable<void> close(resource* one) {
  co_await one->close();
}

/// Notes what it has waited for: whoever loses against another in `||` may have been told all the
/// same, and his result is dropped.
asio::awaitable<void> hear(stop_signals& signals, bool& heard) {
  co_await signals.next();
  heard = true;
}

asio::awaitable<void> pass(asio::steady_timer& timer, bool& passed) {
  co_await timer.async_wait(asio::use_awaitable);
  passed = true;
}

asio::awaitable<void> let_in(listener& entrance, crowd& inside) {
  for (;;) {
    std::unique_ptr<request> next = co_await entrance.accept();
    inside.start(serve(std::move(next)));
  }
}

} // namespace

asio::awaitable<exit_code> run(stop_signals& signals, listener& entrance,
                               std::vector<resource*> opened, nanoseconds grace) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  crowd all(executor);
  exit_code code = exit_code::done;
  const auto say = [&code](exit_code what) {
    code = code < what ? what : code;
  };

  bool told = false;
  co_await (let_in(entrance, all) || hear(signals, told));
  entrance.close();

  asio::steady_timer over(executor);
  over.expires_after(grace);
  while (!all.buttons.empty()) {
    bool hurried = false;
    bool late = false;
    co_await (all.gone() || hear(signals, hurried) || pass(over, late));
    if (hurried)
      say(exit_code::hurried);
    else if (late && !all.buttons.empty() && code != exit_code::hurried)
      say(exit_code::cut_off);
    else
      late = false;
    if (hurried || late)
      all.cancel();
    if (over.expiry() <= asio::steady_timer::clock_type::now())
      over.expires_at(asio::steady_timer::time_point::max());
  }

  for (auto next = opened.rbegin(); next != opened.rend(); ++next) {
    all.thrown = nullptr;
    all.start(close(*next));
    while (!all.buttons.empty()) {
      bool hurried = false;
      co_await (all.gone() || hear(signals, hurried));
      if (hurried) {
        say(exit_code::hurried);
        all.cancel();
      }
    }
    if (all.thrown)
      say(exit_code::not_closed);
  }
  co_return code;
}
