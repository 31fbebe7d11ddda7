// A task that fails in the background: who is told?
#include <boost/asio.hpp>

#include <cstdio>
#include <exception>
#include <stdexcept>

namespace asio = boost::asio;

asio::awaitable<void> flush() {
  co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
  throw std::runtime_error("disk full");
}

// [ways]
void forgotten(asio::io_context& io) {
  asio::co_spawn(io, flush(), asio::detached);
}

void thrown_on(asio::io_context& io) {
  asio::co_spawn(io, flush(), [](std::exception_ptr error) {
    if (error)
      std::rethrow_exception(error);
  });
}

// [/ways]

int awaiting_coroutines_told = 0;

asio::awaitable<void> save() {
  try {
    co_await flush();
  } catch (const std::runtime_error&) {
    ++awaiting_coroutines_told;
  }
}

void awaited(asio::io_context& io) {
  asio::co_spawn(io, save(), asio::detached);
}

/// Whether the thread that runs the loop is told.
bool run_throws(void (*start)(asio::io_context&)) {
  asio::io_context io;
  start(io);
  try {
    io.run();
  } catch (const std::runtime_error&) {
    return true;
  }
  return false;
}

int main() {
  std::printf("the flush throws \"disk full\":      who is told\n");
  const auto row = [](const char* what, void (*start)(asio::io_context&)) {
    awaiting_coroutines_told = 0;
    const bool thread = run_throws(start);
    std::printf("%-34s %s\n", what,
                thread                     ? "whoever calls io.run()"
                : awaiting_coroutines_told ? "the coroutine that awaits it"
                                           : "nobody");
    return thread;
  };
  const bool silent = !row("detached", forgotten);
  const bool loud = row("a handler that throws it on", thrown_on);
  const bool handled = !row("awaited", awaited) && awaiting_coroutines_told == 1;
  return silent && loud && handled ? 0 : 1;
}
