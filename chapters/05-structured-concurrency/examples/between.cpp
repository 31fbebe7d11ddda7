// A reader is told to stop in the instant in which its read is done, and has not been told.
#include <weir/explore.hpp>

#include <chrono>
#include <cstdio>

using namespace std::chrono_literals;
using boost::system::error_code;

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

/// A connection whose `read` takes 10 ms. Cancelled, it ends with operation_aborted.
using connection = asio::steady_timer;

// [edge]
/// Reads until somebody calls `from.cancel()`.
asio::awaitable<void> reads(connection& from, int& messages) {
  for (;;) {
    from.expires_after(10ms);
    const auto [error] = co_await from.async_wait(as_result);
    if (error == asio::error::operation_aborted)
      co_return;
    ++messages;
  }
}

// [/edge]

// [state]
struct reader {
  void stop() {
    stopped = true;
    from.cancel();
  }

  asio::awaitable<void> run() {
    while (!stopped) {
      from.expires_after(10ms);
      const auto [error] = co_await from.async_wait(as_result);
      if (!error)
        ++messages;
    }
  }

  connection& from;
  bool stopped = false;
  int messages = 0;
};

// [/state]

/// Stops a reader after 50 ms, the fifth message's instant; it should have ended a millisecond
/// later.
template <class Start, class Stop>
asio::awaitable<void> stopped_at_50ms(Start start, Stop stop) {
  const auto executor = co_await asio::this_coro::executor;
  asio::steady_timer clock(executor);
  bool ended = false;
  const auto note = [&ended](std::exception_ptr) {
    ended = true;
  };
  asio::co_spawn(executor, start(), note);
  clock.expires_after(45ms); // between two messages
  co_await clock.async_wait(asio::use_awaitable);
  clock.expires_after(5ms);
  co_await clock.async_wait(asio::use_awaitable);
  stop();
  clock.expires_after(1ms);
  co_await clock.async_wait(asio::use_awaitable);
  weir::expect(ended, "the reader was stopped at 50 ms and reads on");
}

asio::awaitable<void> edge() {
  connection from(co_await asio::this_coro::executor);
  int messages = 0;
  co_await stopped_at_50ms([&] { return reads(from, messages); }, [&] { from.cancel(); });
}

asio::awaitable<void> state() {
  connection from(co_await asio::this_coro::executor);
  reader one{from};
  co_await stopped_at_50ms([&] { return one.run(); }, [&] { one.stop(); });
}

weir::exploration search(const weir::scenario& body, weir::policy_kind policy) {
  return weir::explore({.name = "a reader that is stopped",
                        .search = {.schedules = 500, .policy = policy},
                        .shrink_runs = 0},
                       body);
}

int main() {
  std::printf("                    first in, first out   every order there is\n");
  bool as_claimed = true;
  const auto row = [&as_claimed](const char* what, const weir::scenario& body, bool sound) {
    const auto fifo = search(body, weir::policy_kind::fifo);
    const auto all = search(body, weir::policy_kind::depth_first);
    std::printf("%-19s %19s   ", what, fifo ? "stops" : "reads on");
    if (all)
      std::printf("stops in all %zu\n", all.schedules);
    else
      std::printf("reads on in number %zu\n", all.failure->number);
    as_claimed = as_claimed && fifo && all.passed() == sound && (!sound || all.exhausted);
  };
  row("cancel() alone", edge, false);
  row("a state, and cancel", state, true);
  return as_claimed ? 0 : 1;
}
