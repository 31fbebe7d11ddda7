// A scope: a function that starts tasks returns when they have ended.
#include <weir/policy.hpp>

#include <chrono>
#include <cstdio>

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using timer = asio::steady_timer;

int running = 0;

asio::awaitable<void> work(milliseconds length) {
  ++running;
  timer clock(co_await asio::this_coro::executor, length);
  co_await clock.async_wait(asio::use_awaitable);
  --running;
}

// [scope]
class scope { // owns tasks; knows neither errors nor cancellation yet
public:
  explicit scope(const asio::any_io_executor& executor)
      : executor_(executor), empty_(executor, timer::time_point::max()) {}

  void start(asio::awaitable<void> task) {
    ++running_;
    asio::co_spawn(executor_, std::move(task), [this](std::exception_ptr) {
      if (--running_ == 0)
        empty_.cancel();
    });
  }

  asio::awaitable<void> join() {
    while (running_ != 0)
      co_await empty_.async_wait(asio::as_tuple(asio::use_awaitable));
  }

private:
  asio::any_io_executor executor_;
  timer empty_;
  int running_ = 0;
};

// [/scope]

asio::awaitable<void> leaves_them() {
  const auto executor = co_await asio::this_coro::executor;
  for (const milliseconds length : {10ms, 200ms, 500ms})
    asio::co_spawn(executor, work(length), asio::detached);
  co_await asio::post(executor, asio::use_awaitable);
}

// [use]
asio::awaitable<void> waits_for_them() {
  scope tasks(co_await asio::this_coro::executor);
  for (const milliseconds length : {10ms, 200ms, 500ms})
    tasks.start(work(length));
  co_await tasks.join();
}

// [/use]

struct tally {
  long returned_at = 0; // ms
  int running = 0;
};

tally measure(asio::awaitable<void> (*function)()) {
  tally seen;
  running = 0;
  const auto scenario = [&]() -> asio::awaitable<void> {
    co_await function();
    seen = {static_cast<long>(weir::now() / 1ms), running};
  };
  const auto fifo = weir::make_fifo();
  weir::run(scenario, *fifo, {.leaks = weir::leak_check::ignore});
  return seen;
}

int main() {
  std::printf("three tasks   the function returns   of them, running then\n");
  const auto row = [](const char* what, asio::awaitable<void> (*function)()) {
    const tally seen = measure(function);
    std::printf("%-13s %18ld ms %23d\n", what, seen.returned_at, seen.running);
    return seen;
  };
  const tally left = row("detached", leaves_them);
  const tally joined = row("in a scope", waits_for_them);
  return left.running == 3 && joined.running == 0 && joined.returned_at == 500 ? 0 : 1;
}
