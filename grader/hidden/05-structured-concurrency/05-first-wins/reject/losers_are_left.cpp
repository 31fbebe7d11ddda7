// reject: losers-end
// returns as soon as there is a winner, and leaves the others to end by themselves
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
#include <memory>
#include <optional>

namespace {

struct race {
  race(const asio::any_io_executor& executor, std::size_t replicas)
      : errors(replicas),
        signals(replicas),
        running(replicas),
        decided(executor, asio::steady_timer::time_point::max()) {}

  void call_off() {
    over = true;
    for (asio::cancellation_signal& each : signals)
      each.emit(asio::cancellation_type::terminal);
  }

  std::optional<lease> won;
  bool over = false;
  std::vector<std::exception_ptr> errors;
  std::deque<asio::cancellation_signal> signals;
  std::size_t running;
  asio::steady_timer decided;
};

asio::awaitable<void> run(std::shared_ptr<race> in, replica& from, std::size_t number) {
  std::optional<lease> granted;
  try {
    granted = co_await from.open();
  } catch (...) {
    in->errors[number] = std::current_exception();
  }
  if (!granted)
    co_return;
  if (!in->over) {
    in->won = granted;
    in->call_off();
    in->decided.cancel();
    co_return;
  }
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  co_await from.give_back(*granted);
}

} // namespace

asio::awaitable<lease> acquire(std::span<replica* const> replicas) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  const asio::cancellation_state caller = co_await asio::this_coro::cancellation_state;
  co_await asio::this_coro::throw_if_cancelled(false);
  const auto in = std::make_shared<race>(executor, replicas.size());
  for (std::size_t i = 0; i < replicas.size(); ++i)
    asio::co_spawn(executor, run(in, *replicas[i], i),
                   asio::bind_cancellation_slot(in->signals[i].slot(), [in](std::exception_ptr) {
                     if (--in->running == 0)
                       in->decided.cancel();
                   }));
  bool cancelled = false;
  while (in->running != 0 && !in->won) {
    co_await in->decided.async_wait(asio::as_tuple(asio::use_awaitable));
    if (!cancelled && !in->won && caller.cancelled() != asio::cancellation_type::none) {
      cancelled = true;
      in->call_off();
    }
  }
  if (in->won)
    co_return *in->won;
  if (cancelled)
    throw boost::system::system_error(asio::error::operation_aborted);
  throw all_failed(in->errors);
}
