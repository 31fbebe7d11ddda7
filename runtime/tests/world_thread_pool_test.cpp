/// A thread pool in virtual time: that it does what `asio::thread_pool` does, and when.
#include "world_support.hpp"

#include <weir/explore.hpp>
#include <weir/world/cpu.hpp>
#include <weir/world/thread_pool.hpp>

#include <cmath>
#include <condition_variable>
#include <cstdint>
#include <future>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace asio = boost::asio;
using std::chrono::nanoseconds;
using weir::world::thread_pool;
using namespace world_test;

namespace {

/// The caller's executor, when there is something to do for it.
asio::awaitable<void> back_to(asio::any_io_executor executor) {
  return asio::post(executor, asio::bind_executor(executor, asio::use_awaitable));
}

weir::explore_options explored(std::string name) {
  weir::explore_options options;
  options.name = std::move(name);
  options.search.schedules = 200;
  options.determinism_every = 8;
  return options;
}

} // namespace

TEST_CASE("a job that sleeps keeps its thread busy, and neither the loop nor the others",
          "[world][thread-pool]") {
  run_once([]() -> asio::awaitable<void> {
    thread_pool pool(2);
    std::vector<std::string> seen;
    const auto note = [&seen](const std::string& what) {
      seen.push_back(what + weir::text(" {}", weir::now()));
    };
    for (int i = 1; i <= 3; ++i)
      asio::post(pool, [&note, i] {
        std::this_thread::sleep_for(10ms);
        note(weir::text("job {}", i));
      });
    auto first = sleep(5ms);
    co_await std::move(first);
    note("loop");
    CHECK(pool.busy() == 2);
    CHECK(pool.queued() == 1);
    auto second = sleep(20ms);
    co_await std::move(second);
    CHECK(seen ==
          std::vector<std::string>{"loop 5 ms", "job 1 10 ms", "job 2 10 ms", "job 3 20 ms"});
    CHECK(pool.completed() == 3);
    CHECK(pool.peak_busy() == 2);
    CHECK(pool.peak_queued() == 1);
    CHECK(pool.utilisation() == 0.6); // 30 ms of work, two threads for 25 ms
  });
}

TEST_CASE("whatever blocks a thread in production blocks a job's", "[world][thread-pool]") {
  run_once([]() -> asio::awaitable<void> {
    const asio::any_io_executor loop = co_await asio::this_coro::executor;
    thread_pool pool(1);
    std::vector<std::chrono::nanoseconds> times;
    asio::post(pool, [&times, loop] {
      std::this_thread::sleep_for(1ms);
      times.push_back(weir::now());
      weir::block_loop(1ms);
      times.push_back(weir::now());
      weir::world::occupy_loop(1ms);
      times.push_back(weir::now());
      asio::steady_timer(loop, 1ms).wait();
      times.push_back(weir::now());
      const auto until = std::chrono::steady_clock::now() + 1ms;
      std::this_thread::sleep_until(until);
      times.push_back(weir::now());
    });
    auto other = sleep(1500us);
    co_await std::move(other);
    CHECK(times.size() == 1);
    auto end = sleep(10ms);
    co_await std::move(end);
    CHECK(times == std::vector<std::chrono::nanoseconds>{1ms, 2ms, 3ms, 4ms, 5ms});
  });
}

TEST_CASE("a job sees what the loop has set meanwhile", "[world][thread-pool]") {
  run_once([]() -> asio::awaitable<void> {
    thread_pool pool(1);
    bool stop = false;
    std::chrono::nanoseconds stopped{};
    asio::post(pool, [&] {
      while (!stop)
        std::this_thread::sleep_for(2ms);
      stopped = weir::now();
    });
    auto later = sleep(5ms);
    co_await std::move(later);
    stop = true;
    auto end = sleep(5ms);
    co_await std::move(end);
    CHECK(stopped == 6ms);
  });
}

TEST_CASE("a loop that blocks keeps nothing on the pool from going on", "[world][thread-pool]") {
  run_once([]() -> asio::awaitable<void> {
    thread_pool pool(1);
    std::vector<std::chrono::nanoseconds> times;
    for (int i = 0; i < 3; ++i)
      asio::post(pool, [&times] {
        std::this_thread::sleep_for(10ms);
        times.push_back(weir::now());
      });
    std::this_thread::sleep_for(25ms);
    CHECK(weir::now() == 25ms);
    CHECK(times == std::vector<std::chrono::nanoseconds>{10ms, 20ms});
    auto end = sleep(5ms);
    co_await std::move(end);
    CHECK(times.size() == 3);
  });
}

TEST_CASE("threads are threads", "[world][thread-pool]") {
  run_once([]() -> asio::awaitable<void> {
    thread_pool pool(2);
    thread_pool other(1, "other");
    static thread_local int mine = 0;
    mine = 7;
    std::set<std::thread::id> ids{std::this_thread::get_id()};
    int seen = 0;
    int elsewhere = 0;
    for (int i = 0; i < 2; ++i)
      asio::post(pool, [&] {
        ids.insert(std::this_thread::get_id());
        mine += 1;
        std::this_thread::sleep_for(1ms);
        seen += mine;
        CHECK(pool.get_executor().running_in_this_thread());
        CHECK(!other.get_executor().running_in_this_thread());
        bool inside = false;
        asio::dispatch(pool, [&inside] { inside = true; });
        CHECK(inside);
        const int before = elsewhere;
        asio::dispatch(other, [&elsewhere] { ++elsewhere; });
        CHECK(elsewhere == before);
      });
    auto end = sleep(2ms);
    co_await std::move(end);
    CHECK(!pool.get_executor().running_in_this_thread());
    CHECK(ids.size() == 3);
    CHECK(seen < 2 * 7); // nobody has seen the loop's
    CHECK(mine == 7);
    CHECK(elsewhere == 2);
  });
}

TEST_CASE("dispatch to the loop's executor on a pool's thread is a post", "[world][thread-pool]") {
  run_once([]() -> asio::awaitable<void> {
    const asio::any_io_executor loop = co_await asio::this_coro::executor;
    thread_pool pool(1);
    const auto here = std::this_thread::get_id();
    int right = 0;
    asio::post(pool, [&] {
      asio::dispatch(loop, [&] { right += std::this_thread::get_id() == here ? 1 : 0; });
      CHECK(right == 0);
    });
    auto end = sleep(1ms);
    co_await std::move(end);
    CHECK(right == 1);
  });
}

TEST_CASE("coroutines go to the pool and come back", "[world][thread-pool]") {
  run_once([]() -> asio::awaitable<void> {
    const asio::any_io_executor loop = co_await asio::this_coro::executor;
    thread_pool pool(2);
    const auto here = std::this_thread::get_id();
    const auto compute = [](int n) -> asio::awaitable<int> {
      std::this_thread::sleep_for(5ms);
      asio::steady_timer timer(co_await asio::this_coro::executor, 5ms);
      co_await timer.async_wait(asio::use_awaitable);
      if (n == 0)
        throw std::runtime_error("nothing to compute");
      co_return 2 * n;
    };
    auto spawned = asio::co_spawn(pool, compute(21), asio::use_awaitable);
    const int twice = co_await std::move(spawned);
    CHECK(twice == 42);
    CHECK(weir::now() == 10ms);
    CHECK(std::this_thread::get_id() == here);
    std::string error;
    try {
      auto failing = asio::co_spawn(pool, compute(0), asio::use_awaitable);
      co_await std::move(failing);
    } catch (const std::runtime_error& e) {
      error = e.what();
    }
    CHECK(error == "nothing to compute");
    auto there = asio::post(pool, asio::bind_executor(pool, asio::use_awaitable));
    co_await std::move(there);
    CHECK(std::this_thread::get_id() != here);
    std::this_thread::sleep_for(1ms);
    auto back = back_to(loop);
    co_await std::move(back);
    CHECK(std::this_thread::get_id() == here);
    CHECK(weir::now() == 21ms);
  });
}

TEST_CASE("a pool is as busy, and as long waited for, as Erlang's formula says",
          "[world][thread-pool]") {
  // M/M/2 at a load of 0.8: who comes waits with probability 0.711, and for 17.8 ms on average.
  run_once([]() -> asio::awaitable<void> {
    thread_pool pool(2);
    auto random = weir::stream("jobs");
    double waited = 0;
    constexpr int jobs = 20'000;
    for (int i = 0; i < jobs; ++i) {
      auto gap = sleep(nanoseconds(static_cast<std::int64_t>(random.exponential(6.25e6))));
      co_await std::move(gap);
      const nanoseconds takes(static_cast<std::int64_t>(random.exponential(10e6)));
      asio::post(pool, [&waited, came = weir::now(), takes] {
        waited += std::chrono::duration<double>(weir::now() - came).count();
        std::this_thread::sleep_for(takes);
      });
    }
    pool.join();
    CHECK(pool.completed() == jobs);
    CHECK(std::abs(pool.utilisation() - 0.8) < 0.02);
    CHECK(std::abs(waited / jobs - 0.0178) < 0.002);
  });
}

TEST_CASE("a strand on a pool is one at a time", "[world][thread-pool]") {
  run_once([]() -> asio::awaitable<void> {
    thread_pool pool(3);
    auto strand = asio::make_strand(pool.get_executor());
    int inside = 0;
    int most = 0;
    for (int i = 0; i < 5; ++i)
      asio::post(strand, [&] {
        most = std::max(most, ++inside);
        CHECK(strand.running_in_this_thread());
        std::this_thread::sleep_for(1ms);
        --inside;
      });
    pool.join();
    CHECK(most == 1);
    CHECK(weir::now() == 5ms);
    co_return;
  });
}

TEST_CASE("join blocks the loop until all is done", "[world][thread-pool]") {
  run_once([]() -> asio::awaitable<void> {
    const asio::any_io_executor loop = co_await asio::this_coro::executor;
    std::chrono::nanoseconds ticked{};
    asio::steady_timer tick(loop, 1ms);
    tick.async_wait([&](const boost::system::error_code&) { ticked = weir::now(); });
    int done = 0;
    {
      thread_pool pool(2);
      for (int i = 0; i < 5; ++i)
        asio::post(pool, [&] {
          std::this_thread::sleep_for(10ms);
          ++done;
          asio::post(loop, [&] { ++done; });
        });
      pool.join();
      CHECK(done == 5);
      CHECK(weir::now() == 30ms);
      asio::post(pool, [] { FAIL("it has been joined"); });
    }
    auto end = sleep(1ms);
    co_await std::move(end);
    CHECK(done == 10);
    CHECK(ticked == 30ms);
  });
}

TEST_CASE("the destructor waits for what runs and destroys what has not begun",
          "[world][thread-pool]") {
  run_once([]() -> asio::awaitable<void> {
    int done = 0;
    const auto held = std::make_shared<int>(0);
    {
      thread_pool pool(1);
      for (int i = 0; i < 3; ++i)
        asio::post(pool, [&done, held] {
          std::this_thread::sleep_for(10ms);
          ++done;
        });
      auto some = sleep(1ms);
      co_await std::move(some);
    }
    CHECK(done == 1);
    CHECK(held.use_count() == 1);
    CHECK(weir::now() == 10ms);
  });
}

TEST_CASE("a job may wait for another pool", "[world][thread-pool]") {
  run_once([]() -> asio::awaitable<void> {
    thread_pool outer(1, "outer");
    std::chrono::nanoseconds ended{};
    asio::post(outer, [&ended] {
      thread_pool inner(2, "inner");
      for (int i = 0; i < 4; ++i)
        asio::post(inner, [] { std::this_thread::sleep_for(5ms); });
      inner.join();
      ended = weir::now();
    });
    auto end = sleep(20ms);
    co_await std::move(end);
    CHECK(ended == 10ms);
  });
}

TEST_CASE("a loop that waits for a future is blocked until a job has fulfilled it",
          "[world][thread-pool]") {
  run_once([]() -> asio::awaitable<void> {
    const asio::any_io_executor loop = co_await asio::this_coro::executor;
    thread_pool pool(1);
    std::chrono::nanoseconds ticked{};
    asio::steady_timer tick(loop, 1ms);
    tick.async_wait([&](const boost::system::error_code&) { ticked = weir::now(); });
    std::promise<int> promise;
    auto future = promise.get_future();
    asio::post(pool, [&promise] {
      std::this_thread::sleep_for(10ms);
      promise.set_value(7);
    });
    CHECK(future.wait_for(4ms) == std::future_status::timeout);
    CHECK(weir::now() == 4ms);
    CHECK(future.get() == 7);
    CHECK(weir::now() == 10ms);
    std::mutex mutex;
    std::condition_variable changed;
    bool done = false;
    asio::post(pool, [&] {
      std::this_thread::sleep_for(5ms);
      const std::lock_guard lock(mutex);
      done = true;
      changed.notify_one();
    });
    {
      std::unique_lock lock(mutex);
      changed.wait(lock, [&done] { return done; });
    }
    CHECK(weir::now() == 15ms);
    auto end = sleep(1ms);
    co_await std::move(end);
    CHECK(ticked == 15ms);
  });
}

TEST_CASE("a job may wait for another one's future", "[world][thread-pool]") {
  run_once([]() -> asio::awaitable<void> {
    thread_pool pool(2);
    std::promise<int> promise;
    int got = 0;
    asio::post(pool, [&] { got = promise.get_future().get(); });
    asio::post(pool, [&promise] {
      std::this_thread::sleep_for(1ms);
      promise.set_value(7);
    });
    auto end = sleep(2ms);
    co_await std::move(end);
    CHECK(got == 7);
  });
}

TEST_CASE("jobs of one instant come in every order, and the same schedule gives the same run",
          "[world][thread-pool]") {
  std::set<std::string> orders;
  const auto found =
      weir::explore(explored("three jobs on two threads"), [&orders]() -> asio::awaitable<void> {
        const asio::any_io_executor loop = co_await asio::this_coro::executor;
        thread_pool pool(2);
        std::string order;
        for (const char name : {'a', 'b', 'c'})
          asio::post(pool, [&order, name, loop] {
            order += name;
            std::this_thread::sleep_for(1ms);
            asio::post(loop, [&order, name] { order += static_cast<char>(name - 'a' + 'A'); });
          });
        auto end = sleep(5ms);
        co_await std::move(end);
        orders.insert(order);
        weir::expect(order.find('c') != 0, "the third began first: {}", order);
      });
  INFO(found.report());
  CHECK(found.passed());
  CHECK(orders.size() > 4);
  CHECK(orders.contains("abABcC"));
  CHECK(orders.contains("baABcC"));
}

TEST_CASE("a job's function may be destroyed after what it posted has been carried out",
          "[world][thread-pool]") {
  const auto found = weir::explore(explored("the last reference"), []() -> asio::awaitable<void> {
    const asio::any_io_executor loop = co_await asio::this_coro::executor;
    thread_pool pool(1);
    auto held = std::make_shared<int>(0);
    bool last = false;
    asio::post(pool, [held, loop, &last] {
      asio::post(loop, [watched = held.get(), &last] { last = watched != nullptr; });
    });
    const std::weak_ptr<int> seen = std::exchange(held, nullptr);
    while (!last) {
      auto turn = back_to(loop);
      co_await std::move(turn);
    }
    weir::expect(seen.expired(), "the loop was told, and the job's function still lives");
  });
  REQUIRE(found.failure);
  CHECK(found.failure->number > 1);
}

TEST_CASE("what one thread of a loop can do leaves the pool's threads free",
          "[world][thread-pool]") {
  auto options = explored("a loop of one thread");
  options.search.model = weir::parse_schedule_model("one-thread+1ms");
  std::set<std::string> orders;
  const auto found = weir::explore(options, [&orders]() -> asio::awaitable<void> {
    const asio::any_io_executor loop = co_await asio::this_coro::executor;
    thread_pool pool(1);
    std::string order;
    asio::post(loop, [&order] { order += '1'; });
    asio::post(loop, [&order] { order += '2'; });
    asio::post(pool, [&order] { order += 'p'; });
    auto end = sleep(20ms);
    co_await std::move(end);
    orders.insert(order);
  });
  CHECK(found.passed());
  CHECK(orders == std::set<std::string>{"12p", "1p2", "p12"});
}
