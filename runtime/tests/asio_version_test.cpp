// What differs between the versions of Asio that Weir is built with. Each test says which it is
// about; one that is about others is not compiled.
#include "run_helpers.hpp"
#include "testing/catch.hpp"

#include <weir/token.hpp>

#include <boost/asio/version.hpp>

#if BOOST_ASIO_VERSION >= 103000
#include <boost/asio/cancel_after.hpp>
#endif

using namespace std::chrono_literals;
using boost::system::error_code;
using weir::test::channel;
using weir::test::run_once;

namespace {

/// What a receiver gets from a channel that was closed with two values in it.
std::vector<int> received_after_close() {
  std::vector<int> received;
  const auto result = run_once([&]() -> asio::awaitable<void> {
    channel values(co_await asio::this_coro::executor, 2);
    values.try_send(error_code{}, 1);
    values.try_send(error_code{}, 2);
    values.close();
    for (int i = 0; i < 3; ++i) {
      auto [failed, value] = co_await values.async_receive(asio::as_tuple(asio::use_awaitable));
      if (!failed)
        received.push_back(value);
    }
  });
  CHECK(result);
  return received;
}

} // namespace

#if BOOST_ASIO_VERSION < 102700
TEST_CASE("up to Asio 1.26 (Boost 1.81) a channel that is closed drops what it holds") {
  CHECK(received_after_close().empty());
}
#else
TEST_CASE("from Asio 1.27 (Boost 1.82) a channel that is closed still gives what it holds") {
  CHECK(received_after_close() == std::vector<int>{1, 2});
}
#endif

TEST_CASE("a channel that is closed leaves those waiting who want to send (Asio 1.26 to 1.36)") {
  std::string ended = "still waiting";
  weir::run_options options;
  options.leaks = weir::leak_check::ignore;
  CHECK(run_once(
      [&]() -> asio::awaitable<void> {
        const auto ex = co_await asio::this_coro::executor;
        channel values(ex, 0);
        values.async_send(error_code{}, 1, [&](error_code failed) {
          ended = failed == asio::error::operation_aborted ? "aborted" : "closed";
        });
        values.close();
        asio::steady_timer timer(ex, 1ms);
        co_await timer.async_wait(asio::use_awaitable);
        CHECK(ended == "still waiting");
      },
      options));
}

#if BOOST_ASIO_VERSION >= 103100
TEST_CASE("from Asio 1.31 (Boost 1.86) a wait needs no token, and keeps its place in the report") {
  const auto result = run_once([]() -> asio::awaitable<void> {
    asio::steady_timer timer(co_await asio::this_coro::executor, 5ms);
    co_await timer.async_wait();
    weir::expect(weir::now() == 5ms, "the wait took {}", weir::now());
    asio::steady_timer never(timer.get_executor(), asio::steady_timer::time_point::max());
    asio::co_spawn(
        timer.get_executor(), [&]() -> asio::awaitable<void> { co_await never.async_wait(); },
        asio::detached);
  });
  REQUIRE(result.outcome == weir::run_outcome::leak);
  REQUIRE(result.tasks.size() == 1);
  CHECK(result.tasks.front().waits_for == "timer");
  CHECK(result.tasks.front().where.find("asio_version_test.cpp:") == 0);
}
#endif

#if BOOST_ASIO_VERSION >= 103000
TEST_CASE("from Asio 1.30 (Boost 1.86) cancel_after counts in virtual time") {
  const auto result = run_once([]() -> asio::awaitable<void> {
    asio::steady_timer timer(co_await asio::this_coro::executor, 1h);
    auto [failed] =
        co_await timer.async_wait(asio::cancel_after(10ms, asio::as_tuple(asio::use_awaitable)));
    weir::expect(failed == asio::error::operation_aborted, "it ended with: {}", failed);
    weir::expect(weir::now() == 10ms, "the wait took {}", weir::now());
  });
  INFO(result.message);
  CHECK(result);
}
#endif

TEST_CASE("the library says with which Asio it was built, and tokens carry it") {
  CHECK(weir::asio_version() == std::to_string(BOOST_ASIO_VERSION / 100'000) + "." +
                                    std::to_string(BOOST_ASIO_VERSION / 100 % 1'000));
}
