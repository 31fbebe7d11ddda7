#include "run_helpers.hpp"
#include "testing/catch.hpp"

#include <weir/explore.hpp>
#include <weir/token.hpp>

using namespace std::chrono_literals;
using weir::order_model;
using weir::run_outcome;
using weir::schedule_model;
using weir::time_model;
using weir::test::run_once;

namespace {

constexpr schedule_model one_thread_with_time{.order = order_model::one_thread,
                                              .time = time_model::moves};

weir::explore_options under(const schedule_model& model, std::string name = "in time") {
  weir::explore_options options;
  options.name = std::move(name);
  options.search.model = model;
  return options;
}

asio::awaitable<void> sleep(std::chrono::nanoseconds d) {
  asio::steady_timer timer(co_await asio::this_coro::executor, d);
  co_await timer.async_wait(asio::use_awaitable);
}

asio::awaitable<void> turn() {
  co_await asio::post(asio::use_awaitable);
}

/// A timer that expired a moment ago is destroyed by a handler that was ready before it: its wait
/// succeeds, although the timer is gone (chriskohlhoff/asio#878).
asio::awaitable<void> timer_destroyed_by_a_posted_handler() {
  const auto ex = co_await asio::this_coro::executor;
  auto timer = std::make_unique<asio::steady_timer>(ex, 10ms);
  timer->async_wait([&](const boost::system::error_code& error) {
    weir::expect(error || timer, "the wait succeeds, and its timer is gone");
  });
  co_await sleep(9500us);
  asio::post(ex, [&] { timer.reset(); });
  co_await sleep(5ms);
}

/// Spins until `deadline` has passed: a timer set to the deadline, and `now()` beside it.
asio::awaitable<void> wait_until_after(std::chrono::steady_clock::time_point deadline) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  while (std::chrono::steady_clock::now() <= deadline) {
    timer.expires_at(deadline);
    co_await timer.async_wait(asio::use_awaitable);
  }
}

} // namespace

TEST_CASE("where time moves, a timer that is due competes with what is ready (asio#878)") {
  const auto still =
      weir::explore(under({.order = order_model::one_thread}), timer_destroyed_by_a_posted_handler);
  CHECK(still);

  const auto found =
      weir::explore(under(one_thread_with_time), timer_destroyed_by_a_posted_handler);
  REQUIRE_FALSE(found);
  CHECK(found.failure->result.message == "the wait succeeds, and its timer is gone");
  CHECK(found.failure->deviations == 1); // time passes at one point, and that is all it takes
  CHECK(found.report().find("this schedule: one io_context thread can run it so, if a handler may "
                            "take, and a timer be late by, up to 1 ms") != std::string::npos);
  CHECK(found.report().find("handlers take their time: the clock moves on from 9.5 ms") !=
        std::string::npos);
}

TEST_CASE("a schedule in which time moves is replayed bit for bit from its token") {
  const auto found =
      weir::explore(under(one_thread_with_time), timer_destroyed_by_a_posted_handler);
  REQUIRE_FALSE(found);
  CHECK(weir::parse_token(found.failure->token).model == one_thread_with_time);

  auto again = under({}); // the token brings its model along
  again.search.replay = found.failure->token;
  const auto replayed = weir::explore(again, timer_destroyed_by_a_posted_handler);
  REQUIRE_FALSE(replayed);
  CHECK(replayed.followed);
  CHECK(replayed.remark.empty());
  CHECK(replayed.failure->result.hash == found.failure->result.hash);
  CHECK(replayed.failure->trace.events == found.failure->trace.events);
}

TEST_CASE("runs in which time moves are as deterministic as the others") {
  for (const auto order : {order_model::one_thread, order_model::pool, order_model::anything}) {
    auto options = under({.order = order, .time = time_model::moves});
    options.determinism_every = 1;
    options.search.schedules = 200;
    const auto found = weir::explore(options, []() -> asio::awaitable<void> {
      using namespace asio::experimental::awaitable_operators;
      co_await ((sleep(2ms) || sleep(2ms)) && sleep(1ms) && turn() && sleep(3ms));
    });
    INFO(found.report());
    CHECK(found);
  }
}

TEST_CASE("a loop that waits until the deadline has passed ends where time moves") {
  const weir::scenario body = []() -> asio::awaitable<void> {
    co_await wait_until_after(std::chrono::steady_clock::now() + 10ms);
  };
  CHECK(weir::explore(under(one_thread_with_time), body));
  const auto still = weir::explore(under({}), body);
  REQUIRE_FALSE(still);
  CHECK(still.failure->result.outcome == run_outcome::step_limit);
}

TEST_CASE("a loop that posts itself until a timer says stop reaches the timer") {
  for (const auto expiry : {1ms, 1000ms}) {
    const weir::scenario body = [expiry]() -> asio::awaitable<void> {
      bool stop = false;
      asio::steady_timer timer(co_await asio::this_coro::executor, expiry);
      timer.async_wait([&](const boost::system::error_code&) { stop = true; });
      while (!stop)
        co_await turn();
    };
    for (const auto policy : {weir::policy_kind::fifo, weir::policy_kind::mixed}) {
      auto options = under(one_thread_with_time);
      options.search.policy = policy;
      options.search.schedules = 20;
      const auto found = weir::explore(options, body);
      INFO(found.report());
      CHECK(found);
    }
  }
}

TEST_CASE("a loop that only reads the clock comes to its end too") {
  auto options = under(one_thread_with_time);
  options.search.policy = weir::policy_kind::fifo;
  options.search.schedules = 1;
  CHECK(weir::explore(options, []() -> asio::awaitable<void> {
    const auto end = std::chrono::steady_clock::now() + 1s;
    while (std::chrono::steady_clock::now() < end)
      co_await turn();
  }));
}

TEST_CASE("loops that take no time are still caught, and the message says what they did") {
  const std::vector<weir::scenario> loops{
      []() -> asio::awaitable<void> {
        for (;;)
          co_await turn();
      },
      []() -> asio::awaitable<void> {
        for (;;)
          co_await sleep(0ms);
      },
      []() -> asio::awaitable<void> { // an hour away: no handler takes that long
        asio::steady_timer timer(co_await asio::this_coro::executor, 1h);
        timer.async_wait([](const boost::system::error_code&) {});
        for (;;)
          co_await turn();
      },
  };
  for (const auto& loop : loops) {
    auto options = under(one_thread_with_time);
    options.limits.steps = 20'000;
    options.shrink_runs = 5;
    const auto found = weir::explore(options, loop);
    REQUIRE_FALSE(found);
    CHECK(found.failure->result.outcome == run_outcome::step_limit);
    CHECK(found.failure->result.message.find("20000 handlers ran without an end, the last 20000 of "
                                             "them without a moment in which nothing was ready") !=
          std::string::npos);
  }
}

TEST_CASE("where time moves a timer may be late, and what relies on its punctuality fails") {
  // A lease of 10 ms, renewed half a millisecond before it ends.
  const weir::scenario body = []() -> asio::awaitable<void> {
    auto valid_until = std::chrono::steady_clock::now() + 10ms;
    for (int i = 0; i < 3; ++i) {
      co_await sleep(9500us);
      weir::expect(std::chrono::steady_clock::now() < valid_until, "the lease has run out");
      valid_until = std::chrono::steady_clock::now() + 10ms;
    }
  };
  CHECK(weir::explore(under({}), body));
  const auto late = weir::explore(under(one_thread_with_time), body);
  REQUIRE_FALSE(late);
  CHECK(late.failure->deviations == 1);
  CHECK(late.report().find("the loop wakes up late: the clock moves on from") != std::string::npos);
  // Within 100 us of jitter it holds.
  CHECK(weir::explore(under({.time = time_model::moves, .jitter = 100us}), body));
}

TEST_CASE("time never moves further than the jitter of its own accord, and not past the limit") {
  const auto found = weir::explore(under({.time = time_model::moves, .jitter = 3ms}),
                                   []() -> asio::awaitable<void> {
                                     for (int i = 0; i < 20; ++i) {
                                       const auto before = weir::now();
                                       co_await turn();
                                       const auto took = weir::now() - before;
                                       weir::expect(took <= 3ms, "a turn took {}", took);
                                     }
                                   });
  INFO(found.report());
  CHECK(found);

  auto options = under({.time = time_model::moves, .jitter = 1h});
  options.limits.virtual_time = 10ms;
  CHECK(weir::explore(options, []() -> asio::awaitable<void> {
    asio::steady_timer timer(co_await asio::this_coro::executor,
                             std::chrono::steady_clock::time_point(10ms));
    co_await timer.async_wait(asio::use_awaitable);
    weir::expect(weir::now() == 10ms, "the clock stands at {}", weir::now());
  }));
}

TEST_CASE("depth-first search tries every way in which time can go on") {
  std::set<std::chrono::nanoseconds> seen;
  auto options = under(one_thread_with_time);
  options.search.policy = weir::policy_kind::depth_first;
  const auto found = weir::explore(options, [&]() -> asio::awaitable<void> {
    co_await sleep(10ms);
    seen.insert(weir::now());
  });
  CHECK(found.exhausted);
  CHECK(seen == std::set<std::chrono::nanoseconds>{10ms, 10ms + 1us, 11ms});
}

TEST_CASE("while time stands still, a run is the same as if there were no models") {
  const weir::scenario body = []() -> asio::awaitable<void> {
    using namespace asio::experimental::awaitable_operators;
    co_await (sleep(2ms) && sleep(1ms) && turn() && turn());
  };
  const auto policy = weir::make_random();
  policy->begin_run(5);
  const auto plain = weir::run(body, *policy, {.seed = 5});
  policy->begin_run(5);
  const auto still = weir::run(
      body, *policy, {.seed = 5, .model = {.order = order_model::anything, .jitter = 9ms}});
  CHECK(plain.choices == still.choices);
  CHECK(plain.hash == still.hash);
}
