#include "fixture.hpp"
#include "weir_catch.hpp"

using namespace weir_hidden;

namespace {

const error_code timed_out = asio::error::timed_out;
const error_code breaker_open = asio::error::connection_refused;
const error_code bulkhead_full = asio::error::try_again;

/// One call at a time leaves so little to the scheduler that all of it can be tried.
weir::explore_options exhaustive(std::string name) {
  weir::explore_options options;
  options.name = std::move(name);
  options.search.policy = weir::policy_kind::depth_first;
  return options;
}

} // namespace

TEST_CASE("all four parts, each of them once", "[complete]") {
  WEIR_EXPLORE(exhaustive("a call that is answered"), []() -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    pipeline_fixture f(executor);
    for (int i = 0; i < 3; ++i) {
      const one_call& one = *co_await f.done();
      weir::expect(!one.error(), "the dependency answered, but call {} {}", one.request,
                   one.fate());
    }
    for (const kind part : {kind::timeout, kind::retry, kind::breaker, kind::bulkhead})
      weir::expect(std::ranges::count(f.shown.trail, part) == 1,
                   "a call of the client does not go through its {}", parts::name_of(part));
    co_await f.finish();
  });
}

TEST_CASE("every attempt has the time limit to itself", "[a-limit-for-every-attempt]") {
  WEIR_EXPLORE(exhaustive("the first attempt hangs"), []() -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    pipeline_fixture f(executor);
    f.plan(1, hangs, answers);
    const one_call& one = f.make();
    co_await f.finish();
    weir::expect(!one.error() && one.attempts == 2,
                 "{}the first attempt hung, and the second would have been answered: call 1 {}, "
                 "attempts: {}{}",
                 f.if_inside(kind::retry, kind::timeout), one.fate(), one.attempts, f.order());
    weir::expect(one.took() == 160ms,
                 "the first attempt hung for its limit of 100 ms, the pause was 50 ms, and the "
                 "answer took 10 ms: call 1 {}{}",
                 one.fate(), f.order());
  });

  WEIR_EXPLORE(exhaustive("slow failures"), []() -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    pipeline_fixture f(executor);
    f.plan(1, {behaviour::kind::fails, 80ms}, answers_after(80ms));
    const one_call& one = f.make();
    co_await f.finish();
    weir::expect(!one.error(),
                 "{}two attempts took 80 ms each, the limit for one is 100 ms, and the second was "
                 "good: call 1 {}, attempts: {}{}",
                 f.if_inside(kind::retry, kind::timeout), one.fate(), one.attempts, f.order());
  });
}

TEST_CASE("a dependency that never answers opens the breaker", "[timeouts-are-failures]") {
  WEIR_EXPLORE("nothing but timeouts", []() -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    pipeline_fixture f(executor);
    for (int request = 1; request <= 4; ++request) {
      f.plan(request, hangs);
      co_await f.done();
    }
    const auto timeouts = std::ranges::count(f.calls(), timed_out, &one_call::error);
    weir::expect(f.shown.times_opened > 0,
                 "{}the dependency hangs. Of 4 calls, {} ended with a timeout; the breaker counted "
                 "{} failures, and is closed{}",
                 f.if_inside(kind::breaker, kind::timeout), timeouts, f.shown.counted_failures,
                 f.order());
    co_await f.finish();
  });
}

TEST_CASE("a call that waits for a place loses no time", "[waiting-is-free]") {
  WEIR_EXPLORE("one more than there are places", []() -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    pipeline_fixture f(executor);
    for (int request = 1; request <= 3; ++request) {
      f.plan(request, answers_after(80ms));
      f.make();
      co_await f.wait(1ms);
    }
    co_await f.finish();
    const one_call& last = f.calls().back();
    weir::expect(!last.error() && last.attempts == 1,
                 "{}call 3 waited 78 ms for a place and needed 80 ms for the answer, with a limit "
                 "of 100 ms: it {}, attempts: {}{}",
                 f.if_inside(kind::bulkhead, kind::timeout), last.fate(), last.attempts, f.order());
  });
}

TEST_CASE("the breaker counts calls, not attempts", "[one-call-counts-once]") {
  WEIR_EXPLORE(exhaustive("a call that fails for good"), []() -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    pipeline_fixture f(executor, {.minimum_calls = 10});
    f.plan(1, fails);
    const one_call& one = *co_await f.done();
    weir::expect(f.shown.counted_failures <= 1,
                 "{}the breaker counted {} failures for one call, which {}, attempts: {}{}",
                 f.if_inside(kind::breaker, kind::retry), f.shown.counted_failures, one.fate(),
                 one.attempts, f.order());
    co_await f.finish();
  });

  WEIR_EXPLORE(exhaustive("a call that is good in the end"), []() -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    pipeline_fixture f(executor, {.minimum_calls = 10});
    f.plan(1, fails, answers);
    co_await f.done();
    weir::expect(
        f.shown.counted_failures == 0,
        "{}the breaker counted {} failures, although the only call was answered, by its second "
        "attempt{}",
        f.if_inside(kind::breaker, kind::retry), f.shown.counted_failures, f.order());
    co_await f.finish();
  });

  WEIR_EXPLORE("while it is open", []() -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    pipeline_fixture f(executor, {.limit = 1s});
    for (int request = 1; f.shown.times_opened == 0 && request <= 4; ++request) {
      f.plan(request, fails);
      co_await f.done();
    }
    if (f.shown.times_opened != 0) {
      const one_call& refused = *co_await f.done();
      weir::expect(refused.error() != breaker_open || refused.took() == 0ms,
                   "{}the breaker was open, and what it refused was tried again: call {} {}{}",
                   f.if_inside(kind::breaker, kind::retry), refused.request, refused.fate(),
                   f.order());
    }
    co_await f.finish();
  });
}

TEST_CASE("never more calls under way than places", "[under-way-is-under-way]") {
  WEIR_EXPLORE("a pause keeps the place", []() -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    pipeline_fixture f(executor, {.limit = 1s, .minimum_calls = 10});
    for (int request = 1; request <= 4; ++request)
      f.plan(request, fails, answers);
    for (int i = 0; i < 4; ++i) {
      f.make();
      co_await f.wait(1ms);
    }
    co_await f.finish();
    for (const one_call& one : f.calls())
      weir::expect(f.under_way_at_start_of(one) <= 2,
                   "{}there are places for 2 calls, and {} were under way at {}: those that pause "
                   "before their next attempt hold no place{}",
                   f.if_inside(kind::bulkhead, kind::retry), f.under_way_at_start_of(one),
                   one.first_asked_at, f.order());
  });

  WEIR_EXPLORE("what finds the queue full", []() -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    pipeline_fixture f(executor, {.max_in_flight = 1, .max_queued = 0});
    f.plan(1, answers_after(80ms));
    f.make();
    co_await f.wait(1ms);
    const one_call& refused = *co_await f.done();
    weir::expect(
        refused.error() == bulkhead_full && refused.took() == 0ms,
        "{}the only place was taken and there was no queue. The refusal was not the end of "
        "call 2: it {}{}",
        f.if_inside(kind::bulkhead, kind::retry), refused.fate(), f.order());
    co_await f.finish();
  });
}

TEST_CASE("a full bulkhead is no failure of the dependency", "[full-is-not-broken]") {
  WEIR_EXPLORE("ten calls at once", []() -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    pipeline_fixture f(executor, {.limit = 1s, .max_queued = 1});
    for (int request = 1; request <= 10; ++request) {
      f.plan(request, answers_after(80ms));
      f.make();
    }
    co_await f.wait(5s);
    const auto refused = std::ranges::count(f.calls(), bulkhead_full, &one_call::error);
    weir::expect(f.shown.counted_failures == 0,
                 "{}ten calls at once, and the dependency answered all that it was asked. {} were "
                 "refused for want of a place; the breaker counted {} failures, and opened {} "
                 "times{}",
                 f.if_inside(kind::bulkhead, kind::breaker), refused, f.shown.counted_failures,
                 f.shown.times_opened, f.order());
    const one_call& later = *co_await f.done();
    weir::expect(!later.error(), "after that rush, call {} {}{}", later.request, later.fate(),
                 f.order());
    co_await f.finish();
  });
}
