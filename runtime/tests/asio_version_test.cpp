// Where Asio's versions differ in what Weir rests on: each test says which Asio it is about, and
// the others know what holds in every one. Boost 1.81 has Asio 1.26, 1.83 has 1.28, 1.88 has 1.34.
#include "run_helpers.hpp"
#include "testing/catch.hpp"

#include <weir/explore.hpp>
#include <weir/token.hpp>

#include <boost/asio/version.hpp>

#if BOOST_ASIO_VERSION >= 103100
#include <boost/asio/cancel_after.hpp>
#endif

#include <array>
#include <cstddef>
#include <new>
#include <string>

using namespace std::chrono_literals;
using boost::system::error_code;
using weir::run_outcome;
using weir::test::channel;
using weir::test::has_text;
using weir::test::run_once;

namespace {

/// How many values a receiver still gets from a channel of two that was closed when full.
int received_after_close() {
  int received = 0;
  REQUIRE(run_once([&]() -> asio::awaitable<void> {
    channel numbers(co_await asio::this_coro::executor, 2);
    numbers.try_send(error_code{}, 1);
    numbers.try_send(error_code{}, 2);
    numbers.close();
    for (;;) {
      const auto [failed, value] =
          co_await numbers.async_receive(asio::as_tuple(asio::use_awaitable));
      if (failed) {
        weir::expect(failed == asio::experimental::channel_errc::channel_closed,
                     "a closed channel said: {}", failed.message());
        break;
      }
      received += value;
    }
  }));
  return received;
}

} // namespace

#if BOOST_ASIO_VERSION >= 102700
TEST_CASE("from Asio 1.27 on, a closed channel still gives what it holds", "[asio]") {
  CHECK(received_after_close() == 1 + 2);
}
#else
TEST_CASE("up to Asio 1.26, closing a channel drops what it holds", "[asio]") {
  CHECK(received_after_close() == 0);
}
#endif

TEST_CASE("in every Asio, a sender that waits is not woken when the channel is closed", "[asio]") {
  // Never destroyed: after close(), cancel() takes a sender that waits for a receiver, and the
  // destructor calls it.
  alignas(channel) static std::array<std::byte, sizeof(channel)> place;
  std::string sender = "waits";
  weir::run_options options;
  options.leaks = weir::leak_check::ignore;
  const auto result = run_once(
      [&]() -> asio::awaitable<void> {
        const auto executor = co_await asio::this_coro::executor;
        auto* const numbers = ::new (place.data()) channel(executor, 0);
        numbers->async_send(error_code{}, 1,
                            [&](error_code failed) { sender = failed ? "failed" : "sent"; });
        numbers->close();
        asio::steady_timer later(executor, 1h);
        co_await later.async_wait(asio::use_awaitable);
      },
      options);
  CHECK(result.outcome == run_outcome::completed);
  CHECK(result.virtual_time == 1h);
  CHECK(sender == "waits");
}

#if BOOST_ASIO_VERSION >= 103100
#define WEIR_DEFAULT_TOKEN

TEST_CASE("from Asio 1.31 on, the default token is deferred", "[asio]") {
  STATIC_REQUIRE(
      std::is_same_v<asio::default_completion_token_t<asio::any_io_executor>, asio::deferred_t>);
}
#else
#define WEIR_DEFAULT_TOKEN asio::deferred
#endif

TEST_CASE("a deferred wait that is awaited takes virtual time", "[asio]") {
  const auto result = run_once([]() -> asio::awaitable<void> {
    asio::steady_timer timer(co_await asio::this_coro::executor, 1h);
    co_await timer.async_wait(WEIR_DEFAULT_TOKEN);
    timer.expires_after(1h);
    const auto [failed] = co_await timer.async_wait(asio::as_tuple(asio::deferred));
    weir::expect(!failed, "the wait ended with: {}", failed.message());
  });
  CHECK(result.outcome == run_outcome::completed);
  CHECK(result.virtual_time == 2h);
}

TEST_CASE("a deferred wait that is awaited is told as a timer, with its place", "[asio]") {
  const auto line = std::to_string(__LINE__ + 3);
  const auto waiter = []() -> asio::awaitable<void> {
    asio::steady_timer timer(co_await asio::this_coro::executor, 1h);
    co_await timer.async_wait(WEIR_DEFAULT_TOKEN);
  };
  const auto result = run_once([&]() -> asio::awaitable<void> {
    asio::co_spawn(co_await asio::this_coro::executor, waiter(), asio::detached);
  });
  CHECK(result.outcome == run_outcome::leak);
  REQUIRE(result.tasks.size() == 1);
  CHECK(result.tasks[0].waits_for == "timer");
  CHECK(result.tasks[0].where == "asio_version_test.cpp:" + line);
}

TEST_CASE("a deferred wait can be cancelled by the operators", "[asio]") {
  const auto result = run_once([]() -> asio::awaitable<void> {
    using namespace asio::experimental::awaitable_operators;
    const auto wait = [](std::chrono::nanoseconds time) -> asio::awaitable<void> {
      asio::steady_timer timer(co_await asio::this_coro::executor, time);
      co_await timer.async_wait(WEIR_DEFAULT_TOKEN);
    };
    const auto first = co_await (wait(1h) || wait(1s));
    weir::expect(first.index() == 1, "the longer wait won");
  });
  CHECK(result.outcome == run_outcome::completed);
  CHECK(result.virtual_time == 1s);
}

#if BOOST_ASIO_VERSION >= 103100
TEST_CASE("from Asio 1.31 on, cancel_after counts virtual time", "[asio]") {
  const auto result = run_once([]() -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    asio::steady_timer timer(executor, 1h);
    const auto [waiting] =
        co_await timer.async_wait(asio::cancel_after(2s, asio::as_tuple(asio::use_awaitable)));
    weir::expect(waiting == asio::error::operation_aborted, "the wait ended with: {}",
                 waiting.message());
    channel numbers(executor, 0);
    const auto [receiving, number] =
        co_await numbers.async_receive(asio::cancel_after(3s, asio::as_tuple(asio::deferred)));
    weir::expect(receiving == asio::experimental::channel_errc::channel_cancelled,
                 "the receive ended with: {}", receiving.message());
    timer.expires_after(1s);
    co_await timer.async_wait(asio::cancel_after(1h));
  });
  CHECK(result.outcome == run_outcome::completed);
  CHECK(result.virtual_time == 2s + 3s + 1s);
}
#endif

TEST_CASE("in every Asio, tasks start in the order in which they were spawned", "[asio]") {
  std::string order;
  REQUIRE(run_once([&]() -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    const auto task = [&](char name) -> asio::awaitable<void> {
      order += name;
      co_await asio::post(asio::use_awaitable);
      order += name;
    };
    asio::co_spawn(executor, task('a'), asio::detached);
    asio::co_spawn(executor, task('b'), asio::detached);
    co_await asio::co_spawn(executor, task('c'), asio::use_awaitable);
  }));
  // From Asio 1.36 on, co_spawn posts once more than before, which moves no task past another.
  CHECK(order == "abcabc");
}

TEST_CASE("in every Asio, a spawned task that ends at once completes after co_spawn has returned",
          "[asio]") {
  std::string order;
  REQUIRE(run_once([&]() -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    const auto nothing = []() -> asio::awaitable<void> {
      co_return;
    };
    asio::co_spawn(executor, nothing(), [&](const std::exception_ptr&) { order += "completed "; });
    order += "returned ";
    asio::steady_timer later(executor, 1s);
    co_await later.async_wait(asio::use_awaitable);
  }));
  CHECK(order == "returned completed ");
}

TEST_CASE("in every Asio, a handler without an executor runs on its timer's", "[asio]") {
  std::string order;
  REQUIRE(run_once([&]() -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    asio::steady_timer timer(executor, 1s);
    timer.async_wait([&](error_code) { order += "handler "; });
    timer.cancel();
    order += "cancelled ";
    timer.expires_after(1s);
    co_await timer.async_wait(asio::use_awaitable);
  }));
  CHECK(order == "cancelled handler ");
}

TEST_CASE("in every Asio, the search finds the same lost update", "[asio]") {
  weir::explore_options options;
  options.name = "two increments";
  options.search.policy = weir::policy_kind::depth_first;
  const auto found = weir::explore(options, []() -> asio::awaitable<void> {
    using namespace asio::experimental::awaitable_operators;
    int value = 0;
    const auto increment = [&]() -> asio::awaitable<void> {
      const int seen = value;
      co_await asio::post(asio::use_awaitable);
      value = seen + 1;
    };
    co_await (increment() && increment());
    weir::expect(value == 2, "two increments made {}", value);
  });
  CHECK_FALSE(found);
  CHECK_THAT(found.report(), has_text("two increments made 1"));
}

TEST_CASE("the library says with which Asio it was built, and tokens carry it", "[asio]") {
  CHECK(weir::asio_version() == std::to_string(BOOST_ASIO_VERSION / 100'000) + "." +
                                    std::to_string(BOOST_ASIO_VERSION / 100 % 1'000));
}
