#include "fixture.hpp"
#include "storm.hpp"
#include "weir_catch.hpp"

using namespace weir_hidden;

TEST_CASE("no more than the limit run, and no fewer while somebody waits", "[bounded]") {
  for (const std::size_t limit : {1, 3})
    WEIR_EXPLORE(limit == 1 ? "one at a time" : "three at a time",
                 [limit]() -> asio::awaitable<void> {
                   limiter_fixture f(co_await asio::this_coro::executor, limit, watch::permits);
                   std::vector<call*> all;
                   for (int i = 1; i <= 5; ++i)
                     all.push_back(&f.ask(weir::text("job {}", i)));
                   co_await f.settle();
                   weir::expect(f.running() == limit,
                                "5 were asked for in one instant: {} run, the limit is {}",
                                f.running(), limit);
                   while (f.running() != 0) {
                     f.finish(**std::ranges::find_if(all, &call::runs));
                     co_await f.settle();
                   }
                   for (const call* one : all)
                     weir::expect(one->run->fate().returned(), "all could run, but {} {}",
                                  one->name, one->text());
                   co_await f.finish_all();
                 });

  WEIR_EXPLORE("jobs that end at once, and newcomers", []() -> asio::awaitable<void> {
    limiter_fixture f(co_await asio::this_coro::executor, 2, watch::permits);
    call* const a = co_await f.run("A");
    call* const c = co_await f.run("B");
    co_await f.wait("C");
    f.finish(*a);
    f.finish(*c);
    f.post([&f] { f.ask("D"); });
    f.post([&f] { f.ask("E"); });
    co_await f.settle();
    weir::expect(f.running() == 2, "3 wanted to run, and the limit is 2: {} run", f.running());
    co_await f.finish_all();
  });

  WEIR_EXPLORE("a storm of calls", [] { return storm(storm_focus::plain, "bounded"); });
}

TEST_CASE("the permit comes back, however the job ends", "[comes-back]") {
  WEIR_EXPLORE("the job fails", []() -> asio::awaitable<void> {
    limiter_fixture f(co_await asio::this_coro::executor, 1, watch::permits);
    call* const a = co_await f.run("A");
    call* const next = co_await f.wait("B");
    const auto failed_at = weir::now();
    f.fail(*a);
    co_await f.pass();
    f.expect_ended(*a, reset, failed_at, "the job of A " + reset.text());
    f.expect_runs(*next, "the job of A failed, and B is the next in line");
    co_await f.settle();
    co_await f.finish_all();
  });

  WEIR_EXPLORE("failures one after another, and nobody waits", []() -> asio::awaitable<void> {
    limiter_fixture f(co_await asio::this_coro::executor, 2, watch::permits);
    for (const char* const name : {"A", "B", "C"}) {
      call* const one = co_await f.run(name);
      f.fail(*one);
      co_await f.settle();
    }
    co_await f.finish_all();
  });

  WEIR_EXPLORE("the job can't even be made", []() -> asio::awaitable<void> {
    limiter_fixture f(co_await asio::this_coro::executor, 1, watch::permits);
    const auto failed_at = weir::now();
    const call& bad = f.ask_badly("A");
    co_await f.pass();
    f.expect_ended(bad, reset, failed_at, "calling the job of A " + reset.text());
    call* const second = co_await f.run("B");
    f.ask_badly("C");
    co_await f.pass();
    call* const next = &f.ask("D");
    co_await f.pass();
    f.finish(*second);
    co_await f.settle();
    f.expect_runs(*next, "B ended, C failed as soon as it was called, and D is next");
    co_await f.finish_all();
  });

  WEIR_EXPLORE("the job is cancelled, and tidies up", []() -> asio::awaitable<void> {
    limiter_fixture f(co_await asio::this_coro::executor, 1, watch::permits);
    call* const a = co_await f.run("A", 3ms);
    call* const next = co_await f.wait("B");
    const auto cancelled_at = weir::now();
    f.cancel(*a);
    co_await f.pass();
    weir::expect(a->job_ended.pending(),
                 "A was cancelled, and its job ended before it had tidied up");
    weir::expect(next->waits(), "B {}, although A, which was cancelled, still tidies up",
                 next->text());
    co_await f.pass(5ms);
    f.expect_ended(*a, aborted, cancelled_at + 3ms, "A was cancelled and has tidied up");
    f.expect_runs(*next, "A was cancelled and has tidied up, and B is next");
    co_await f.finish_all();
  });

  for (const fate& how : {finished, reset})
    WEIR_EXPLORE(how.threw() ? "the job is cancelled, and fails as it tidies up"
                             : "the job is cancelled, and gets done all the same",
                 [how]() -> asio::awaitable<void> {
                   limiter_fixture f(co_await asio::this_coro::executor, 1, watch::permits);
                   call* const a = co_await f.run("A", 3ms);
                   call* const next = co_await f.wait("B");
                   a->if_cancelled = how;
                   const auto cancelled_at = weir::now();
                   f.cancel(*a);
                   co_await f.pass(5ms);
                   f.expect_ended(
                       *a, how, cancelled_at + 3ms,
                       how.threw()
                           ? "A was cancelled, and as it tidied up its job " + reset.text()
                           : std::string("A was cancelled, and its job returned all the same"));
                   f.expect_runs(*next, "the job of A has ended, and B is next");
                   co_await f.settle();
                   co_await f.finish_all();
                 });

  WEIR_EXPLORE("the job throws a number", []() -> asio::awaitable<void> {
    limiter_fixture f(co_await asio::this_coro::executor, 1, watch::permits);
    call* const a = co_await f.run("A");
    call* const next = co_await f.wait("B");
    const auto failed_at = weir::now();
    f.fail(*a, seven);
    co_await f.pass();
    f.expect_ended(*a, seven, failed_at, "the job of A threw the number 7");
    f.expect_runs(*next, "the job of A threw the number 7, and B is the next in line");
    co_await f.settle();
    co_await f.finish_all();
  });

  WEIR_EXPLORE("jobs end in one instant, each in its way", []() -> asio::awaitable<void> {
    limiter_fixture f(co_await asio::this_coro::executor, 3, watch::permits);
    call* const a = co_await f.run("A");
    call* const c = co_await f.run("B");
    call* const d = co_await f.run("C");
    call* const next = co_await f.wait("D");
    call* const last = co_await f.wait("E");
    f.finish(*a);
    f.fail(*c);
    f.post([&f, d] { f.cancel(*d); });
    co_await f.settle();
    f.expect_runs(*next, "A, B and C have ended, and D was the first in line");
    f.expect_runs(*last, "A, B and C have ended, and E was the second in line");
    co_await f.finish_all();
  });

  WEIR_EXPLORE("a storm of calls", [] { return storm(storm_focus::plain, "comes-back"); });

  WEIR_EXPLORE("a storm of calls and cancellations",
               [] { return storm(storm_focus::cancelling, "comes-back"); });
}

TEST_CASE("first come, first served", "[fifo]") {
  WEIR_EXPLORE("in the order in which they came", []() -> asio::awaitable<void> {
    limiter_fixture f(co_await asio::this_coro::executor, 1, watch::permits_and_turns);
    call* before = co_await f.run("A");
    std::vector<call*> line;
    for (const char* const name : {"B", "C", "D"})
      line.push_back(co_await f.wait(name));
    for (call* const next : line) {
      f.finish(*before);
      co_await f.settle();
      f.expect_runs(*next, before->name + " has ended, and " + next->name + " is next");
      before = next;
    }
    co_await f.finish_all();
  });

  WEIR_EXPLORE("a newcomer in the instant in which a permit comes back",
               []() -> asio::awaitable<void> {
                 limiter_fixture f(co_await asio::this_coro::executor, 1, watch::permits_and_turns);
                 call* const a = co_await f.run("A");
                 call* const waiting = co_await f.wait("B");
                 f.finish(*a);
                 const call* newcomer = nullptr;
                 f.post([&f, &newcomer] { newcomer = &f.ask("C"); });
                 co_await f.pass();
                 weir::expect(waiting->runs(),
                              "A ended, and B had waited for that. In this instant C came: C {}, "
                              "B {}",
                              newcomer->text(), waiting->text());
                 f.check_books();
                 co_await f.finish_all();
               });

  WEIR_EXPLORE("two permits, two that wait, and a newcomer", []() -> asio::awaitable<void> {
    limiter_fixture f(co_await asio::this_coro::executor, 2, watch::permits_and_turns);
    call* const a = co_await f.run("A");
    call* const c = co_await f.run("B");
    const call* const first = co_await f.wait("C");
    const call* const second = co_await f.wait("D");
    f.finish(*a);
    f.post([&f] { f.ask("E"); });
    f.finish(*c);
    co_await f.settle();
    f.expect_runs(*first, "A and B have ended, and C was the first in line");
    f.expect_runs(*second, "A and B have ended, and D was the second in line");
    co_await f.finish_all();
  });

  WEIR_EXPLORE("a storm of calls", [] { return storm(storm_focus::plain, "fifo"); });
}

TEST_CASE("a cancelled waiter leaves no trace", "[cancelled-waiter]") {
  WEIR_EXPLORE("the first, the last and one in between", []() -> asio::awaitable<void> {
    limiter_fixture f(co_await asio::this_coro::executor, 1, watch::permits_and_turns);
    call* const a = co_await f.run("A");
    call* const first = co_await f.wait("B");
    call* const second = co_await f.wait("C");
    call* const third = co_await f.wait("D");
    call* const fourth = co_await f.wait("E");
    call* const fifth = co_await f.wait("F");
    for (call* const one : {first, third, fifth}) {
      const auto cancelled_at = weir::now();
      f.cancel(*one);
      co_await f.settle();
      f.expect_ended(*one, aborted, cancelled_at, one->name + " was cancelled while it waited");
      weir::expect(!one->called, "{} was cancelled while it waited, and its job was called",
                   one->name);
    }
    f.finish(*a);
    co_await f.settle();
    f.expect_runs(*second, "A has ended, B has given up, and C is next");
    f.finish(*second);
    co_await f.settle();
    f.expect_runs(*fourth, "C has ended, D has given up, and E is next");
    co_await f.finish_all();
  });

  WEIR_EXPLORE("a permit comes back in this instant", []() -> asio::awaitable<void> {
    limiter_fixture f(co_await asio::this_coro::executor, 1, watch::permits_and_turns);
    call* const a = co_await f.run("A");
    call* const leaving = co_await f.wait("B");
    const call* const next = co_await f.wait("C");
    const auto cancelled_at = weir::now();
    f.finish(*a);
    f.post([&f, leaving] { f.cancel(*leaving); });
    co_await f.pass();
    f.expect_ended(*leaving, aborted, cancelled_at, "B was cancelled");
    f.expect_runs(*next, "A ended in the instant in which B, the first in line, was cancelled, and "
                         "C came after it");
    f.check_books();
    co_await f.finish_all();
  });

  WEIR_EXPLORE("a permit comes back in this instant, and nobody else waits",
               []() -> asio::awaitable<void> {
                 limiter_fixture f(co_await asio::this_coro::executor, 2, watch::permits_and_turns);
                 call* const a = co_await f.run("A");
                 co_await f.run("B");
                 call* const leaving = co_await f.wait("C");
                 f.fail(*a);
                 f.post([&f, leaving] { f.cancel(*leaving); });
                 co_await f.settle();
                 co_await f.run("D");
                 co_await f.finish_all();
               });

  WEIR_EXPLORE("two permits come back as two of three give up", []() -> asio::awaitable<void> {
    limiter_fixture f(co_await asio::this_coro::executor, 2, watch::permits_and_turns);
    call* const a = co_await f.run("A");
    call* const c = co_await f.run("B");
    call* const first = co_await f.wait("C");
    const call* const second = co_await f.wait("D");
    call* const third = co_await f.wait("E");
    f.finish(*a);
    f.post([&f, first] { f.cancel(*first); });
    f.post([&f, third] { f.cancel(*third); });
    f.finish(*c);
    co_await f.settle();
    f.expect_runs(*second, "A and B have ended, C and E have given up, and D is left");
    co_await f.finish_all();
  });

  WEIR_EXPLORE("a storm of calls",
               [] { return storm(storm_focus::cancelling, "cancelled-waiter"); });
}

TEST_CASE("a new limit counts at once", "[new-limit]") {
  WEIR_EXPLORE("raised, it lets in those who wait, in order", []() -> asio::awaitable<void> {
    limiter_fixture f(co_await asio::this_coro::executor, 1, watch::permits_and_turns);
    co_await f.run("A");
    const call* const first = co_await f.wait("B");
    const call* const second = co_await f.wait("C");
    const call* const third = co_await f.wait("D");
    f.set_limit(3);
    f.post([&f] { f.ask("E"); });
    co_await f.pass();
    f.expect_runs(*first, "the limit was raised from 1 to 3, and B was the first in line");
    f.expect_runs(*second, "the limit was raised from 1 to 3, and C was the second in line");
    weir::expect(third->waits(), "the limit was raised from 1 to 3, and A, B and C run: D {}",
                 third->text());
    f.check_books();
    co_await f.finish_all();
  });

  WEIR_EXPLORE("lowered, it lets those who run finish", []() -> asio::awaitable<void> {
    limiter_fixture f(co_await asio::this_coro::executor, 3, watch::permits_and_turns);
    call* const a = co_await f.run("A");
    call* const c = co_await f.run("B");
    call* const d = co_await f.run("C");
    const call* const next = co_await f.wait("D");
    f.set_limit(1);
    co_await f.settle();
    weir::expect(f.running() == 3, "the limit was lowered from 3 to 1 while 3 ran: {} still run",
                 f.running());
    co_await f.wait("E");
    for (call* const one : {a, c}) {
      f.finish(*one);
      co_await f.pass();
      weir::expect(next->waits(), "the limit was lowered to 1, {} has ended, {} still run: D {}",
                   one->name, f.running() - 1, next->text());
      f.check_books();
    }
    f.fail(*d);
    co_await f.settle();
    f.expect_runs(*next, "the limit was lowered to 1, and all that ran have ended");
    co_await f.finish_all();
  });

  WEIR_EXPLORE("0 is a pause", []() -> asio::awaitable<void> {
    limiter_fixture f(co_await asio::this_coro::executor, 2, watch::permits_and_turns);
    call* const a = co_await f.run("A");
    f.set_limit(0);
    co_await f.settle();
    const call* const first = co_await f.wait("B");
    f.finish(*a);
    co_await f.settle();
    call* const leaving = co_await f.wait("C");
    const call* const third = co_await f.wait("D");
    f.cancel(*leaving);
    co_await f.settle();
    f.set_limit(2);
    co_await f.settle();
    f.expect_runs(*first, "after a pause the limit is 2 again, and B was the first in line");
    f.expect_runs(*third, "after a pause the limit is 2 again, C has given up, and D is next");
    co_await f.finish_all();
  });

  WEIR_EXPLORE("lowered and raised while three run", []() -> asio::awaitable<void> {
    limiter_fixture f(co_await asio::this_coro::executor, 3, watch::permits_and_turns);
    call* const a = co_await f.run("A");
    co_await f.run("B");
    co_await f.run("C");
    const call* const next = co_await f.wait("D");
    f.set_limit(1);
    co_await f.settle();
    f.set_limit(2);
    co_await f.settle();
    weir::expect(next->waits(), "3 run, and the limit went from 3 to 1 and to 2: D {}",
                 next->text());
    f.set_limit(3);
    f.finish(*a);
    co_await f.settle();
    f.expect_runs(*next, "A has ended, 2 run, and the limit is 3 again");
    co_await f.finish_all();
  });

  WEIR_EXPLORE("in the instant in which a permit comes back", []() -> asio::awaitable<void> {
    limiter_fixture f(co_await asio::this_coro::executor, 2, watch::permits_and_turns);
    call* const a = co_await f.run("A");
    co_await f.run("B");
    co_await f.wait("C");
    co_await f.wait("D");
    co_await f.wait("E");
    f.finish(*a);
    f.post([&f] { f.set_limit(1); });
    co_await f.settle();
    f.post([&f] { f.set_limit(3); });
    co_await f.settle();
    weir::expect(f.running() == 3, "the limit was raised to 3 while more wanted to run: {} run",
                 f.running());
    co_await f.finish_all();
  });

  WEIR_EXPLORE("a storm of calls", [] { return storm(storm_focus::limits, "new-limit"); });
}

TEST_CASE("no permit is lost, and none is made", "[books-balance]") {
  WEIR_EXPLORE("everything in one instant", []() -> asio::awaitable<void> {
    limiter_fixture f(co_await asio::this_coro::executor, 2, watch::permits_and_counts);
    call* const a = co_await f.run("A");
    call* const c = co_await f.run("B", 2ms);
    call* const leaving = co_await f.wait("C");
    call* const waiting = co_await f.wait("D");
    f.fail(*a);
    f.post([&f, leaving] { f.cancel(*leaving); });
    f.post([&f, c] { f.cancel(*c); });
    f.post([&f] { f.set_limit(3); });
    f.post([&f] { f.ask("E"); });
    f.post([&f] { f.ask_badly("F"); });
    co_await f.pass(3ms);
    f.check_books();
    f.post([&f] { f.set_limit(1); });
    f.post([&f, waiting] { f.cancel(*waiting); });
    f.post([&f] { f.ask("G"); });
    co_await f.settle();
    f.set_limit(2);
    co_await f.finish_all();
  });

  WEIR_EXPLORE("whatever comes", []() -> asio::awaitable<void> {
    limiter_fixture f(co_await asio::this_coro::executor, 2, watch::permits_and_counts);
    std::vector<call*> all{&f.ask("job 1")};
    co_await f.settle();
    for (int step = 2; step <= 8; ++step) {
      all.push_back(&f.ask(weir::text("job {}", step)));
      call* const some = all[weir::pick(all.size() - 1)];
      switch (weir::pick(4)) {
      case 0:
        f.post([&f, some] { f.cancel(*some); });
        break;
      case 1:
        f.set_limit(1 + weir::pick(3));
        break;
      case 2:
        if (some->runs())
          f.fail(*some);
        break;
      default:
        if (some->runs())
          f.finish(*some);
        break;
      }
      co_await f.settle();
    }
    co_await f.finish_all();
  });

  WEIR_EXPLORE("a storm of calls", [] { return storm(storm_focus::everything, "books-balance"); });
}
