// Four layers between a caller that is cancelled and a read: which of them pass it on?
#include <weir/policy.hpp>

#include <chrono>
#include <cstdio>
#include <exception>
#include <memory>
#include <string>

using namespace std::chrono_literals;
using boost::system::system_error;

std::chrono::nanoseconds read_ended{};

/// A second's work at a socket.
asio::awaitable<void> read() {
  asio::steady_timer socket(co_await asio::this_coro::executor, 1s);
  const auto [error] = co_await socket.async_wait(asio::as_tuple(asio::use_awaitable));
  read_ended = weir::now();
  if (error)
    throw system_error(error);
}

asio::awaitable<void> awaits() {
  co_await read();
}

// [spawns]
asio::awaitable<void> spawns_and_awaits() {
  const auto executor = co_await asio::this_coro::executor;
  co_await asio::co_spawn(executor, read(), asio::use_awaitable);
}

asio::awaitable<void> spawns_and_waits_for_a_bell() {
  const auto executor = co_await asio::this_coro::executor;
  const auto bell = std::make_shared<asio::steady_timer>(executor, 1h);
  asio::co_spawn(executor, read(), [bell](auto...) { bell->cancel(); });
  co_await bell->async_wait(asio::as_tuple(asio::use_awaitable));
}

// [/spawns]

// [retries]
asio::awaitable<void> retries() {
  for (int attempt = 1; attempt <= 3; ++attempt) {
    try {
      co_await read();
      co_return;
    } catch (const std::exception&) {
      // never mind, once more
    }
  }
}

// [/retries]

struct outcome {
  std::string told;
  long caller = 0, read = 0; // when they ended, in ms
};

outcome cancelled_at_10ms(asio::awaitable<void> (*layer)()) {
  outcome seen;
  const auto scenario = [&]() -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    asio::cancellation_signal stop;
    const auto note = [&seen](std::exception_ptr error) {
      seen.told = error ? "aborted" : "all is well";
      seen.caller = static_cast<long>(weir::now() / 1ms);
    };
    asio::co_spawn(executor, layer(), asio::bind_cancellation_slot(stop.slot(), note));
    asio::steady_timer timer(executor, 10ms);
    co_await timer.async_wait(asio::use_awaitable);
    stop.emit(asio::cancellation_type::terminal);
    timer.expires_after(2s);
    co_await timer.async_wait(asio::use_awaitable);
  };
  const auto fifo = weir::make_fifo();
  weir::run(scenario, *fifo);
  seen.read = static_cast<long>(read_ended / 1ms);
  return seen;
}

int main() {
  std::printf("cancelled at 10 ms          the read ends   the layer ends   and says\n");
  const auto row = [](const char* what, asio::awaitable<void> (*layer)()) {
    const outcome seen = cancelled_at_10ms(layer);
    std::printf("%-27s %10ld ms %13ld ms   %s\n", what, seen.read, seen.caller, seen.told.c_str());
    return seen;
  };
  const outcome straight = row("awaits", awaits);
  const outcome spawned = row("spawns, and awaits", spawns_and_awaits);
  const outcome cut = row("spawns, waits for a bell", spawns_and_waits_for_a_bell);
  const outcome swallowed = row("retries whatever it catches", retries);
  return straight.read == 10 && spawned.read == 10 && cut.read == 1000 && cut.caller == 10 &&
                 swallowed.told == "all is well"
             ? 0
             : 1;
}
