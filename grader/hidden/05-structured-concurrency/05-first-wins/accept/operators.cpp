// accept: the operator ||, of each request and the news that the race is over
#include "first_wins.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/system_error.hpp>

#include <cstddef>
#include <optional>

namespace {

/// Something that happens once, and stays so.
class event {
public:
  explicit event(const asio::any_io_executor& executor)
      : timer_(executor, asio::steady_timer::time_point::max()) {}

  void set() {
    set_ = true;
    timer_.expires_at(asio::steady_timer::time_point::min());
  }

  [[nodiscard]] bool is_set() const { return set_; }

  asio::awaitable<void> wait() {
    boost::system::error_code woken;
    co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
  }

private:
  asio::steady_timer timer_;
  bool set_ = false;
};

struct race {
  race(const asio::any_io_executor& executor, std::size_t replicas)
      : errors(replicas), running(replicas), over(executor), all_ended(executor) {}

  std::vector<std::exception_ptr> errors;
  std::size_t running;
  std::optional<lease> won;
  event over;
  event all_ended;
};

asio::awaitable<void> request(race& in, replica& from, std::size_t number,
                              std::optional<lease>& late) {
  try {
    const lease granted = co_await from.open();
    if (in.over.is_set()) {
      late = granted;
    } else {
      in.won = granted;
      in.over.set();
    }
  } catch (...) {
    in.errors[number] = std::current_exception();
  }
}

asio::awaitable<void> run(race& in, replica& from, std::size_t number) {
  using namespace asio::experimental::awaitable_operators;
  std::optional<lease> late;
  if (!in.over.is_set()) {
    asio::awaitable<void> asked = request(in, from, number, late);
    asio::awaitable<void> over = in.over.wait();
    co_await (std::move(asked) || std::move(over));
  }
  if (late)
    co_await from.give_back(*late);
}

} // namespace

asio::awaitable<lease> acquire(std::span<replica* const> replicas) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  const asio::cancellation_state caller = co_await asio::this_coro::cancellation_state;
  co_await asio::this_coro::throw_if_cancelled(false);
  race in(executor, replicas.size());
  for (std::size_t i = 0; i < replicas.size(); ++i)
    asio::co_spawn(executor, run(in, *replicas[i], i), [&in](std::exception_ptr) {
      if (--in.running == 0)
        in.all_ended.set();
    });
  bool cancelled = false;
  while (in.running != 0) {
    if (!cancelled && !in.won && caller.cancelled() != asio::cancellation_type::none) {
      cancelled = true;
      in.over.set();
    }
    co_await in.all_ended.wait();
  }
  if (in.won)
    co_return *in.won;
  if (caller.cancelled() != asio::cancellation_type::none)
    throw boost::system::system_error(asio::error::operation_aborted);
  throw all_failed(in.errors);
}
