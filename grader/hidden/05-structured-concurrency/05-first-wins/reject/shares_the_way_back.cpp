// reject: given-back
// gives one back after the other, so that the second waits for the first
#include "first_wins.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <cstddef>
#include <deque>
#include <optional>

namespace {

struct race {
  race(const asio::any_io_executor& executor, std::size_t replicas)
      : errors(replicas),
        signals(replicas),
        running(replicas),
        all_ended(executor, asio::steady_timer::time_point::max()) {}

  void call_off() {
    if (over)
      return;
    over = true;
    for (asio::cancellation_signal& each : signals)
      each.emit(asio::cancellation_type::terminal);
  }

  std::optional<lease> won;
  bool over = false;
  std::vector<std::exception_ptr> errors;
  std::deque<asio::cancellation_signal> signals;
  std::size_t running;
  asio::steady_timer all_ended; ///< cancelled by the last
  bool gives_back = false;
};

asio::awaitable<void> run(race& in, replica& from, std::size_t number) {
  std::optional<lease> granted;
  try {
    granted = co_await from.open();
  } catch (...) {
    in.errors[number] = std::current_exception();
  }
  if (!granted)
    co_return;
  if (!in.over) {
    in.won = granted;
    in.call_off();
    co_return;
  }
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  while (in.gives_back) {
    asio::steady_timer turn(co_await asio::this_coro::executor, std::chrono::milliseconds(1));
    co_await turn.async_wait(asio::use_awaitable);
  }
  in.gives_back = true;
  co_await from.give_back(*granted);
  in.gives_back = false;
}

} // namespace

asio::awaitable<lease> acquire(std::span<replica* const> replicas) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  const asio::cancellation_state caller = co_await asio::this_coro::cancellation_state;
  co_await asio::this_coro::throw_if_cancelled(false);
  race in(executor, replicas.size());
  for (std::size_t i = 0; i < replicas.size(); ++i) {
    if (in.over) {
      --in.running; // nobody needs it any more
      continue;
    }
    asio::co_spawn(executor, run(in, *replicas[i], i),
                   asio::bind_cancellation_slot(in.signals[i].slot(), [&in](std::exception_ptr) {
                     if (--in.running == 0)
                       in.all_ended.cancel();
                   }));
  }
  bool cancelled = caller.cancelled() != asio::cancellation_type::none;
  if (cancelled)
    in.call_off();
  while (in.running != 0) {
    co_await in.all_ended.async_wait(asio::as_tuple(asio::use_awaitable));
    if (!cancelled && caller.cancelled() != asio::cancellation_type::none) {
      cancelled = true;
      in.call_off();
    }
  }
  if (!cancelled && in.won)
    co_return *in.won;
  if (in.won) {
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    co_await in.won->from->give_back(*in.won);
  }
  if (cancelled)
    throw boost::system::system_error(asio::error::operation_aborted);
  throw all_failed(in.errors);
}
