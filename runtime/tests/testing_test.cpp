#include "run_helpers.hpp"
#include "testing/catch.hpp"

#include <weir/testing.hpp>
#include <weir/testing/presence.hpp>
#include <weir/trace/recording.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using namespace weir::testing;
using weir::run_outcome;
using weir::test::channel;
using weir::test::run_once;

namespace {

asio::awaitable<int> five_after(std::chrono::nanoseconds time) {
  co_await pass(time);
  co_return 5;
}

asio::awaitable<void> throw_code(boost::system::error_code code) {
  co_await pass(1ms);
  throw boost::system::system_error(code);
}

/// Runs it to a good end.
void runs(const weir::scenario& body) {
  const auto result = run_once(body);
  INFO(result.message);
  CHECK(result.outcome == run_outcome::completed);
}

/// The finding that it ends with.
std::string finding(const weir::scenario& body) {
  const auto result = run_once(body);
  CHECK(result.outcome == run_outcome::assertion_failed);
  return result.message;
}

/// An error that says more than its code.
struct refusal : boost::system::system_error {
  refusal(boost::system::error_code code, int more) : system_error(code), detail(more) {}

  int detail;
};

} // namespace

TEST_CASE("a fate is pending, a value, or what was thrown, and says so") {
  CHECK(fate_of<int>().text() == "has not ended");
  CHECK(fate_of<int>(returned(5)).text() == "returned 5");
  CHECK(fate_of<void>(returned()).text() == "returned");
  CHECK(fate_of<int>(cancelled).text() == "ended with operation_aborted");
  CHECK(fate_of<int>(threw(asio::error::broken_pipe)).text() == "threw \"Broken pipe\"");
  CHECK(fate_of<std::optional<int>>(returned(std::optional<int>())).text() == "returned nothing");
  CHECK(fate_of<std::optional<int>>(returned(3)).text() == "returned 3");
  CHECK(fate_of<std::string>(returned("a buoy")).text() == "returned \"a buoy\"");
  CHECK(fate_of<std::vector<int>>(returned(std::vector{1, 2})).text() == "returned {1, 2}");
  CHECK(fate_of<std::vector<int>>(returned(std::vector<int>(20))).text() ==
        "returned {0, 0, 0, 0, 0, 0, 0, 0, …}");
  CHECK(fate_of<std::chrono::milliseconds>(returned(5ms)).text() == "returned 5 ms");
  CHECK(fate_of<std::unique_ptr<int>>(returned(std::make_unique<int>(1))).text() == "returned");
}

TEST_CASE("fates are equal when an observer could not tell them apart") {
  const fate_of<int> five = returned(5);
  CHECK(five == returned(5));
  CHECK(five != returned(6));
  CHECK(five != pending);
  CHECK(fate_of<int>() == pending);
  CHECK(fate_of<int>(cancelled) == threw(asio::error::operation_aborted));
  CHECK(fate_of<int>(threw(asio::error::eof)) != threw(asio::error::broken_pipe));
  CHECK(fate_of<void>(returned()) == returned());

  const auto thrown = [](auto error) {
    return fate_of<void>(failure(std::make_exception_ptr(error)));
  };
  CHECK(thrown(std::runtime_error("x")) == thrown(std::runtime_error("x")));
  CHECK(thrown(std::runtime_error("x")) != thrown(std::logic_error("x")));
  CHECK(thrown(std::runtime_error("x")) != thrown(std::runtime_error("y")));
  CHECK(thrown(refusal(asio::error::eof, 1)) == threw(asio::error::eof));
}

TEST_CASE("what was thrown can be asked for as what it is") {
  const fate_of<int> refused =
      failure(std::make_exception_ptr(refusal(asio::error::connection_refused, 42)));
  CHECK(refused.code() == asio::error::connection_refused);
  REQUIRE(refused.thrown_as<refusal>());
  CHECK(refused.thrown_as<refusal>()->detail == 42);
  CHECK_FALSE(refused.thrown_as<std::bad_alloc>());
  CHECK_FALSE(fate_of<int>().thrown_as<refusal>());
  CHECK(fate_of<int>(failure(std::make_exception_ptr(7))).text() == "threw the number 7");
  CHECK(fate_of<int>(failure(std::make_exception_ptr("no exception"))).text() ==
        "threw something that is no std::exception");
}

TEST_CASE("an operation runs in a task of its name, and its fate and its time are kept") {
  runs([]() -> asio::awaitable<void> {
    driver test(co_await asio::this_coro::executor);
    auto& answer = test.start("the answer", [] { return five_after(3ms); });
    auto& failed = test.start("the failure", [] { return throw_code(asio::error::eof); });
    CHECK(answer.pending());
    CHECK(answer.fate() == pending);
    CHECK(test.pending() == 2);
    co_await pass(5ms);
    CHECK(answer.fate() == returned(5));
    CHECK(answer.started_at() == 0ms);
    CHECK(answer.ended_at() == 3ms);
    CHECK(failed.fate() == threw(asio::error::eof));
    CHECK(test.pending() == 0);
  });
  const auto stuck = run_once([]() -> asio::awaitable<void> {
    driver test(co_await asio::this_coro::executor);
    channel empty(test.executor(), 0);
    test.start("a taker", [&] { return empty.async_receive(asio::use_awaitable); });
    co_await empty.async_receive(asio::use_awaitable);
  });
  CHECK(stuck.outcome == run_outcome::deadlock);
  REQUIRE(stuck.tasks.size() == 2);
  CHECK(stuck.tasks.back().name == "a taker");
}

TEST_CASE("a report names the test's own functions and lines, not the kit's") {
  const auto stuck = run_once([]() -> asio::awaitable<void> {
    driver test(co_await asio::this_coro::executor);
    test.start("a sleeper", [] { return five_after(24h); });
    co_await pass(1ms);
    weir::fail("enough");
  });
  REQUIRE(stuck.tasks.size() == 1);
  const auto& sleeper = stuck.tasks.front();
  CHECK(sleeper.where.find("testing_test.cpp:") != std::string::npos);
  REQUIRE(sleeper.stack.size() == 1);
  CHECK(sleeper.stack.front().find("five_after") != std::string::npos);
}

TEST_CASE("a function that throws before there is a coroutine has that fate too") {
  runs([]() -> asio::awaitable<void> {
    driver test(co_await asio::this_coro::executor);
    const auto& refused = test.start(
        "a bad start", []() -> asio::awaitable<int> { throw std::runtime_error("no coroutine"); });
    co_await test.finish();
    CHECK(refused.text() == "threw \"no coroutine\"");
  });
}

TEST_CASE("a lambda with captures stays alive as long as its coroutine") {
  runs([]() -> asio::awaitable<void> {
    driver test(co_await asio::this_coro::executor);
    const auto& kept =
        test.start("the keeper", [text = std::string(100, 'x')]() -> asio::awaitable<std::size_t> {
          co_await pass(1ms);
          co_return text.size();
        });
    co_await test.finish();
    CHECK(kept.fate() == returned(std::size_t(100)));
  });
}

TEST_CASE("each copy of a function object has a presence of its own") {
  std::function<std::weak_ptr<const void>()> first = [here = presence()] {
    return here.watch();
  };
  std::function<std::weak_ptr<const void>()> second = first;
  const auto of_the_first = first();
  const auto of_the_second = second();
  first = nullptr;
  CHECK(of_the_first.expired());
  CHECK_FALSE(of_the_second.expired());
  second = nullptr;
  CHECK(of_the_second.expired());
}

TEST_CASE("a value that can only be moved is handed over at the end") {
  runs([]() -> asio::awaitable<void> {
    driver test(co_await asio::this_coro::executor);
    int seen = 0;
    test.start(
        "the giver",
        []() -> asio::awaitable<std::unique_ptr<int>> {
          co_await pass(1ms);
          co_return std::make_unique<int>(7);
        },
        [&seen](operation<std::unique_ptr<int>>& ended) {
          const std::unique_ptr<int> mine = std::move(ended.fate().value());
          seen = *mine;
        });
    co_await test.finish();
    CHECK(seen == 7);
  });
}

TEST_CASE("a cancelled operation ends at that moment, unless it has ended") {
  runs([]() -> asio::awaitable<void> {
    driver test(co_await asio::this_coro::executor);
    auto& slow = test.start("slow", [] { return five_after(1h); });
    auto& quick = test.start("quick", [] { return five_after(1ms); });
    test.at(10ms, [&] {
      slow.cancel();
      quick.cancel();
    });
    co_await test.finish();
    CHECK(slow.fate() == cancelled);
    CHECK(slow.cancelled_at() == 10ms);
    CHECK(slow.ended_at() == 10ms);
    CHECK(quick.fate() == returned(5));
    CHECK_FALSE(quick.cancelled_at());
    CHECK(weir::now() == 10ms);
  });
}

TEST_CASE("what is done at a moment is done before or after what else happens then") {
  std::vector<std::string> orders;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const auto policy = weir::make_random();
    policy->begin_run(seed);
    std::string order;
    const weir::scenario both = [&order]() -> asio::awaitable<void> {
      driver test(co_await asio::this_coro::executor);
      test.at(5ms, [&order] { order += "a"; });
      test.at(5ms, [&order] { order += "b"; });
      test.meanwhile([&order] { order += "now "; });
      co_await pass(6ms);
    };
    CHECK(weir::run(both, *policy));
    orders.push_back(order);
  }
  CHECK(std::ranges::count(orders, "now ab") > 0);
  CHECK(std::ranges::count(orders, "now ba") > 0);
  CHECK(std::ranges::count(orders, "now ab") + std::ranges::count(orders, "now ba") == 20);
}

TEST_CASE("what is done at a moment may throw, and that ends the run") {
  const auto result = run_once([]() -> asio::awaitable<void> {
    driver test(co_await asio::this_coro::executor);
    test.at(5ms, [] { throw std::runtime_error("no disk"); });
    co_await pass(1h);
  });
  CHECK(result.outcome == run_outcome::exception);
  CHECK(result.virtual_time == 5ms);
}

TEST_CASE("one task may perform several operations, one after the other") {
  runs([]() -> asio::awaitable<void> {
    driver test(co_await asio::this_coro::executor);
    auto& first = test.declare<int>("first");
    auto& second = test.declare<void>("second");
    auto& third = test.declare<int>("third");
    test.start("the caller", [&]() -> asio::awaitable<void> {
      co_await test.perform(first, [] { return five_after(2ms); });
      co_await test.perform(second, [] { return throw_code(asio::error::eof); });
      co_await test.perform(third, [] { return five_after(4ms); });
    });
    co_await pass(1ms);
    CHECK(third.fate() == pending);
    co_await test.finish();
    CHECK(first.ended_at() == 2ms);
    CHECK(second.fate() == threw(asio::error::eof));
    CHECK(second.ended_at() == 3ms);
    CHECK(third.ended_at() == 7ms);
  });
}

TEST_CASE("finish waits for all and no longer, and names who does not end") {
  runs([]() -> asio::awaitable<void> {
    driver test(co_await asio::this_coro::executor);
    test.start(
        "one", [] { return five_after(2ms); },
        [&test](operation<int>&) { test.start("another", [] { return five_after(3ms); }); });
    co_await test.finish();
    CHECK(weir::now() == 5ms);
  });
  CHECK(finding([]() -> asio::awaitable<void> {
          driver test(co_await asio::this_coro::executor);
          test.start("push(3)", [] { return five_after(2h); });
          co_await test.finish(10ms);
        }) == "push(3) was to end, and 10 ms later it has not ended");
}

TEST_CASE("tidying up cancels what is pending, and names what does not end by that") {
  runs([]() -> asio::awaitable<void> {
    driver test(co_await asio::this_coro::executor);
    auto& slow = test.start("slow", [] { return five_after(24h); });
    co_await pass(1ms);
    co_await test.tidy_up();
    CHECK(slow.fate() == cancelled);
    CHECK(weir::now() == 1ms);
  });
  CHECK(finding([]() -> asio::awaitable<void> {
          driver test(co_await asio::this_coro::executor);
          test.start("deaf", []() -> asio::awaitable<void> {
            co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
            co_await pass(2h);
          });
          co_await pass(1ms);
          co_await test.tidy_up(1s);
        }) == "deaf was to end, and 1 s later it has not ended");
}

TEST_CASE("a broken expectation inside an operation ends the run, and is not its fate") {
  CHECK(finding([]() -> asio::awaitable<void> {
          driver test(co_await asio::this_coro::executor);
          test.start("broken", []() -> asio::awaitable<void> {
            weir::expect(false, "3 of 4");
            co_return;
          });
          co_await pass(1h);
        }) == "3 of 4");
}

TEST_CASE("an operation outlives the driver of a scenario that forgot it") {
  weir::run_options lenient;
  lenient.leaks = weir::leak_check::ignore;
  const auto result = run_once(
      []() -> asio::awaitable<void> {
        driver test(co_await asio::this_coro::executor);
        test.start("forgotten", [] { return five_after(1h); });
        co_await pass(1ms);
      },
      lenient);
  CHECK(result.outcome == run_outcome::completed);
}

TEST_CASE("expectations about an end say why it was due, and what was seen") {
  const auto said = [](const std::function<void(operation<int>&)>& expectation) {
    const auto result = run_once([&]() -> asio::awaitable<void> {
      driver test(co_await asio::this_coro::executor);
      auto& one = test.start("retry()", [] { return five_after(5ms); });
      co_await pass(6ms);
      expectation(one);
    });
    return result.message;
  };
  CHECK(said([](operation<int>& one) {
          expect_ended(one, returned(5), 5ms, "all is well");
        }).empty());
  CHECK(said([](operation<int>& one) { expect_returned(one, 5ms, "all is well"); }).empty());
  CHECK(said([](operation<int>& one) { expect_ended(one, cancelled, 5ms, "it was cancelled"); }) ==
        "it was cancelled, but retry() returned 5");
  CHECK(said([](operation<int>& one) { expect_returned(one, 3ms, "the answer came"); }) ==
        "the answer came at 3 ms, but retry() ended at 5 ms");
  CHECK(said([](operation<int>& one) { expect_pending(one, "nothing had come"); }) ==
        "nothing had come, but retry() returned 5");
  CHECK(finding([]() -> asio::awaitable<void> {
          driver test(co_await asio::this_coro::executor);
          auto& one = test.start("retry()", [] { return five_after(5ms); });
          co_await pass(3ms);
          expect_ended(one, returned(5), 1ms, "the answer came");
        }) == "the answer came, but retry() has not ended 2 ms later");
}

TEST_CASE("a job ends after its time, or when it is told to") {
  runs([]() -> asio::awaitable<void> {
    driver test(co_await asio::this_coro::executor);
    job timed(test.executor(), {.takes = 10ms});
    job told(test.executor());
    job early(test.executor());
    early.finish();
    const auto& one = test.start("timed", [&] { return timed.run(); });
    const auto& other = test.start("told", [&] { return told.run(); });
    const auto& third = test.start("told before", [&] { return early.run(); });
    test.at(3ms, [&] { told.finish(); });
    co_await test.finish();
    expect_ended(one, returned(true), 10ms, "it takes 10 ms");
    expect_ended(other, returned(true), 3ms, "it was told to end");
    expect_ended(third, returned(true), 0ms, "it had been told to end");
  });
}

TEST_CASE("a job that is cancelled tidies up first, whatever comes meanwhile") {
  runs([]() -> asio::awaitable<void> {
    driver test(co_await asio::this_coro::executor);
    int times = 0;
    job work(test.executor(), {.takes = 10ms, .tidies = 3ms, .when_cancelled = [&] {
                                 ++times;
                               }});
    auto& one = test.start("work", [&] { return work.run(); });
    test.at(4ms, [&] { one.cancel(); });
    test.at(5ms, [&] { one.cancel(); });
    test.at(6ms, [&] { work.finish(); });
    co_await test.finish();
    expect_ended(one, returned(false), 7ms, "it was cancelled");
    CHECK(times == 1);
  });
}

TEST_CASE("a job leaves it to its caller whether a cancellation throws") {
  runs([]() -> asio::awaitable<void> {
    driver test(co_await asio::this_coro::executor);
    job work(test.executor(), {.tidies = 2ms});
    bool went_on = false;
    auto& one = test.start("work", [&]() -> asio::awaitable<void> {
      co_await work.run();
      went_on = true;
      co_await pass(1ms);
    });
    co_await pass(1ms);
    one.cancel();
    co_await test.finish();
    CHECK(went_on);
    expect_ended(one, cancelled, 3ms, "what follows the job is an operation that can be cancelled");
  });
}

TEST_CASE("a job that begins in a cancelled task only tidies up") {
  runs([]() -> asio::awaitable<void> {
    driver test(co_await asio::this_coro::executor);
    job work(test.executor(), {.takes = 10ms, .tidies = 2ms});
    auto& one = test.start("work", [&]() -> asio::awaitable<bool> {
      co_await asio::this_coro::throw_if_cancelled(false);
      try {
        co_await pass(5ms);
      } catch (const boost::system::system_error&) {
      }
      const bool done = co_await work.run();
      co_return done;
    });
    test.at(3ms, [&] { one.cancel(); });
    co_await test.finish();
    expect_ended(one, returned(false), 5ms, "it was cancelled before the job began");
  });
}

TEST_CASE("an occupancy counts who is there, the most there were, and all") {
  occupancy calls;
  {
    const occupancy::stay first(calls);
    {
      const occupancy::stay second(calls);
      CHECK(calls.now() == 2);
    }
    const occupancy::stay third(calls);
    CHECK(calls.now() == 2);
  }
  CHECK(calls.now() == 0);
  CHECK(calls.peak() == 2);
  CHECK(calls.entered() == 3);
}
