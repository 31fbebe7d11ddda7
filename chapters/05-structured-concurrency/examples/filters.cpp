// Which requests to stop does a coroutine hear?
#include <weir/policy.hpp>

#include <chrono>
#include <cstdio>

using namespace std::chrono_literals;
using asio::cancellation_type;

// [wait]
template <class Filter>
asio::awaitable<void> patient(Filter lets_through) {
  co_await asio::this_coro::reset_cancellation_state(lets_through);
  asio::steady_timer timer(co_await asio::this_coro::executor, 1s);
  co_await timer.async_wait(asio::use_awaitable);
}

// [/wait]

asio::awaitable<void> unfiltered() {
  asio::steady_timer timer(co_await asio::this_coro::executor, 1s);
  co_await timer.async_wait(asio::use_awaitable);
}

/// Asks it to stop after 10 ms, in this way. Whether it does.
template <class Start>
bool stops(Start start, cancellation_type how) {
  std::chrono::nanoseconds ended{};
  const auto scenario = [&]() -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    asio::cancellation_signal stop;
    asio::co_spawn(executor, start(),
                   asio::bind_cancellation_slot(
                       stop.slot(), [&ended](std::exception_ptr) { ended = weir::now(); }));
    asio::steady_timer timer(executor, 10ms);
    co_await timer.async_wait(asio::use_awaitable);
    stop.emit(how);
    timer.expires_after(2s);
    co_await timer.async_wait(asio::use_awaitable);
  };
  const auto fifo = weir::make_fifo();
  weir::run(scenario, *fifo);
  return ended == 10ms;
}

template <class Start>
int row(const char* what, Start start) {
  const auto word = [](bool it) {
    return it ? "stops" : "goes on";
  };
  const bool terminal = stops(start, cancellation_type::terminal);
  const bool partial = stops(start, cancellation_type::partial);
  const bool total = stops(start, cancellation_type::total);
  std::printf("%-31s %8s   %8s   %8s\n", what, word(terminal), word(partial), word(total));
  return terminal + 2 * partial + 4 * total;
}

int main() {
  std::printf("%-31s terminal    partial      total\n", "emitted:");
  const bool as_claimed =
      row("as spawned", unfiltered) == 1 &&
      row("enable_terminal_cancellation",
          [] { return patient(asio::enable_terminal_cancellation()); }) == 1 &&
      row("enable_partial_cancellation",
          [] { return patient(asio::enable_partial_cancellation()); }) == 3 &&
      row("enable_total_cancellation", [] { return patient(asio::enable_total_cancellation()); }) ==
          7 &&
      row("disable_cancellation", [] { return patient(asio::disable_cancellation()); }) == 0;
  return as_claimed ? 0 : 1;
}
