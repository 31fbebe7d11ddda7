#include "world_support.hpp"

#include <weir/explore.hpp>
#include <weir/testing.hpp>
#include <weir/world/signals.hpp>

#include <boost/asio/io_context.hpp>

#include <csignal>
#include <stdexcept>
#include <vector>

using namespace world_test;
using namespace weir::testing;
namespace world = weir::world;

TEST_CASE("whoever waits for a signal is told its number when it comes", "[world][signals]") {
  run_once([]() -> asio::awaitable<void> {
    driver test(co_await asio::this_coro::executor);
    world::signals signals(test.executor(), {SIGTERM, SIGINT});
    const auto& told = test.start("wait()", [&] { return signals.wait(); });
    co_await pass(5ms);
    CHECK(signals.waiting() == 1);
    expect_pending(told, "there was no signal");
    signals.raise(SIGINT);
    co_await test.finish();
    expect_ended(told, returned(SIGINT), 5ms, "SIGINT came");
    CHECK(signals.waiting() == 0);
    CHECK(signals.queued() == 0);
  });
}

TEST_CASE("signals that nobody waits for are queued, the lowest number first", "[world][signals]") {
  run_once([]() -> asio::awaitable<void> {
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    world::signals signals(executor, {SIGTERM, SIGINT});
    signals.raise(SIGTERM);
    signals.raise(SIGINT);
    signals.raise(SIGTERM);
    CHECK(signals.queued() == 3);
    std::vector<int> heard;
    for (int i = 0; i < 3; ++i) {
      const int number = co_await signals.wait();
      heard.push_back(number);
    }
    CHECK(heard == std::vector<int>{SIGINT, SIGTERM, SIGTERM});
    CHECK(signals.queued() == 0);
  });
}

TEST_CASE("where several wait for a signal, all of them are told", "[world][signals]") {
  run_once([]() -> asio::awaitable<void> {
    driver test(co_await asio::this_coro::executor);
    world::signals signals(test.executor(), {SIGTERM});
    const auto& one = test.start("one", [&] { return signals.wait(); });
    const auto& other = test.start("other", [&] { return signals.wait(); });
    co_await pass(1ms);
    signals.raise(SIGTERM);
    co_await test.finish();
    expect_ended(one, returned(SIGTERM), 1ms, "SIGTERM came");
    expect_ended(other, returned(SIGTERM), 1ms, "SIGTERM came");
    CHECK(signals.queued() == 0);
  });
}

TEST_CASE("a cancelled wait throws operation_aborted, and loses no signal, in whatever order",
          "[world][signals]") {
  const auto found = weir::explore({}, []() -> asio::awaitable<void> {
    driver test(co_await asio::this_coro::executor);
    world::signals signals(test.executor(), {SIGTERM});
    auto& first = test.start("first", [&] { return signals.wait(); });
    test.at(5ms, [&] { signals.raise(SIGTERM); });
    test.at(5ms, [&] { first.cancel(); });
    co_await pass(6ms);
    weir::expect(first.fate() == returned(SIGTERM) || first.fate() == cancelled, "it {}",
                 first.text());
    weir::expect(signals.queued() == (first.fate() == cancelled ? 1U : 0U),
                 "it {}, and {} are queued", first.text(), signals.queued());
    if (signals.queued() != 0) {
      const auto& second = test.start("second", [&] { return signals.wait(); });
      co_await pass();
      expect_ended(second, returned(SIGTERM), 6ms, "SIGTERM had come at 5 ms");
    }
    co_await test.finish();
  });
  INFO(found.report());
  CHECK(found);
}

TEST_CASE("a signal that is not heard can't be raised, and some can't be heard",
          "[world][signals]") {
  run_once([]() -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    world::signals signals(executor, {SIGTERM});
    CHECK_THROWS_AS(signals.raise(SIGHUP), std::invalid_argument);
    CHECK_THROWS_AS(world::signals(executor, {SIGKILL}), std::invalid_argument);
    CHECK_THROWS_AS(world::signals(executor, {0}), std::invalid_argument);
  });
}

TEST_CASE("signals work on an io_context as well", "[world][signals]") {
  asio::io_context io;
  world::signals signals(io.get_executor(), {SIGTERM});
  int heard = 0;
  asio::co_spawn(
      io, [&]() -> asio::awaitable<void> { heard = co_await signals.wait(); }, asio::detached);
  asio::post(io, [&] { signals.raise(SIGTERM); });
  io.run();
  CHECK(heard == SIGTERM);
}
