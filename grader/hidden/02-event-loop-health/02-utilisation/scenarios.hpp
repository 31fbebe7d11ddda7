/// \file
/// The scenarios of `utilisation`: for each promise, what may be submitted to an executor.
#pragma once

#include "fixture.hpp"

#include <weir/storm/edges.hpp>
#include <weir/testing.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/defer.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/execution.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/require.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <functional>

namespace weir_hidden {

using strand = asio::strand<asio::any_io_executor>;

// runs

inline void in_order() {
  measured_loop loop;
  const asio::any_io_executor measured = loop.measured();
  std::string seen;
  const auto say = [&seen](char what) {
    return [&seen, what] {
      seen += what;
    };
  };
  asio::post(measured, say('a'));
  asio::post(loop.plain(), say('b'));
  asio::defer(measured, say('c'));
  asio::dispatch(measured, say('d')); // the loop does not run yet
  asio::post(loop.plain(), say('e'));
  weir::expect(seen.empty(), "the loop did not run, and handlers did: {}", seen);
  loop.run();
  weir::expect(seen == "abcde",
               "a, c and d were submitted to the measuring executor, b and e to the one inside, "
               "in the order abcde; they ran in the order {}",
               seen);
}

inline void at_once_or_not() {
  measured_loop loop;
  const asio::any_io_executor measured = loop.measured();
  std::string seen;
  asio::post(measured, [&] {
    asio::post(measured, [&] { seen += 'p'; });
    asio::defer(measured, [&] { seen += 'f'; });
    weir::expect(seen.empty(), "a handler posted to the measuring executor, and that ran inside "
                               "of it");
    asio::dispatch(measured, [&] { seen += 'd'; });
    weir::expect(seen == "d", "a handler dispatched to the measuring executor, on the loop, and "
                              "that did not run at once");
  });
  loop.run();
  weir::expect(seen.size() == 3, "three handlers were submitted, and {} ran", seen.size());
}

inline void only_to_be_moved() {
  measured_loop loop;
  int seen = 0;
  auto mine = std::make_unique<int>(7);
  asio::post(loop.measured(), [&seen, mine = std::move(mine)] { seen += *mine; });
  loop.run();
  weir::expect(seen == 7, "a handler that can only be moved was posted, and ran {} times",
               seen / 7);
}

inline void never_served() {
  measured_loop loop;
  auto held = std::make_shared<int>();
  const std::weak_ptr<int> seen = held;
  asio::post(loop.measured(),
             [held = std::move(held)] { weir::fail("a handler ran on a loop that never did"); });
  loop.take_down();
  weir::expect(seen.expired(), "the loop is gone, and what it never served is still there");
}

/// Coroutines on a measuring executor, one in a strand: they take turns as on the one inside.
inline asio::awaitable<void> coroutines_meet() {
  const auto executor = co_await asio::this_coro::executor;
  const auto meter = make_meter();
  const asio::any_io_executor measured = meter->measured(executor);
  weir::testing::driver test(executor);
  asio::steady_timer bell(measured, 5ms);
  int rung = 0;
  const auto wait = [&]() -> asio::awaitable<void> {
    co_await bell.async_wait(asio::use_awaitable);
    ++rung;
  };
  const auto on_it = [&](asio::any_io_executor where) -> asio::awaitable<void> {
    auto work = asio::co_spawn(where, wait, asio::use_awaitable);
    co_await std::move(work);
  };
  const auto& one = test.start("one", [&] { return on_it(measured); });
  const auto& two = test.start("two", [&] { return on_it(strand(measured)); });
  co_await test.finish();
  for (const auto* const each : {&one, &two})
    weir::expect(each->fate().returned() && each->ended_at() == 5ms,
                 "{} waited for 5ms on a measuring executor, and {} at {}", each->name(),
                 each->text(), each->ended_at());
  weir::expect(rung == 2, "two coroutines waited for 5ms, and {} came to their ends", rung);
}

// busy

using submit = std::function<void(const asio::any_io_executor&, std::function<void()>)>;

inline void three_of_ten(const submit& how, std::string_view called) {
  measured_loop loop;
  const asio::any_io_executor measured = loop.measured();
  for (int i = 0; i < 3; ++i) {
    how(measured, loop.lasting(1ms));
    loop.idle(2ms);
  }
  loop.idle(1ms);
  loop.expect_share(called);
  loop.idle(5ms);
  loop.expect_share("then there was nothing to do");
  how(measured, loop.lasting(4ms));
  loop.run();
  loop.expect_share("then there was nothing else");
}

/// What is submitted to the executor inside does not count, before, after, and in between.
inline void others_on_the_loop() {
  measured_loop loop;
  const asio::any_io_executor measured = loop.measured();
  const auto stranger = [](nanoseconds time) {
    return [time] {
      weir::block_loop(time);
    };
  };
  asio::post(loop.plain(), stranger(3ms));
  asio::post(measured, loop.lasting(2ms));
  asio::post(loop.plain(), stranger(4ms));
  asio::post(measured, loop.lasting(1ms));
  loop.run();
  loop.expect_share("others submitted to the executor inside, too");
}

/// Of 20 ms a coroutine that is spawned on the executor computes for seven, one in a strand for
/// two, and a timer's completion for one.
inline asio::awaitable<void> by_coroutines() {
  const auto executor = co_await asio::this_coro::executor;
  const auto meter = make_meter();
  const asio::any_io_executor measured = meter->measured(executor);
  const auto compute = [](nanoseconds before, nanoseconds waits,
                          nanoseconds after) -> asio::awaitable<void> {
    asio::steady_timer timer(co_await asio::this_coro::executor);
    weir::block_loop(before);
    timer.expires_at(asio::steady_timer::time_point(waits));
    co_await timer.async_wait(asio::use_awaitable);
    weir::block_loop(after);
  };
  asio::co_spawn(measured, compute(2ms, 8ms, 5ms), asio::detached);
  asio::co_spawn(strand(measured), compute(0ms, 16ms, 2ms), asio::detached);
  asio::steady_timer timer(measured, 19ms);
  timer.async_wait([](boost::system::error_code) { weir::block_loop(1ms); });
  asio::steady_timer end(executor, asio::steady_timer::time_point(30ms));
  co_await end.async_wait(asio::use_awaitable);
  expect_share(*meter, {10ms, 30ms}, "two coroutines and a timer");
}

inline void nobody() {
  measured_loop loop;
  loop.expect_share("no time had passed");
  loop.idle(1s);
  loop.expect_share("nobody had submitted anything");
}

/// 100,000 handlers of a microsecond in a window, and then a handler of ten hours.
inline void small_and_large() {
  measured_loop loop;
  const asio::any_io_executor measured = loop.measured();
  int left = 100'000;
  std::function<void()> next = [&] {
    const in_the_books here(loop.book());
    weir::block_loop(1us);
    if (--left != 0)
      asio::post(measured, [&next] { next(); });
  };
  asio::post(measured, [&next] { next(); });
  loop.idle(300ms);
  loop.expect_share("a hundred thousand handlers of a microsecond");
  asio::post(measured, loop.lasting(10h));
  loop.idle(2h);
  loop.expect_share("a handler of ten hours");
  asio::post(measured, loop.lasting(1ns));
  loop.idle(3ns);
  loop.expect_share("a handler of a nanosecond");
}

// once

/// \param inner how the inner handler gets to the loop, from within the outer one
inline void nested(measured_loop& loop, const asio::any_io_executor& outer,
                   const std::function<void(std::function<void()>)>& inner,
                   std::string_view called) {
  asio::post(outer, [&] {
    const in_the_books here(loop.book());
    weir::block_loop(2ms);
    inner(loop.lasting(3ms));
    weir::block_loop(1ms);
  });
  loop.idle(4ms);
  loop.expect_share(called);
}

inline void dispatched_inside() {
  measured_loop loop;
  const asio::any_io_executor one = loop.measured();
  const asio::any_io_executor other = loop.measured();
  const asio::any_io_executor twice = loop.meter().measured(one);
  const auto by = [](const auto& executor) {
    return [executor](std::function<void()> what) {
      asio::dispatch(executor, std::move(what));
    };
  };
  nested(loop, one, by(one), "a handler dispatched another one");
  nested(loop, one, by(other), "to another executor of the meter");
  nested(loop, one, by(strand(one)), "into a strand");
  nested(loop, strand(one), by(one), "out of a strand");
  nested(loop, twice, by(one), "measured twice, and the inner one once");
  nested(loop, one, by(twice), "measured once, and the inner one twice");
  nested(loop, twice, by(twice), "both measured twice by one meter");
}

/// A hundred handlers, one inside the other.
inline void deep() {
  measured_loop loop;
  const asio::any_io_executor measured = loop.measured();
  int left = 300;
  std::function<void()> next = [&] {
    const in_the_books here(loop.book());
    weir::block_loop(10us);
    if (--left != 0)
      asio::dispatch(measured, [&next] { next(); });
    weir::block_loop(10us);
  };
  asio::post(measured, [&next] { next(); });
  loop.idle(4ms);
  loop.expect_share("three hundred handlers inside each other");
}

inline void two_meters() {
  measured_loop loop;
  const auto other = make_meter();
  const asio::any_io_executor both = other->measured(loop.measured());
  asio::post(loop.measured(), [&] {
    const in_the_books here(loop.book());
    weir::block_loop(2ms);
    asio::dispatch(both, [] { weir::block_loop(3ms); });
  });
  loop.idle(5ms);
  expect_share(*other, {3ms, 10ms}, "the second meter's handler ran inside one of the first's");
  loop.expect_share("another meter's handler ran inside of it");
  asio::post(other->measured(loop.plain()), [] { weir::block_loop(4ms); });
  loop.idle(4ms);
  expect_share(*other, {4ms, 8ms}, "only the second meter's handler ran");
  loop.expect_share("only another meter's handler ran");
}

// windows

inline void three_windows() {
  measured_loop loop;
  loop.idle(3ms);
  asio::post(loop.measured(), [&] {
    const in_the_books here(loop.book());
    weir::block_loop(7ms);
    loop.expect_share("the first window ended 7 ms after the handler had begun");
    weir::block_loop(10ms);
    loop.expect_share("the second lay within the handler");
    loop.expect_share("the third lasted for no time");
    weir::block_loop(4ms);
  });
  loop.idle(6ms);
  loop.expect_share("the last window began 4 ms before the handler's end");
  loop.idle(6ms);
  loop.expect_share("then nobody ran");
}

/// take() is called by a handler inside a handler, and by one that is not measured.
inline void taken_inside() {
  measured_loop loop;
  const asio::any_io_executor measured = loop.measured();
  asio::post(measured, [&] {
    const in_the_books here(loop.book());
    weir::block_loop(2ms);
    asio::dispatch(measured, [&] {
      const in_the_books there(loop.book());
      weir::block_loop(2ms);
      loop.expect_share("taken by a handler inside a handler");
      weir::block_loop(5ms);
    });
    weir::block_loop(1ms);
  });
  loop.idle(2ms);
  loop.expect_share("the window had begun in a handler inside a handler");
  asio::post(measured, loop.lasting(3ms));
  asio::post(loop.plain(), [&] { loop.expect_share("taken by a handler of others"); });
  loop.run();
  loop.idle(1ms);
  loop.expect_share("then nobody ran");
}

inline void long_ago() {
  measured_loop loop;
  loop.idle(24h * 20);
  asio::post(loop.measured(), loop.lasting(24h * 4));
  loop.run();
  loop.expect_share("the first window lasted for 24 days");
}

// throws

inline void thrown_out(weir::storm::thrown kind) {
  measured_loop loop;
  const asio::any_io_executor measured = loop.measured();
  asio::post(measured, [&] {
    const in_the_books here(loop.book());
    weir::block_loop(3ms);
    std::rethrow_exception(weir::storm::make_exception(kind));
  });
  const std::vector<std::exception_ptr> out = loop.run();
  weir::expect(out.size() == 1 && weir::storm::is(out.front(), kind),
               "a handler threw {}, and {} came out of the loop", weir::storm::to_string(kind),
               out.empty() ? std::string("nothing") : weir::testing::failure(out.front()).text());
  loop.idle(7ms);
  loop.expect_share("a handler threw after 3 ms");
  asio::post(measured, loop.lasting(2ms));
  loop.idle(2ms);
  loop.expect_share("the next one didn't throw");
}

/// Where a handler's exception comes out that was dispatched by another one, which goes on.
inline std::string thrown_inside(measured_loop& loop, const asio::any_io_executor& to,
                                 bool counts) {
  std::string where;
  asio::post(to, [&] {
    const in_the_books here(loop.book(), counts);
    weir::block_loop(1ms);
    try {
      asio::dispatch(to, [&] {
        const in_the_books there(loop.book(), counts);
        weir::block_loop(2ms);
        throw 42;
      });
    } catch (int) {
      where += "out of dispatch() ";
    }
    weir::block_loop(3ms);
  });
  for (const std::exception_ptr& error : loop.run())
    where += weir::text("out of the loop: {} ", weir::testing::failure(error).text());
  loop.idle(4ms);
  return where;
}

inline void thrown_inside_another() {
  measured_loop loop;
  const std::string expected = thrown_inside(loop, loop.plain(), false);
  loop.expect_share("nobody was measured");
  const std::string found = thrown_inside(loop, loop.measured(), true);
  weir::expect(found == expected,
               "a handler inside a handler threw: on the executor inside that comes \"{}\", and on "
               "the measuring one \"{}\"",
               expected, found);
  loop.expect_share("a handler inside a handler threw, and the outer one went on");
}

// executor

inline void equal_and_not() {
  measured_loop loop;
  const asio::any_io_executor one = loop.measured();
  const asio::any_io_executor copy = one; // NOLINT(performance-unnecessary-copy-initialization)
  const auto other_meter = make_meter();
  asio::io_context other_loop;
  weir::expect(one == copy, "an executor is not equal to its copy");
  weir::expect(one == loop.measured(), "two executors of one meter and of one inside differ");
  weir::expect(one != loop.plain(), "an executor that measures is equal to the one inside");
  weir::expect(one != other_meter->measured(loop.plain()),
               "two executors of different meters are equal");
  weir::expect(one != loop.meter().measured(other_loop.get_executor()),
               "executors of two loops are equal");
  const asio::any_io_executor posting = asio::require(one, asio::execution::blocking.never);
  weir::expect(one != posting, "one that never blocks is equal to one that may");
  weir::expect(posting == asio::require(copy, asio::execution::blocking.never),
               "two that never block differ");
}

inline void has_its_context() {
  measured_loop loop;
  const asio::any_io_executor measured = loop.measured();
  weir::expect(&asio::query(measured, asio::execution::context) == &loop.io(),
               "the context is not that of the executor inside");
}

inline void never_blocks() {
  measured_loop loop;
  const asio::any_io_executor posting =
      asio::require(loop.measured(), asio::execution::blocking.never);
  const asio::any_io_executor made_of_one =
      loop.meter().measured(asio::require(loop.plain(), asio::execution::blocking.never));
  for (const asio::any_io_executor& one : {posting, made_of_one}) {
    bool inside = false;
    bool ran_inside = false;
    asio::post(one, [&] {
      inside = true;
      asio::dispatch(one, [&] {
        ran_inside = inside;
        loop.lasting(2ms)();
      });
      inside = false;
    });
    loop.idle(3ms);
    weir::expect(!ran_inside, "blocking.never was required, and it ran at once");
    loop.expect_share("it was submitted to one of which blocking.never had been required");
  }
}

/// A loop ends when there is no work for it. Whoever has work for it says so by a work guard.
inline void has_work() {
  measured_loop loop;
  loop.io().poll();
  weir::expect(loop.io().stopped(), "a loop with nothing to do went on");
  loop.io().restart();
  {
    const auto guard = asio::make_work_guard(loop.measured());
    loop.io().poll();
    weir::expect(!loop.io().stopped(), "there was a work guard of a measuring executor, and the "
                                       "loop ended");
  }
  loop.io().poll();
  weir::expect(loop.io().stopped(), "the work guard is gone, and the loop went on");
  loop.io().restart();
  {
    const asio::any_io_executor tracked =
        asio::prefer(loop.measured(), asio::execution::outstanding_work.tracked);
    asio::post(tracked, loop.lasting(2ms));
    loop.io().poll();
    weir::expect(!loop.io().stopped(),
                 "outstanding_work.tracked was preferred, and the loop ended");
  }
  loop.idle(2ms);
  loop.expect_share("it was submitted to one that tracks work");
}

/// A coroutine on the loop waits for somebody elsewhere: its loop has to wait, too.
inline void spawned_and_waiting() {
  measured_loop loop;
  std::function<void()> resume;
  bool done = false;
  const auto wait = [&]() -> asio::awaitable<void> {
    auto suspend = asio::async_initiate<const asio::use_awaitable_t<>, void()>(
        [&resume](auto handler) {
          const auto shared = std::make_shared<decltype(handler)>(std::move(handler));
          resume = [shared] {
            asio::dispatch(std::move(*shared));
          };
        },
        asio::use_awaitable);
    co_await std::move(suspend);
    loop.lasting(3ms)();
    done = true;
  };
  asio::co_spawn(loop.measured(), wait, asio::detached);
  loop.io().poll();
  weir::expect(!loop.io().stopped(), "a coroutine on the measuring executor waited, and the loop "
                                     "ended");
  loop.idle(2ms);
  std::exchange(resume, nullptr)();
  loop.run();
  weir::expect(done, "a coroutine was resumed, and did not go on");
  loop.expect_share("a coroutine was resumed from elsewhere");
}

} // namespace weir_hidden
