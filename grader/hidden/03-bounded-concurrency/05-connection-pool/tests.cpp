#include "fixture.hpp"
#include "storm.hpp"
#include "weir_catch.hpp"

using namespace weir_hidden;

TEST_CASE("no more connections than the pool's size", "[bounded]") {
  WEIR_EXPLORE("many come at once", []() -> asio::awaitable<void> {
    pool_fixture f(co_await asio::this_coro::executor, 3);
    std::vector<call*> all;
    for (int i = 1; i <= 5; ++i)
      all.push_back(&f.acquire(weir::text("caller {}", i)));
    co_await f.pass(10ms);
    weir::expect(std::ranges::count_if(all, &call::has_one) == 3,
                 "5 came at once to a pool of size 3: {} of them got a connection",
                 std::ranges::count_if(all, &call::has_one));
    co_await f.finish_all();
  });

  WEIR_EXPLORE("an idle one is used again", []() -> asio::awaitable<void> {
    pool_fixture f(co_await asio::this_coro::executor, 3);
    call* const a = co_await f.get("A");
    call* const c = co_await f.get("B");
    f.give_back(*a);
    f.give_back(*c);
    co_await f.pass();
    co_await f.get("C", 0ms);
    co_await f.get("D", 0ms);
    weir::expect(f.base.seen.asked == 2, "2 connections were enough for all, and {} were opened",
                 f.base.seen.asked);
    co_await f.finish_all();
  });

  for (const bool first : {true, false})
    WEIR_EXPLORE(first ? "an idle one, and the one before it broke"
                       : "an idle one, and the one after it broke",
                 [first]() -> asio::awaitable<void> {
                   pool_fixture f(co_await asio::this_coro::executor, 3);
                   f.broken_may_go_out = true;
                   call* const a = co_await f.get("A");
                   call* const c = co_await f.get("B");
                   modelled_connection& breaks = first ? a->got() : c->got();
                   f.give_back(*a);
                   f.give_back(*c);
                   weir::note("connection {} breaks while it is idle", breaks.number);
                   breaks.is_broken = true;
                   co_await f.pass();
                   co_await f.get("C", 0ms);
                   weir::expect(f.base.seen.asked == 2,
                                "one of two idle connections was not broken, and {} more were "
                                "opened for C",
                                f.base.seen.asked - 2);
                   co_await f.finish_all();
                 });

  WEIR_EXPLORE("nobody asks for another", []() -> asio::awaitable<void> {
    pool_fixture f(co_await asio::this_coro::executor, 2);
    call* const a = co_await f.get("A");
    co_await f.pass(10ms);
    weir::expect(f.base.seen.asked == 1, "1 connection was asked for, and {} were opened",
                 f.base.seen.asked);
    f.give_back_broken(*a);
    co_await f.pass(10ms);
    weir::expect(f.base.seen.asked == 1,
                 "connection 1 was given back broken while nobody waited, and another was opened");
    co_await f.finish_all();
  });

  WEIR_EXPLORE("a storm", [] { return storm(storm_focus::breaking, "bounded"); });
}

TEST_CASE("acquire waits while all are out", "[waits-in-line]") {
  WEIR_EXPLORE("the first in line gets what is given back", []() -> asio::awaitable<void> {
    pool_fixture f(co_await asio::this_coro::executor, 2);
    call* const a = co_await f.get("A");
    call* const c = co_await f.get("B");
    const call* const first = co_await f.wait("C");
    const call* const second = co_await f.wait("D");
    for (const auto& [gives, gets] : {std::pair{a, first}, std::pair{c, second}}) {
      const auto given_at = weir::now();
      f.give_back(*gives);
      co_await f.pass();
      f.expect_has_one(*gets, gives->name + " gave a connection back, and " + gets->name +
                                  " was the first in line");
      f.expect_at(*gets, given_at, gives->name + " gave a connection back");
    }
    weir::expect(f.base.seen.asked == 2, "a pool of size 2 lost no connection, and opened {}",
                 f.base.seen.asked);
    co_await f.finish_all();
  });

  WEIR_EXPLORE("a newcomer in the instant in which one is given back",
               []() -> asio::awaitable<void> {
                 pool_fixture f(co_await asio::this_coro::executor, 1);
                 call* const a = co_await f.get("A");
                 const call* const waiting = co_await f.wait("B");
                 const call* newcomer = nullptr;
                 f.at(2ms, [&f, a] { f.give_back(*a); });
                 f.at(2ms, [&f, &newcomer] { newcomer = &f.acquire("C"); });
                 co_await f.pass(3ms);
                 weir::expect(waiting->has_one(),
                              "A gave its connection back, and B had waited for that. In this "
                              "instant C came: C {}, B {}",
                              newcomer->fate(), waiting->fate());
                 co_await f.finish_all();
               });

  WEIR_EXPLORE("two pools", []() -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    pool_fixture one(executor, 1);
    pool_fixture other(executor, 1);
    call* const a = co_await one.get("A");
    call* const c = co_await other.get("B");
    const call* const first = co_await one.wait("C");
    const call* const second = co_await other.wait("D");
    other.give_back(*c);
    co_await other.pass();
    other.expect_has_one(*second, "B gave a connection back, and D was first in line there");
    weir::expect(first->waits(), "B gave a connection of another pool back, and C {}",
                 first->fate());
    one.give_back(*a);
    co_await one.pass();
    co_await one.finish_all();
    co_await other.finish_all();
  });

  WEIR_EXPLORE("a storm", [] { return storm(storm_focus::plain, "waits-in-line"); });
}

TEST_CASE("acquire ends at its deadline", "[deadline]") {
  for (const bool now : {true, false})
    WEIR_EXPLORE(now ? "one that is now" : "one that has passed", [now]() -> asio::awaitable<void> {
      pool_fixture f(co_await asio::this_coro::executor, 1);
      co_await f.get("A");
      const auto asked_at = weir::now();
      const call& late = f.acquire("B", now ? 0ms : -1h);
      co_await f.pass(30ms);
      f.expect_ended(late, timed_out, asked_at,
                     now ? "B came at its deadline, and all were out"
                         : "B came when its deadline had passed, and all were out");
      co_await f.finish_all();
    });

  WEIR_EXPLORE("in line", []() -> asio::awaitable<void> {
    pool_fixture f(co_await asio::this_coro::executor, 1);
    call* const a = co_await f.get("A");
    const call* const late = co_await f.wait("B", 20ms);
    const call* const next = co_await f.wait("C");
    const auto due = weir::now() - 2ms + 20ms;
    co_await f.pass(30ms);
    f.expect_ended(*late, timed_out, due, "the deadline of B passed");
    f.give_back(*a);
    co_await f.pass();
    f.expect_has_one(*next, "A gave its connection back, B had given up, and C was next");
    co_await f.finish_all();
  });

  WEIR_EXPLORE("while its connection is being opened", []() -> asio::awaitable<void> {
    pool_fixture f(co_await asio::this_coro::executor, 1);
    f.base.takes[1] = 500ms;
    const auto due = weir::now() + 20ms;
    const call& late = f.acquire("A", 20ms);
    const call* const next = co_await f.wait("B");
    co_await f.pass(30ms);
    f.expect_ended(late, timed_out, due, "the deadline of A passed");
    f.expect_has_one(*next, "the deadline of A passed while its connection was being opened, and B "
                            "was next in line");
    f.expect_at(*next, due + 5ms, "opening takes 5 ms, so B's connection was open");
    co_await f.finish_all();
  });

  WEIR_EXPLORE("first in line, then while it is being opened", []() -> asio::awaitable<void> {
    pool_fixture f(co_await asio::this_coro::executor, 1);
    call* const a = co_await f.get("A");
    const auto due = weir::now() + 20ms;
    const call* const late = co_await f.wait("B", 20ms);
    f.base.takes[2] = 500ms;
    co_await f.pass(9ms);
    f.give_back_broken(*a);
    co_await f.pass(30ms);
    f.expect_ended(*late, timed_out, due, "the deadline of B passed");
    weir::expect(f.base.seen.opening == 0,
                 "the deadline of B passed, it {}, and its connection is "
                 "still being opened",
                 late->fate());
    co_await f.finish_all();
  });

  WEIR_EXPLORE("a storm", [] { return storm(storm_focus::deadlines, "deadline"); });
}

TEST_CASE("a broken connection is replaced", "[broken]") {
  WEIR_EXPLORE("given back, and nobody waits", []() -> asio::awaitable<void> {
    pool_fixture f(co_await asio::this_coro::executor, 2);
    for (const char* const name : {"A", "B", "C"}) {
      call* const one = co_await f.get(name);
      f.give_back_broken(*one);
      co_await f.pass();
      weir::expect(f.base.seen.closed.contains(one->number),
                   "connection {} was given back broken, and has not been closed", one->number);
    }
    co_await f.finish_all();
  });

  WEIR_EXPLORE("given back while others wait", []() -> asio::awaitable<void> {
    pool_fixture f(co_await asio::this_coro::executor, 2);
    call* const a = co_await f.get("A");
    call* const c = co_await f.get("B");
    const call* const first = co_await f.wait("C");
    const call* const second = co_await f.wait("D");
    const auto given_at = weir::now();
    f.give_back_broken(*a);
    f.give_back_broken(*c);
    co_await f.pass(10ms);
    for (const call* const one : {first, second}) {
      f.expect_has_one(*one, "two connections were given back broken, and " + one->name +
                                 " was in line for a place");
      f.expect_at(*one, given_at + 5ms, "opening takes 5 ms, so its connection was open");
    }
    co_await f.finish_all();
  });

  WEIR_EXPLORE("a newcomer in the instant in which one is given back broken",
               []() -> asio::awaitable<void> {
                 pool_fixture f(co_await asio::this_coro::executor, 1);
                 call* const a = co_await f.get("A");
                 const call* const waiting = co_await f.wait("B");
                 const call* newcomer = nullptr;
                 f.at(2ms, [&f, a] { f.give_back_broken(*a); });
                 f.at(2ms, [&f, &newcomer] { newcomer = &f.acquire("C"); });
                 co_await f.pass(8ms);
                 weir::expect(waiting->has_one(),
                              "A gave its connection back broken, and B had waited for a place. In "
                              "this instant C came: C {}, B {}",
                              newcomer->fate(), waiting->fate());
                 co_await f.finish_all();
               });

  WEIR_EXPLORE("while it is idle", []() -> asio::awaitable<void> {
    pool_fixture f(co_await asio::this_coro::executor, 2);
    call* const a = co_await f.get("A");
    call* const c = co_await f.get("B");
    modelled_connection& one = a->got();
    modelled_connection& other = c->got();
    f.give_back(*a);
    f.give_back(*c);
    weir::expect(f.base.seen.open == 2, "two connections were given back in order, and {} are open",
                 f.base.seen.open);
    weir::note("connections {} and {} break while they are idle", one.number, other.number);
    one.is_broken = true;
    other.is_broken = true;
    co_await f.pass();
    co_await f.get("C");
    co_await f.get("D");
    co_await f.finish_all();
  });

  WEIR_EXPLORE("one of two that are idle", []() -> asio::awaitable<void> {
    for (const bool first : {true, false}) {
      pool_fixture f(co_await asio::this_coro::executor, 2);
      call* const a = co_await f.get("A");
      call* const c = co_await f.get("B");
      modelled_connection& breaks = first ? a->got() : c->got();
      f.give_back(*a);
      f.give_back(*c);
      weir::expect(f.base.seen.open == 2,
                   "two connections were given back in order, and {} are open", f.base.seen.open);
      weir::note("connection {} breaks while it is idle", breaks.number);
      breaks.is_broken = true;
      co_await f.pass();
      co_await f.get("C");
      co_await f.get("D");
      co_await f.finish_all();
    }
  });

  WEIR_EXPLORE("a storm", [] { return storm(storm_focus::breaking, "broken"); });
}

TEST_CASE("a connection that can't be opened", "[connect-fails]") {
  WEIR_EXPLORE("the error comes at once, the place comes back", []() -> asio::awaitable<void> {
    pool_fixture f(co_await asio::this_coro::executor, 1);
    for (const int number : {1, 2}) {
      f.base.refuses[number] = true;
      const auto due = weir::now() + 5ms;
      const call& refused = f.acquire(weir::text("caller {}", number));
      co_await f.pass(10ms);
      f.expect_ended(refused, reset, due, "connect() failed with \"" + reset.message() + "\"");
    }
    co_await f.get("caller 3");
    co_await f.finish_all();
  });

  WEIR_EXPLORE("the next in line tries", []() -> asio::awaitable<void> {
    pool_fixture f(co_await asio::this_coro::executor, 1);
    f.base.refuses[1] = true;
    f.base.refuses[2] = true;
    const auto begun = weir::now();
    const call& a = f.acquire("A");
    co_await f.pass();
    const call& c = f.acquire("B");
    co_await f.pass();
    const call& d = f.acquire("C");
    co_await f.pass(30ms);
    f.expect_ended(a, reset, begun + 5ms, "connect() failed with \"" + reset.message() + "\"");
    f.expect_ended(c, reset, begun + 10ms, "connect() failed for B too");
    f.expect_has_one(d, "connect() failed for A and B, and C was next in line");
    f.expect_at(d, begun + 15ms, "the third connect() was done");
    co_await f.finish_all();
  });

  WEIR_EXPLORE("a storm", [] { return storm(storm_focus::failing, "connect-fails"); });
}

TEST_CASE("no connection and no place is lost", "[nothing-lost]") {
  WEIR_EXPLORE("cancelled in line", []() -> asio::awaitable<void> {
    pool_fixture f(co_await asio::this_coro::executor, 1);
    call* const a = co_await f.get("A");
    call* const leaving = co_await f.wait("B");
    const call* const next = co_await f.wait("C");
    const auto cancelled_at = weir::now();
    f.cancel(*leaving);
    co_await f.pass();
    f.expect_ended(*leaving, aborted, cancelled_at, "B was cancelled");
    f.give_back(*a);
    co_await f.pass();
    f.expect_has_one(*next, "A gave its connection back, B had given up, and C was next");
    co_await f.finish_all();
  });

  WEIR_EXPLORE("cancelled while its connection is being opened", []() -> asio::awaitable<void> {
    pool_fixture f(co_await asio::this_coro::executor, 1);
    call& leaving = f.acquire("A");
    const call* const next = co_await f.wait("B");
    const auto cancelled_at = weir::now();
    f.cancel(leaving);
    co_await f.pass(10ms);
    f.expect_ended(leaving, aborted, cancelled_at, "A was cancelled");
    f.expect_has_one(*next, "A was cancelled while its connection was being opened, and B was next "
                            "in line");
    co_await f.finish_all();
  });

  WEIR_EXPLORE("the deadline in the instant of the hand-over", []() -> asio::awaitable<void> {
    pool_fixture f(co_await asio::this_coro::executor, 1);
    call* const a = co_await f.get("A");
    f.at(20ms, [&f, a] { f.give_back(*a); });
    const call& late = f.acquire("B", 20ms);
    co_await f.pass();
    const call* const next = co_await f.wait("C");
    co_await f.pass(30ms);
    weir::expect(late.has_one() != next->has_one(),
                 "A gave its connection back in the instant of B's deadline: B {}, and C, next in "
                 "line, {}",
                 late.fate(), next->fate());
    co_await f.finish_all();
  });

  WEIR_EXPLORE("a cancellation in the instant of the hand-over", []() -> asio::awaitable<void> {
    pool_fixture f(co_await asio::this_coro::executor, 1);
    call* const a = co_await f.get("A");
    call* const leaving = co_await f.wait("B");
    const call* const next = co_await f.wait("C");
    f.at(10ms, [&f, a] { f.give_back(*a); });
    f.at(10ms, [&f, leaving] { f.cancel(*leaving); });
    co_await f.pass(20ms);
    weir::expect(leaving->has_one() != next->has_one(),
                 "A gave its connection back in the instant in which B was cancelled: B {}, and C, "
                 "next in line, {}",
                 leaving->fate(), next->fate());
    co_await f.finish_all();
  });

  for (const bool by_deadline : {true, false})
    WEIR_EXPLORE(by_deadline ? "the deadline in the instant in which it is open"
                             : "a cancellation in the instant in which it is open",
                 [by_deadline]() -> asio::awaitable<void> {
                   pool_fixture f(co_await asio::this_coro::executor, 1);
                   call& one = f.acquire("A", by_deadline ? 5ms : 1s);
                   if (!by_deadline)
                     f.at(5ms, [&f, &one] { f.cancel(one); });
                   const call* const next = co_await f.wait("B");
                   co_await f.pass(20ms);
                   weir::expect(one.has_one() != next->has_one(),
                                "A was to end in the instant in which its connection was open: A "
                                "{}, and B, next in line, {}",
                                one.fate(), next->fate());
                   co_await f.finish_all();
                 });

  WEIR_EXPLORE("a place comes free as the first in line gives up", []() -> asio::awaitable<void> {
    pool_fixture f(co_await asio::this_coro::executor, 2);
    call* const a = co_await f.get("A");
    call* const c = co_await f.get("B");
    call* const leaving = co_await f.wait("C");
    const call& late = f.acquire("D", 10ms);
    const call& next = f.acquire("E");
    f.at(10ms, [&f, a] { f.give_back_broken(*a); });
    f.at(10ms, [&f, leaving] { f.cancel(*leaving); });
    co_await f.pass(20ms);
    f.expect_ended(*leaving, aborted, leaving->acquired->ended_at(), "C was cancelled");
    weir::expect(
        late.has_one() || next.has_one(),
        "A's connection was given back broken as C was cancelled, and as the deadline of D "
        "passed: D {}, and E {}",
        late.fate(), next.fate());
    f.give_back(*c);
    co_await f.pass(10ms);
    f.expect_has_one(next, "both places have come free, and E was the last in line");
    co_await f.finish_all();
  });

  WEIR_EXPLORE("opening fails in the instant of the deadline", []() -> asio::awaitable<void> {
    pool_fixture f(co_await asio::this_coro::executor, 1);
    f.base.refuses[1] = true;
    const call& late = f.acquire("A", 5ms);
    const call* const next = co_await f.wait("B");
    co_await f.pass(20ms);
    weir::expect(!late.waits() && !late.has_one(),
                 "connect() failed in the instant of A's deadline, "
                 "but A {}",
                 late.fate());
    f.expect_has_one(*next, "A could not open a connection, and B was next in line");
    co_await f.finish_all();
  });

  WEIR_EXPLORE("a storm", [] { return storm(storm_focus::everything, "nothing-lost"); });
}
