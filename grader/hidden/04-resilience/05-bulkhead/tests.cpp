#include "fixture.hpp"
#include "storm.hpp"
#include "weir_catch.hpp"

using namespace weir_hidden;

namespace {

const error_code reset = asio::error::connection_reset;

} // namespace

TEST_CASE("no dependency notices another", "[isolation]") {
  WEIR_EXPLORE("one waits at the slow dependency", []() -> asio::awaitable<void> {
    bulkhead_fixture f(co_await asio::this_coro::executor, {1, 5}, {2, 5});
    co_await f.made(A);
    const one_call& waiting = *co_await f.made(A);
    f.expect_waits(waiting);
    const auto made_at = weir::now();
    const one_call& other = *co_await f.made(B);
    f.expect_started(other, made_at);
    co_await f.finish();
  });

  WEIR_EXPLORE("the slow dependency's queue is full", []() -> asio::awaitable<void> {
    bulkhead_fixture f(co_await asio::this_coro::executor, {1, 2}, {1, 2});
    for (int i = 0; i < 4; ++i)
      co_await f.made(A);
    one_call& first = *co_await f.made(B);
    for (int i = 0; i < 2; ++i)
      f.expect_waits(*co_await f.made(B));
    f.answer(first);
    co_await f.settle();
    co_await f.finish();
  });

  WEIR_EXPLORE("both have waiters", []() -> asio::awaitable<void> {
    bulkhead_fixture f(co_await asio::this_coro::executor, {1, 4}, {1, 4}, {1, 4});
    co_await f.made(A);
    one_call& b1 = *co_await f.made(B);
    co_await f.made(C);
    co_await f.made(A);
    one_call& b2 = *co_await f.made(B);
    co_await f.made(A);
    const one_call& b3 = *co_await f.made(B);
    auto freed_at = weir::now();
    f.answer(b1);
    co_await f.settle();
    f.expect_started(b2, freed_at);
    freed_at = weir::now();
    f.answer(b2);
    co_await f.settle();
    f.expect_started(b3, freed_at);
    co_await f.finish();
  });

  WEIR_EXPLORE("a waiter leaves the slow dependency's queue", []() -> asio::awaitable<void> {
    bulkhead_fixture f(co_await asio::this_coro::executor, {1, 4}, {1, 4});
    co_await f.made(B);
    co_await f.made(A);
    one_call& a2 = *co_await f.made(A);
    const one_call& b2 = *co_await f.made(B);
    co_await f.made(A, 1500us);
    f.cancel(a2);
    co_await f.settle();
    f.expect_waits(b2);
    co_await f.settle();
    f.expect_waits(b2);
    co_await f.finish();
  });

  WEIR_EXPLORE("any number of calls and answers", []() -> asio::awaitable<void> {
    auto random = weir::stream("history");
    bulkhead_fixture f(co_await asio::this_coro::executor, {2, 40}, {1, 40}, {3, 40});
    for (int i = 0; i < 25; ++i) {
      const bool call = random.below(2) == 0;
      if (call)
        f.make(random.below(3));
      else
        f.answer_some(random);
      co_await f.settle();
    }
    co_await f.finish();
  });

  WEIR_EXPLORE("a storm of calls", [] { return storm(storm_focus::walls, "isolation"); });
}

TEST_CASE("so many in flight, and no fewer while others wait", "[in-flight]") {
  WEIR_EXPLORE("many callers at once", []() -> asio::awaitable<void> {
    bulkhead_fixture f(co_await asio::this_coro::executor, {3, 10});
    for (int i = 0; i < 8; ++i)
      f.make(A);
    co_await f.settle();
    co_await f.finish();
  });

  WEIR_EXPLORE("first come, first served", []() -> asio::awaitable<void> {
    bulkhead_fixture f(co_await asio::this_coro::executor, {2, 10});
    std::vector<one_call*> calls;
    for (int i = 0; i < 6; ++i)
      calls.push_back(co_await f.made(A));
    for (std::size_t ends : {1, 2, 0, 3}) {
      const auto freed_at = weir::now();
      f.answer(*calls[ends]);
      co_await f.settle();
      f.expect_ended(*calls[ends], one_call::end::answered, freed_at, "the dependency answered");
      const auto next = std::ranges::find_if(
          calls, [&](const one_call* one) { return one->started_at == freed_at; });
      weir::expect(next != calls.end(),
                   "a place became free at {}, and none of those who waited was started then",
                   freed_at);
    }
    co_await f.finish();
  });

  WEIR_EXPLORE("whoever comes later has less time", []() -> asio::awaitable<void> {
    bulkhead_fixture f(co_await asio::this_coro::executor, {1, 10});
    one_call& first = *co_await f.made(A);
    const one_call& patient = *co_await f.made(A);
    const one_call& hurried = *co_await f.made(A, 50ms);
    const auto freed_at = weir::now();
    f.answer(first);
    co_await f.settle();
    f.expect_started(patient, freed_at);
    f.expect_waits(hurried);
    co_await f.finish();
  });

  WEIR_EXPLORE("a newcomer in the instant in which a place is free", []() -> asio::awaitable<void> {
    bulkhead_fixture f(co_await asio::this_coro::executor, {1, 10});
    one_call& first = *co_await f.made(A);
    const one_call& waiting = *co_await f.made(A);
    const auto freed_at = weir::now();
    f.answer(first);
    f.make(A);
    f.meanwhile([&f] { f.make(A); });
    co_await f.settle();
    f.expect_started(waiting, freed_at);
    co_await f.finish();
  });

  WEIR_EXPLORE("two places in one instant", []() -> asio::awaitable<void> {
    bulkhead_fixture f(co_await asio::this_coro::executor, {2, 10});
    one_call& first = *co_await f.made(A);
    one_call& second = *co_await f.made(A);
    const one_call& third = *co_await f.made(A);
    const one_call& fourth = *co_await f.made(A);
    co_await f.made(A);
    const auto freed_at = weir::now();
    f.answer(first);
    f.answer(second);
    co_await f.settle();
    f.expect_started(third, freed_at);
    f.expect_started(fourth, freed_at);
    co_await f.finish();
  });

  WEIR_EXPLORE("a storm of calls", [] { return storm(storm_focus::plain, "in-flight"); });
}

TEST_CASE("who finds the queue full is refused at once", "[overflow]") {
  WEIR_EXPLORE("one too many", []() -> asio::awaitable<void> {
    bulkhead_fixture f(co_await asio::this_coro::executor, {2, 3}, {1, 1});
    std::vector<one_call*> calls;
    for (int i = 0; i < 5; ++i) {
      calls.push_back(co_await f.made(A));
      f.expect_counts(A);
      f.expect_counts(B);
    }
    for (int i = 0; i < 2; ++i) {
      const auto made_at = weir::now();
      const one_call& refused = *co_await f.made(A);
      f.expect_ended(refused, one_call::end::refused, made_at, "there was no room in the queue");
      f.expect_never_asked(refused);
    }
    f.expect_counts(A);
    f.answer(*calls[0]);
    co_await f.settle();
    f.expect_counts(A);
    f.expect_waits(*co_await f.made(A));
    const one_call& refused = *co_await f.made(A);
    weir::expect(refused.how() == one_call::end::refused,
                 "there was no room in the queue, but {} {}", refused.name, refused.fate());
    co_await f.finish();
    f.expect_counts(A);
  });

  WEIR_EXPLORE("a crowd in one instant", []() -> asio::awaitable<void> {
    bulkhead_fixture f(co_await asio::this_coro::executor, {2, 2});
    for (int i = 0; i < 7; ++i)
      f.make(A);
    co_await f.settle();
    const auto refused = std::ranges::count(f.calls(), one_call::end::refused, &one_call::how);
    weir::expect(refused == 3,
                 "of 7 calls made at once, for 2 places and a queue of 2, {} were refused",
                 refused);
    f.expect_counts(A);
    co_await f.finish();
  });

  WEIR_EXPLORE("no queue at all", []() -> asio::awaitable<void> {
    bulkhead_fixture f(co_await asio::this_coro::executor, {1, 0});
    one_call& first = *co_await f.made(A);
    f.expect_started(first, 0ms);
    const auto made_at = weir::now();
    const one_call& refused = *co_await f.made(A);
    f.expect_ended(refused, one_call::end::refused, made_at, "there is no queue");
    f.answer(first);
    co_await f.settle();
    co_await f.finish();
  });

  WEIR_EXPLORE("who has left makes room", []() -> asio::awaitable<void> {
    bulkhead_fixture f(co_await asio::this_coro::executor, {1, 2});
    co_await f.made(A);
    one_call& second = *co_await f.made(A);
    const one_call& third = *co_await f.made(A, 1500us);
    const auto cancelled_at = weir::now();
    f.cancel(second);
    co_await f.settle();
    f.expect_ended(second, one_call::end::cancelled, cancelled_at, "it was cancelled");
    f.expect_ended(third, one_call::end::timed_out, third.start_by, "it was too late to start");
    f.expect_counts(A);
    for (int i = 0; i < 2; ++i)
      f.expect_waits(*co_await f.made(A));
    f.expect_counts(A);
    co_await f.finish();
  });

  WEIR_EXPLORE("a storm of calls", [] { return storm(storm_focus::plain, "overflow"); });
}

TEST_CASE("who waits past the deadline leaves", "[deadline]") {
  WEIR_EXPLORE("one gives up, the next is served", []() -> asio::awaitable<void> {
    bulkhead_fixture f(co_await asio::this_coro::executor, {1, 5});
    one_call& first = *co_await f.made(A);
    const one_call& second = *co_await f.made(A, 3500us);
    const one_call& third = *co_await f.made(A);
    co_await f.settle();
    f.expect_waits(second);
    co_await f.wait(2ms);
    f.expect_ended(second, one_call::end::timed_out, second.start_by, "it was too late to start");
    const auto freed_at = weir::now();
    f.answer(first);
    co_await f.settle();
    f.expect_started(third, freed_at);
    co_await f.finish();
    f.expect_never_asked(second);
  });

  WEIR_EXPLORE("everybody gives up", []() -> asio::awaitable<void> {
    bulkhead_fixture f(co_await asio::this_coro::executor, {1, 5});
    one_call& first = *co_await f.made(A);
    for (int i = 0; i < 3; ++i)
      f.make(A, 2500us);
    co_await f.wait(5ms);
    for (const one_call& one : f.calls())
      if (&one != &first) {
        f.expect_ended(one, one_call::end::timed_out, one.start_by, "it was too late to start");
        f.expect_never_asked(one);
      }
    f.answer(first);
    co_await f.settle();
    co_await f.finish();
  });

  WEIR_EXPLORE("made too late", []() -> asio::awaitable<void> {
    bulkhead_fixture f(co_await asio::this_coro::executor, {1, 5});
    co_await f.wait(5ms);
    for (int i = 0; i < 2; ++i) {
      const auto made_at = weir::now();
      const one_call& late = *co_await f.made(A, -1ms);
      f.expect_ended(late, one_call::end::timed_out, made_at,
                     "the call was made after its `start_by`");
      f.expect_never_asked(late);
      co_await f.made(A);
    }
    co_await f.finish();
  });

  WEIR_EXPLORE("a call in flight is left alone", []() -> asio::awaitable<void> {
    bulkhead_fixture f(co_await asio::this_coro::executor, {1, 5});
    one_call& first = *co_await f.made(A, 2500us);
    one_call& second = *co_await f.made(A, 4500us);
    co_await f.wait(1ms);
    f.answer(first);
    co_await f.settle();
    co_await f.wait(20ms);
    weir::expect(second.running, "{} had been started in time, but at {} it {}", second.name,
                 second.start_by, second.fate());
    const auto answered_at = weir::now();
    f.answer(second);
    co_await f.settle();
    f.expect_ended(second, one_call::end::answered, answered_at, "the dependency answered");
    co_await f.finish();
  });

  WEIR_EXPLORE("a place is free in the instant of the deadline", []() -> asio::awaitable<void> {
    bulkhead_fixture f(co_await asio::this_coro::executor, {1, 5});
    one_call& first = *co_await f.made(A);
    const one_call& second = *co_await f.made(A, 4ms);
    const one_call& third = *co_await f.made(A);
    co_await f.wait(second.start_by - weir::now());
    const auto freed_at = weir::now();
    f.answer(first);
    co_await f.settle();
    weir::expect(second.started != (second.how() == one_call::end::timed_out),
                 "a place became free in the instant of {}'s deadline: it was {}, and it {}",
                 second.name, second.started ? "started" : "not started", second.fate());
    if (!second.started)
      f.expect_started(third, freed_at);
    else
      f.expect_waits(third);
    co_await f.finish();
  });

  WEIR_EXPLORE("a storm of calls", [] { return storm(storm_focus::deadlines, "deadline"); });
}

TEST_CASE("a cancelled waiter leaves no trace", "[cancelled-waiter]") {
  WEIR_EXPLORE("in the middle of the queue", []() -> asio::awaitable<void> {
    bulkhead_fixture f(co_await asio::this_coro::executor, {1, 5});
    one_call& first = *co_await f.made(A);
    one_call& second = *co_await f.made(A);
    one_call& third = *co_await f.made(A);
    const one_call& fourth = *co_await f.made(A);
    for (one_call* leaving : {&third, &second}) {
      const auto cancelled_at = weir::now();
      f.cancel(*leaving);
      co_await f.settle();
      f.expect_ended(*leaving, one_call::end::cancelled, cancelled_at, "it was cancelled");
      f.expect_never_asked(*leaving);
    }
    const auto freed_at = weir::now();
    f.answer(first);
    co_await f.settle();
    f.expect_started(fourth, freed_at);
    co_await f.finish();
  });

  WEIR_EXPLORE("the last one", []() -> asio::awaitable<void> {
    bulkhead_fixture f(co_await asio::this_coro::executor, {1, 5});
    one_call& first = *co_await f.made(A);
    one_call& second = *co_await f.made(A, 50ms);
    f.cancel(second);
    co_await f.settle();
    f.answer(first);
    co_await f.settle();
    const auto made_at = weir::now();
    f.expect_started(*co_await f.made(A), made_at);
    co_await f.finish();
  });

  WEIR_EXPLORE("a place is free in the instant of the cancellation", []() -> asio::awaitable<void> {
    bulkhead_fixture f(co_await asio::this_coro::executor, {1, 5});
    one_call& first = *co_await f.made(A);
    one_call& second = *co_await f.made(A);
    const one_call& third = *co_await f.made(A);
    f.answer(first);
    f.meanwhile([&] { f.cancel(second); });
    co_await f.wait(5ms);
    weir::expect(second.running || second.how() == one_call::end::cancelled,
                 "{} was cancelled in the instant in which a place became free: it {}", second.name,
                 second.fate());
    weir::expect(third.started || second.running,
                 "a place became free as {} was cancelled; {} {} behind it, and the "
                 "place is nobody's",
                 second.name, third.name, third.fate());
    co_await f.finish();
  });

  WEIR_EXPLORE("a storm of calls",
               [] { return storm(storm_focus::cancelling, "cancelled-waiter"); });
}

TEST_CASE("places come back on every path", "[places-come-back]") {
  WEIR_EXPLORE("an error", []() -> asio::awaitable<void> {
    bulkhead_fixture f(co_await asio::this_coro::executor, {1, 5});
    one_call& first = *co_await f.made(A);
    const one_call& second = *co_await f.made(A);
    const auto failed_at = weir::now();
    f.answer(first, reset);
    co_await f.settle();
    f.expect_ended(first, one_call::end::failed, failed_at, "the dependency failed");
    weir::expect(first.asked->fate() == weir::testing::threw(reset),
                 "the dependency failed with \"{}\", and {} {}", reset, first.name, first.fate());
    f.expect_started(second, failed_at);
    f.expect_counts(A);
    co_await f.finish();
  });

  WEIR_EXPLORE("a cancellation in flight", []() -> asio::awaitable<void> {
    bulkhead_fixture f(co_await asio::this_coro::executor, {1, 5});
    one_call& first = *co_await f.made(A);
    const one_call& second = *co_await f.made(A);
    const auto cancelled_at = weir::now();
    f.cancel(first);
    co_await f.settle();
    f.expect_waits(second);
    co_await f.wait(4ms);
    f.expect_ended(first, one_call::end::cancelled, cancelled_at + tidying,
                   "it was cancelled, and the dependency had tidied up");
    f.expect_started(second, cancelled_at + tidying);
    f.expect_counts(A);
    co_await f.finish();
  });

  WEIR_EXPLORE("an answer in the instant of a cancellation", []() -> asio::awaitable<void> {
    bulkhead_fixture f(co_await asio::this_coro::executor, {1, 5});
    one_call& first = *co_await f.made(A);
    co_await f.made(A);
    f.answer(first);
    f.meanwhile([&] { f.cancel(first); });
    co_await f.wait(5ms);
    weir::expect(first.how() == one_call::end::answered || first.how() == one_call::end::cancelled,
                 "{} was cancelled as its answer came: it {}", first.name, first.fate());
    co_await f.finish();
  });

  WEIR_EXPLORE("errors one after the other", []() -> asio::awaitable<void> {
    bulkhead_fixture f(co_await asio::this_coro::executor, {2, 2});
    for (int i = 0; i < 4; ++i)
      f.answer(*co_await f.made(A), reset);
    co_await f.settle();
    f.expect_counts(A);
    co_await f.finish();
  });

  WEIR_EXPLORE("any history", []() -> asio::awaitable<void> {
    auto random = weir::stream("history");
    bulkhead_fixture f(co_await asio::this_coro::executor, {2, 3});
    for (int i = 0; i < 25; ++i) {
      const auto what = random.below(10);
      if (what < 5)
        f.make(A, random.below(3) == 0 ? 3500us : any_time);
      else if (what == 5)
        f.cancel_some(random);
      else
        f.answer_some(random, what == 6 ? reset : error_code());
      co_await f.settle();
    }
    co_await f.finish();
    f.expect_counts(A);
  });

  WEIR_EXPLORE("a storm of calls",
               [] { return storm(storm_focus::cancelling, "places-come-back"); });

  WEIR_EXPLORE("a storm of answers", [] { return storm(storm_focus::plain, "places-come-back"); });
}
