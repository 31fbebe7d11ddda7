// Permits come back on every path: four ways in which a job can end, three ways
// to return its permit.
#include <weir/policy.hpp>

#include <array>
#include <chrono>
#include <cstdio>
#include <stdexcept>

using namespace std::chrono_literals;

constexpr int jobs = 5;
constexpr int permits = 4;

/// Counts permits and wakes everybody when one is free: enough for this page,
/// unfair as a limiter.
class semaphore {
public:
  semaphore(const asio::any_io_executor& executor, int count)
      : bell_(executor, asio::steady_timer::time_point::max()), free_(count) {}

  asio::awaitable<void> acquire() {
    while (free_ == 0) {
      co_await bell_.async_wait(asio::as_tuple(asio::use_awaitable));
      const auto state = co_await asio::this_coro::cancellation_state;
      if (state.cancelled() != asio::cancellation_type::none)
        throw boost::system::system_error(asio::error::operation_aborted);
    }
    --free_;
  }

  void release() {
    ++free_;
    bell_.cancel();
  }

  int free() const { return free_; }

private:
  asio::steady_timer bell_;
  int free_;
};

using job = asio::awaitable<void> (*)();

// [by-hand]
asio::awaitable<void> by_hand(semaphore& limit, job work) {
  co_await limit.acquire();
  co_await work();
  limit.release();
}

// [/by-hand]

// [catching]
asio::awaitable<void> catching(semaphore& limit, job work) {
  try {
    co_await limit.acquire();
    co_await work();
  } catch (...) {
    limit.release(); // "whatever happened, give it back"
    throw;
  }
  limit.release();
}

// [/catching]

// [guarded]
class permit { // exists exactly as long as a permit is held
public:
  explicit permit(semaphore& from) : from_(from) {}

  permit(const permit&) = delete;
  permit& operator=(const permit&) = delete;

  ~permit() { from_.release(); }

private:
  semaphore& from_;
};

asio::awaitable<void> guarded(semaphore& limit, job work) {
  co_await limit.acquire();
  const permit held(limit);
  co_await work();
}

// [/guarded]

asio::awaitable<void> half_a_second() {
  asio::steady_timer timer(co_await asio::this_coro::executor, 500ms);
  co_await timer.async_wait(asio::use_awaitable);
}

asio::awaitable<void> failing() {
  co_await half_a_second();
  throw std::runtime_error("the partner hung up");
}

using style = asio::awaitable<void> (*)(semaphore&, job);

/// Five jobs for four permits; one may be cancelled after 100 ms. How many
/// permits are free when all is over?
int permits_after(style run_job, job work, int cancelled) {
  int left = 0;
  const auto scenario = [&]() -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    semaphore limit(executor, permits);
    std::array<asio::cancellation_signal, jobs> cancel;
    bool last_has_ended = false;
    for (int i = 1; i <= jobs; ++i) {
      const auto ended = [&last_has_ended, i](std::exception_ptr) {
        last_has_ended |= i == jobs;
      };
      asio::co_spawn(
          executor, run_job(limit, i == jobs ? half_a_second : work),
          asio::bind_cancellation_slot(cancel.at(i - 1).slot(), ended));
    }
    asio::steady_timer timer(executor, 100ms);
    co_await timer.async_wait(asio::use_awaitable);
    if (cancelled != 0)
      cancel.at(cancelled - 1).emit(asio::cancellation_type::terminal);
    timer.expires_after(2s);
    co_await timer.async_wait(asio::use_awaitable);
    left = limit.free();
    if (!last_has_ended) { // it would wait for ever
      cancel.back().emit(asio::cancellation_type::terminal);
      timer.expires_after(1ms);
      co_await timer.async_wait(asio::use_awaitable);
    }
  };
  const auto fifo = weir::make_fifo();
  weir::run(scenario, *fifo);
  return left;
}

int main() {
  bool as_claimed = true;
  std::printf("free of 4, after five jobs     by hand   catching   guarded\n");
  const auto row = [&](const char* what, job work, int cancelled) {
    const int guarded_left = permits_after(guarded, work, cancelled);
    std::printf("%-29s %8d   %8d   %7d\n", what,
                permits_after(by_hand, work, cancelled),
                permits_after(catching, work, cancelled), guarded_left);
    as_claimed = as_claimed && guarded_left == 4;
  };
  row("all return", half_a_second, 0);
  row("four throw", failing, 0);
  row("one is cancelled at work", half_a_second, 1);
  row("one is cancelled in the queue", half_a_second, 5);
  return as_claimed ? 0 : 1;
}
