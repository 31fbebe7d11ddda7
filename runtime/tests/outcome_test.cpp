#include "run_helpers.hpp"
#include "testing/catch.hpp"

using namespace std::chrono_literals;
using weir::run_outcome;
using weir::test::channel;
using weir::test::run_once;

namespace {

asio::awaitable<void> wait_for(std::chrono::nanoseconds d) {
  asio::steady_timer timer(co_await asio::this_coro::executor, d);
  co_await timer.async_wait(asio::use_awaitable);
}

asio::awaitable<void> stuck_receiver(channel& from) {
  weir::name_this_task("receiver");
  co_await from.async_receive(asio::use_awaitable);
}

asio::awaitable<void> never_ending() {
  for (;;)
    co_await asio::post(asio::use_awaitable);
}

} // namespace

TEST_CASE("an expectation that does not hold ends the run with its finding") {
  const auto result = run_once([]() -> asio::awaitable<void> {
    weir::expect(true, "fine");
    weir::expect(false, "{} of {} items after {}", 3, 4U, 1500us);
    co_return;
  });
  CHECK(result.outcome == run_outcome::assertion_failed);
  CHECK(result.message == "3 of 4 items after 1.5 ms");
}

TEST_CASE("an expectation counts even where its exception is swallowed or nobody sees it") {
  const auto fails = []() -> asio::awaitable<void> {
    weir::expect(false, "seen");
    co_return;
  };
  CHECK(run_once([&]() -> asio::awaitable<void> {
          asio::co_spawn(co_await asio::this_coro::executor, fails(), asio::detached);
          co_await wait_for(1ms);
        }).outcome == run_outcome::assertion_failed);
  CHECK(run_once([]() -> asio::awaitable<void> {
          try {
            weir::expect(false, "seen");
          } catch (...) {
          }
          co_return;
        }).outcome == run_outcome::assertion_failed);
}

TEST_CASE("an exception out of the scenario or a handler is told with its type") {
  const auto thrown = run_once([]() -> asio::awaitable<void> {
    throw std::runtime_error("no disk");
    co_return;
  });
  CHECK(thrown.outcome == run_outcome::exception);
  CHECK(thrown.message.find("std::runtime_error: no disk") != std::string::npos);
  const auto from_handler = run_once([]() -> asio::awaitable<void> {
    asio::post(co_await asio::this_coro::executor, [] { throw 42; });
    co_await wait_for(1ms);
  });
  CHECK(from_handler.outcome == run_outcome::exception);
}

TEST_CASE("a deadlock names the tasks, what they wait for and since when") {
  const auto result = run_once([]() -> asio::awaitable<void> {
    const auto ex = co_await asio::this_coro::executor;
    channel empty(ex, 0);
    weir::name_this_task("scenario");
    asio::co_spawn(ex, stuck_receiver(empty), asio::detached);
    co_await wait_for(2ms);
    co_await empty.async_receive(asio::use_awaitable);
  });
  CHECK(result.outcome == run_outcome::deadlock);
  REQUIRE(result.tasks.size() == 2);
  CHECK(result.tasks[0].name == "scenario");
  CHECK(result.tasks[0].waits_for == "channel receive");
  CHECK(result.tasks[0].since == 2ms);
  CHECK(result.tasks[1].name == "receiver");
  CHECK(result.tasks[1].since == 0ms);
  CHECK(result.tasks[1].parent == 1);
  REQUIRE_FALSE(result.tasks[1].stack.empty());
  CHECK(result.tasks[1].stack.front() == "stuck_receiver");
  CHECK(result.message.find("receiver waits for channel receive") != std::string::npos);
}

TEST_CASE("work that outlives the scenario is a leak, with who started it and where it waits") {
  const auto body = []() -> asio::awaitable<void> {
    weir::name_this_task("main");
    asio::co_spawn(co_await asio::this_coro::executor, wait_for(1h), asio::detached);
  };
  const auto result = run_once(body);
  CHECK(result.outcome == run_outcome::leak);
  REQUIRE(result.tasks.size() == 1);
  CHECK(result.tasks[0].waits_for == "timer");
  CHECK(result.tasks[0].where.find("outcome_test.cpp:") == 0);
  CHECK_THAT(result.message,
             weir::test::has_text("started by main, which has ended without waiting for it"));
  weir::run_options lenient;
  lenient.leaks = weir::leak_check::ignore;
  CHECK(run_once(body, lenient).outcome == run_outcome::completed);
}

TEST_CASE("what the scenario cancels on its way out is no leak") {
  CHECK(run_once([]() -> asio::awaitable<void> {
          using namespace asio::experimental::awaitable_operators;
          co_await (wait_for(1h) || wait_for(1ms));
        }).outcome == run_outcome::completed);
}

TEST_CASE("a loop that never lets time pass meets the step limit") {
  weir::run_options options;
  options.limits.steps = 1000;
  const auto result = run_once([]() -> asio::awaitable<void> { co_await never_ending(); }, options);
  CHECK(result.outcome == run_outcome::step_limit);
  CHECK(result.message.find("the last 1000 of them with the clock standing at 0 ns") !=
        std::string::npos);
}

TEST_CASE("a timer beyond the time limit ends the run") {
  weir::run_options options;
  options.limits.virtual_time = 1s;
  CHECK(run_once([]() -> asio::awaitable<void> { co_await wait_for(2s); }, options).outcome ==
        run_outcome::time_limit);
}

TEST_CASE("running out of simulated memory is an outcome of its own") {
  const auto result = run_once([]() -> asio::awaitable<void> {
    try {
      throw weir::simulated_out_of_memory("12 MiB wanted, 10 MiB there");
    } catch (...) {
    }
    co_return;
  });
  CHECK(result.outcome == run_outcome::out_of_memory);
  CHECK(result.message == "12 MiB wanted, 10 MiB there");
}

TEST_CASE("a run inside a run is refused") {
  const auto result = run_once([]() -> asio::awaitable<void> {
    run_once([]() -> asio::awaitable<void> { co_return; });
    co_return;
  });
  CHECK(result.outcome == run_outcome::exception);
  CHECK(result.message.find("inside another run") != std::string::npos);
}

TEST_CASE("random streams are the same for the same seed and name, whatever the schedule") {
  std::vector<std::uint64_t> drawn;
  const auto body = [&]() -> asio::awaitable<void> {
    auto a = weir::stream("arrivals");
    auto b = weir::stream("latency");
    drawn = {a(), b()};
    co_return;
  };
  weir::run_options seven;
  seven.seed = 7;
  run_once(body, seven);
  const auto first = drawn;
  run_once(body, seven);
  CHECK(drawn == first);
  run_once(body);
  CHECK(drawn != first);
  CHECK(first[0] != first[1]);
}
