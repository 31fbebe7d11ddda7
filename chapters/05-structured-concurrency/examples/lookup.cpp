// A look-up that can't be cancelled, under a deadline of 300 ms: raced, and abandoned with a limit.
#include <weir/policy.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <memory>
#include <optional>
#include <utility>

using namespace std::chrono_literals;
using namespace asio::experimental::awaitable_operators;
using boost::system::system_error;
using std::chrono::milliseconds;

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

int looking = 0, most = 0;

/// As getaddrinfo in its thread, with a name server that is gone: nothing interrupts it.
asio::awaitable<void> look_up() {
  most = std::max(most, ++looking);
  const auto executor = co_await asio::this_coro::executor;
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  asio::steady_timer timer(executor, 20s);
  co_await timer.async_wait(asio::use_awaitable);
  --looking;
}

asio::awaitable<void> raced() {
  asio::steady_timer deadline(co_await asio::this_coro::executor, 300ms);
  co_await (look_up() || deadline.async_wait(asio::use_awaitable));
}

// [abandon]
/// For what can't be cancelled: the caller goes at the deadline, the work stays
/// behind, and of such work there is never more than `at_most`.
class abandonable {
public:
  explicit abandonable(int at_most) : free_(std::make_shared<int>(at_most)) {}

  asio::awaitable<void> run(asio::awaitable<void> work, milliseconds limit) {
    if (*free_ == 0)
      throw system_error(asio::error::no_buffer_space);
    --*free_;
    const auto executor = co_await asio::this_coro::executor;
    const auto bell = std::make_shared<asio::steady_timer>(executor, limit);
    const auto ended = std::make_shared<std::optional<std::exception_ptr>>();
    const auto note = [free = free_, bell, ended](std::exception_ptr error) {
      ++*free; // the place is the work's, and not the caller's
      *ended = error;
      bell->cancel();
    };
    asio::co_spawn(executor, std::move(work), note);
    const auto [cancelled] = co_await bell->async_wait(as_result);
    if (!*ended)
      throw system_error(cancelled ? cancelled : asio::error::timed_out);
    if (**ended)
      std::rethrow_exception(**ended);
  }

private:
  std::shared_ptr<int> free_;
};

// [/abandon]

struct tally {
  int refused = 0;
  std::chrono::nanoseconds slowest{};
};

asio::awaitable<void> user(asio::awaitable<void> call, tally& count) {
  const auto came = weir::now();
  try {
    co_await std::move(call);
  } catch (const system_error& e) {
    count.refused += e.code() == asio::error::no_buffer_space;
  }
  count.slowest = std::max(count.slowest, weir::now() - came);
}

/// Ten callers a second for ten seconds.
template <class Call>
tally measure(Call call) {
  tally count;
  looking = most = 0;
  const auto scenario = [&]() -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    asio::steady_timer clock(executor);
    for (int i = 0; i != 100; ++i) {
      asio::co_spawn(executor, user(call(), count), asio::detached);
      clock.expires_after(100ms);
      co_await clock.async_wait(asio::use_awaitable);
    }
    clock.expires_after(1min);
    co_await clock.async_wait(asio::use_awaitable);
  };
  const auto fifo = weir::make_fifo();
  weir::run(scenario, *fifo);
  return count;
}

int main() {
  std::printf("100 callers, 300 ms each       slowest   looking up   refused\n");
  const auto row = [](const char* what, auto call) {
    const tally seen = measure(call);
    std::printf("%-28s %6ld ms %12d %9d\n", what, static_cast<long>(seen.slowest / 1ms), most,
                seen.refused);
    return seen;
  };
  const tally waits = row("look_up() || deadline", raced);
  abandonable without_limit(1000), four(4);
  row("abandoned", [&] { return without_limit.run(look_up(), 300ms); });
  const tally limited = row("abandoned, four at most", [&] { return four.run(look_up(), 300ms); });
  return waits.slowest == 20s && limited.slowest == 300ms && most == 4 ? 0 : 1;
}
