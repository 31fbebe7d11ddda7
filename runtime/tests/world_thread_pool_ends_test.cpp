/// How runs with a thread pool end when something is wrong, and that nothing is left of them.
#include "run_helpers.hpp"
#include "testing/catch.hpp"

#include <weir/explore.hpp>
#include <weir/world/thread_pool.hpp>

#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>

using namespace std::chrono_literals;
using weir::run_outcome;
using weir::test::run_once;
using weir::world::thread_pool;

namespace {

asio::awaitable<void> pass(std::chrono::nanoseconds d) {
  asio::steady_timer timer(co_await asio::this_coro::executor, d);
  co_await timer.async_wait(asio::use_awaitable);
}

/// A scenario that fails after 5 ms while `job` is on a pool.
weir::run_result fails_while(const std::function<void()>& job) {
  return run_once([&job]() -> asio::awaitable<void> {
    thread_pool pool(1);
    asio::post(pool, job);
    co_await pass(5ms);
    weir::expect(false, "enough");
  });
}

class sleeps_at_the_end {
public:
  sleeps_at_the_end() = default;
  sleeps_at_the_end(const sleeps_at_the_end&) = delete;
  sleeps_at_the_end& operator=(const sleeps_at_the_end&) = delete;

  ~sleeps_at_the_end() { std::this_thread::sleep_for(1ms); }
};

} // namespace

TEST_CASE("an exception that leaves a job ends the run and is told with its type",
          "[world][thread-pool]") {
  const auto result = run_once([]() -> asio::awaitable<void> {
    thread_pool pool(1, "crunchers");
    asio::post(pool, [] {
      std::this_thread::sleep_for(1ms);
      throw std::runtime_error("no such key");
    });
    co_await pass(5ms);
  });
  CHECK(result.outcome == run_outcome::exception);
  CHECK(result.message == "an exception left a job on thread 1 of \"crunchers\", which would end a "
                          "real process: std::runtime_error: no such key");
}

TEST_CASE("an expectation that does not hold in a job is the run's finding",
          "[world][thread-pool]") {
  const auto result = run_once([]() -> asio::awaitable<void> {
    thread_pool pool(1);
    asio::post(pool, [] { weir::expect(false, "seen on the pool"); });
    co_await pass(5ms);
  });
  CHECK(result.outcome == run_outcome::assertion_failed);
  CHECK(result.message == "seen on the pool");
}

TEST_CASE("a job that runs when the scenario has returned is a leak", "[world][thread-pool]") {
  const auto result = run_once([]() -> asio::awaitable<void> {
    static std::optional<thread_pool> pool; // nobody waits for it
    pool.emplace(1);
    asio::post(*pool, [] { std::this_thread::sleep_for(10ms); });
    co_await pass(2ms);
  });
  CHECK(result.outcome == run_outcome::leak);
  CHECK(result.message == "the scenario has returned, but work it started is still alive: a job on "
                          "thread 1 of \"pool\", begun at 0 ns");
}

TEST_CASE("join by a job of the pool is a deadlock, and told as one", "[world][thread-pool]") {
  for (const std::size_t threads : {1U, 2U}) {
    const auto result = run_once([threads]() -> asio::awaitable<void> {
      thread_pool pool(threads);
      asio::post(pool, [&pool] { pool.join(); });
      co_await pass(5ms);
    });
    CHECK(result.outcome == run_outcome::deadlock);
    CHECK(result.message == "join() of \"pool\" was called by a job on one of its own threads: it "
                            "waits for that job, which waits for it");
  }
}

TEST_CASE("a pool whose last owner is one of its jobs is a deadlock, too", "[world][thread-pool]") {
  const auto result = run_once([]() -> asio::awaitable<void> {
    auto pool = std::make_shared<thread_pool>(2);
    asio::post(*pool, [pool] { std::this_thread::sleep_for(1ms); });
    pool.reset();
    co_await pass(5ms);
  });
  CHECK(result.outcome == run_outcome::deadlock);
}

TEST_CASE("join on the loop for what waits for the loop is a deadlock", "[world][thread-pool]") {
  const auto result = run_once([]() -> asio::awaitable<void> {
    const asio::any_io_executor loop = co_await asio::this_coro::executor;
    thread_pool pool(1);
    auto task = [](asio::any_io_executor to) -> asio::awaitable<void> {
      co_await asio::post(to, asio::use_awaitable);
    };
    asio::co_spawn(pool, task(loop), asio::detached);
    pool.join();
  });
  CHECK(result.outcome == run_outcome::deadlock);
}

TEST_CASE("a future that only the loop could fulfil is a deadlock", "[world][thread-pool]") {
  for (const bool with_a_pool : {false, true}) {
    const auto result = run_once([with_a_pool]() -> asio::awaitable<void> {
      const asio::any_io_executor loop = co_await asio::this_coro::executor;
      std::optional<thread_pool> pool;
      if (with_a_pool)
        pool.emplace(1);
      std::promise<void> promise;
      asio::post(loop, [&promise] { promise.set_value(); });
      promise.get_future().get();
    });
    CHECK(result.outcome == run_outcome::deadlock);
    CHECK(result.message.find("waiting for a future") != std::string::npos);
  }
}

TEST_CASE("jobs that never end, with join, meet the limits of the run", "[world][thread-pool]") {
  const auto spinning = run_once(
      []() -> asio::awaitable<void> {
        thread_pool pool(1);
        std::function<void()> again = [&] {
          asio::post(pool, again);
        };
        again();
        pool.join();
        co_return;
      },
      {.limits = {.steps = 1'000}});
  CHECK(spinning.outcome == run_outcome::step_limit);
  const auto waiting = run_once(
      []() -> asio::awaitable<void> {
        thread_pool pool(1);
        asio::post(pool, [] {
          for (;;)
            std::this_thread::sleep_for(1s);
        });
        pool.join();
        co_await pass(1ms);
      },
      {.limits = {.virtual_time = 1min}});
  CHECK(!waiting);
}

TEST_CASE("what a job has on its stack is unwound when its run has failed",
          "[world][thread-pool]") {
  const auto held = std::make_shared<int>(0);
  const auto result = fails_while([held] {
    const auto own = held;
    const sleeps_at_the_end both;
    std::this_thread::sleep_for(1h);
  });
  CHECK(result.message == "enough");
  CHECK(held.use_count() == 1);
}

TEST_CASE("a job that catches everything ends with its run all the same", "[world][thread-pool]") {
  int caught = 0;
  const auto result = fails_while([&caught] {
    for (;;) {
      try {
        std::this_thread::sleep_for(1h);
      } catch (...) {
        ++caught;
      }
    }
  });
  CHECK(result.message == "enough");
  CHECK(caught > 1);
}

TEST_CASE("a job that can't be unwound keeps its thread and not the process",
          "[world][thread-pool]") {
  const auto result = fails_while([]() noexcept { std::this_thread::sleep_for(1h); });
  CHECK(result.message == "enough");
  CHECK(run_once([]() -> asio::awaitable<void> {
    thread_pool pool(1);
    asio::post(pool, [] { std::this_thread::sleep_for(1ms); });
    co_await pass(5ms);
  }));
}

TEST_CASE("failing schedules are shrunk and replayed with a pool", "[world][thread-pool]") {
  weir::explore_options options;
  options.name = "the second job ends first";
  const weir::scenario body = []() -> asio::awaitable<void> {
    thread_pool pool(2);
    int last = 0;
    for (const int i : {1, 2})
      asio::post(pool, [&last, i] {
        std::this_thread::sleep_for(1ms);
        weir::expect(i > last, "{} after {}", i, last);
        last = i;
      });
    co_await pass(5ms);
  };
  const auto found = weir::explore(options, body);
  REQUIRE(found.failure);
  CHECK(found.failure->deviations == 1);
  options.search.replay = found.failure->token;
  const auto again = weir::explore(options, body);
  REQUIRE(again.failure);
  CHECK(again.failure->result.message == "1 after 2");
}

TEST_CASE("thousands of runs share a handful of threads", "[world][thread-pool]") {
  weir::explore_options options;
  options.name = "a short job";
  options.search.schedules = 2'000;
  const auto found = weir::explore(options, []() -> asio::awaitable<void> {
    thread_pool pool(2);
    for (int i = 0; i < 3; ++i)
      asio::post(pool, [] { std::this_thread::sleep_for(1ms); });
    co_await pass(5ms);
  });
  CHECK(found.passed());
}

TEST_CASE("a pool wants a thread and a run", "[world][thread-pool]") {
  CHECK_THROWS_AS(thread_pool(1), std::logic_error);
  CHECK(run_once([]() -> asio::awaitable<void> {
    CHECK_THROWS_AS(thread_pool(0), std::invalid_argument);
    co_return;
  }));
}

TEST_CASE("a pool may outlive its run", "[world][thread-pool]") {
  std::unique_ptr<thread_pool> kept;
  CHECK(run_once([&kept]() -> asio::awaitable<void> {
    kept = std::make_unique<thread_pool>(1);
    asio::post(*kept, [] {});
    co_await pass(1ms);
  }));
  asio::post(*kept, [] { FAIL("the run is over"); });
}
