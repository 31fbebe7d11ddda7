// Cancelled, a session has to say goodbye, and that takes a wait.
#include <weir/policy.hpp>

#include <chrono>
#include <cstdio>
#include <exception>
#include <memory>

using namespace std::chrono_literals;
using namespace asio::experimental::awaitable_operators;
using boost::system::error_code;
using boost::system::system_error;

struct peer {
  asio::awaitable<void> goodbye() { // it answers after 20 ms, or never
    asio::steady_timer timer(co_await asio::this_coro::executor, answers ? 20ms : 24h);
    co_await timer.async_wait(asio::use_awaitable);
    said = true;
  }

  bool answers = true;
  bool said = false;
};

std::chrono::milliseconds patience{};

asio::awaitable<void> work() {
  asio::steady_timer timer(co_await asio::this_coro::executor, 1h);
  co_await timer.async_wait(asio::use_awaitable);
}

// [guard]
asio::awaitable<void> in_a_destructor(peer& with) {
  const auto executor = co_await asio::this_coro::executor;
  const std::shared_ptr<void> guard(nullptr, [&with, executor](void*) {
    asio::co_spawn(executor, with.goodbye(), asio::detached);
  });
  co_await work();
}

// [/guard]

// [after]
asio::awaitable<void> afterwards(peer& with) {
  std::exception_ptr failed; // co_await has no place in a catch
  try {
    co_await work();
  } catch (...) {
    failed = std::current_exception();
  }
  co_await with.goodbye();
  if (failed)
    std::rethrow_exception(failed);
}

// [/after]

// [shielded]
asio::awaitable<void> shielded(peer& with) {
  std::exception_ptr failed;
  try {
    co_await work();
  } catch (...) {
    failed = std::current_exception();
  }
  // From here on nothing cancels us, except this limit.
  const auto nothing = asio::disable_cancellation();
  co_await asio::this_coro::reset_cancellation_state(nothing);
  asio::steady_timer limit(co_await asio::this_coro::executor, patience);
  co_await (with.goodbye() || limit.async_wait(asio::use_awaitable));
  if (failed)
    std::rethrow_exception(failed);
}

// [/shielded]

struct outcome {
  bool said_by_then = false;
  long took = -1; // ms from the cancellation to the end; -1: has not ended after an hour
};

outcome cancelled_with(asio::awaitable<void> (*session)(peer&), bool answers) {
  outcome seen;
  const auto scenario = [&]() -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    peer other{answers};
    asio::cancellation_signal stop;
    const auto note = [&](std::exception_ptr) {
      seen = {other.said, static_cast<long>((weir::now() - 1s) / 1ms)};
    };
    asio::co_spawn(executor, session(other), asio::bind_cancellation_slot(stop.slot(), note));
    asio::steady_timer timer(executor, 1s);
    co_await timer.async_wait(asio::use_awaitable);
    stop.emit(asio::cancellation_type::terminal);
    timer.expires_after(1h);
    co_await timer.async_wait(asio::use_awaitable);
  };
  const auto fifo = weir::make_fifo();
  weir::run(scenario, *fifo, {.leaks = weir::leak_check::keep});
  return seen;
}

int main() {
  std::printf("%52s %20s\n", "the peer answers", "it is silent");
  std::printf("%26s said when it ends   ends after      ends after\n", "");
  const auto row = [](const char* what, asio::awaitable<void> (*session)(peer&)) {
    const outcome well = cancelled_with(session, true);
    const outcome silent = cancelled_with(session, false);
    char after[16] = "never";
    if (silent.took >= 0)
      std::snprintf(after, sizeof after, "%ld ms", silent.took);
    std::printf("%-26s %17s %9ld ms %15s\n", what, well.said_by_then ? "yes" : "no", well.took,
                after);
    return outcome{well.said_by_then, silent.took};
  };
  const outcome guard = row("in a destructor", in_a_destructor);
  const outcome plain = row("after the catch", afterwards);
  patience = 48h;
  const outcome shield = row("shielded", shielded);
  patience = 100ms;
  const outcome both = row("shielded, 100 ms at most", shielded);
  return !guard.said_by_then && !plain.said_by_then && shield.said_by_then && shield.took == -1 &&
                 both.said_by_then && both.took == 100
             ? 0
             : 1;
}
