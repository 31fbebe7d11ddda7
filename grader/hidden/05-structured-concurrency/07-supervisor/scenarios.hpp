/// \file
/// The scenarios of `supervisor`, by promise.
#pragma once

#include "fixture.hpp"

namespace weir_hidden {

// ---- together

inline asio::awaitable<void> nobody() {
  crew all(co_await asio::this_coro::executor, {});
  all.start();
  co_await all.pass(1ms);
  all.expect_ended(done, 0ns, "there are no children");
}

inline asio::awaitable<void> three_in_their_time(std::vector<nanoseconds> times) {
  crew all(co_await asio::this_coro::executor, {});
  std::vector<const member*> each;
  for (const nanoseconds lasts : times)
    each.push_back(&all.add(weir::text("child {}", each.size() + 1), {{.lasts = lasts}}));
  all.start();
  co_await all.finish();
  for (const member* const one : each)
    all.expect_starts(*one, {0ns}, "nobody failed");
  const nanoseconds last = *std::ranges::max_element(times);
  all.expect_ended(done, last, weir::text("the last child was done at {}", last));
}

inline asio::awaitable<void> ten_thousand() {
  crew all(co_await asio::this_coro::executor, {});
  for (int i = 1; i <= 10'000; ++i)
    all.add(weir::text("child {}", i), {{.lasts = 5ms}});
  all.start();
  co_await all.finish();
  all.expect_ended(done, 5ms, "10000 children were done at 5 ms");
}

// ---- restarted

inline asio::awaitable<void> restarted(thrown kind) {
  crew all(co_await asio::this_coro::executor, {.backoff = 4ms});
  const member& a = all.add("A", {{.lasts = 5ms, .ends = failing(kind)},
                                  {.lasts = 5ms, .ends = failing(kind)},
                                  {.lasts = 3ms}});
  all.start();
  co_await all.finish();
  all.expect_starts(a, {0ns, 9ms, 18ms}, "A failed at 5 ms and at 14 ms, the backoff is 4 ms");
  all.expect_ended(done, 21ms, "A was done at 21 ms");
}

inline asio::awaitable<void> restarted_at_the_call() {
  crew all(co_await asio::this_coro::executor, {.backoff = 4ms});
  const life bad{.ends = reset, .at_the_call = true};
  const member& a = all.add("A", {bad, bad, {.lasts = 3ms}});
  all.start();
  co_await all.finish();
  all.expect_starts(a, {0ns, 4ms, 8ms}, "calling A threw at 0 ns and at 4 ms, the backoff is 4 ms");
  all.expect_ended(done, 11ms, "A was done at 11 ms");
}

inline asio::awaitable<void> restarted_after(nanoseconds backoff, nanoseconds lasts) {
  crew all(co_await asio::this_coro::executor, {.backoff = backoff});
  const life bad{.lasts = lasts, .ends = reset};
  const member& a = all.add("A", {bad, bad, {.lasts = 2ms}});
  all.start();
  const nanoseconds third = 2 * (lasts + backoff);
  co_await all.pass(third + 1ms);
  all.expect_starts(
      a, {0ns, lasts + backoff, third},
      weir::text("A failed twice, {} after its start, the backoff is {}", lasts, backoff));
  co_await all.finish();
  all.expect_ended(done, third + 2ms, weir::text("A was done at {}", third + 2ms));
}

// ---- undisturbed

inline asio::awaitable<void> others_run_on() {
  crew all(co_await asio::this_coro::executor, {.backoff = 4ms});
  const member& a = all.add("A", {{.lasts = 20ms}});
  const member& b =
      all.add("B", {{.lasts = 5ms, .ends = reset}, {.lasts = 2ms, .ends = broken}, {.lasts = 2ms}});
  const member& c = all.add("C", {{.lasts = 30ms}});
  all.start();
  co_await all.finish();
  all.expect_starts(b, {0ns, 9ms, 15ms}, "B failed at 5 ms and at 11 ms, the backoff is 4 ms");
  for (const member* const other : {&a, &c}) {
    all.expect_undisturbed(*other, "B failed at 5 ms");
    all.expect_starts(*other, {0ns}, "only B failed");
  }
  all.expect_ended(done, 30ms, "the last child was done at 30 ms");
}

inline asio::awaitable<void> four_at_once() {
  crew all(co_await asio::this_coro::executor, {.backoff = 4ms});
  std::vector<const member*> each;
  for (const char* const name : {"A", "B", "C", "D"})
    each.push_back(&all.add(name, {{.lasts = 5ms, .ends = reset}, {.lasts = 3ms}}));
  all.start();
  co_await all.finish();
  for (const member* const one : each) {
    all.expect_starts(*one, {0ns, 9ms}, "four failed at 5 ms, the backoff is 4 ms");
    all.expect_undisturbed(*one, "four failed at 5 ms");
  }
  all.expect_ended(done, 12ms, "the last child was done at 12 ms");
}

inline asio::awaitable<void> pauses_overlap() {
  crew all(co_await asio::this_coro::executor, {.backoff = 4ms});
  const member& a = all.add("A", {{.lasts = 5ms, .ends = reset}, {.lasts = 20ms}});
  const member& b = all.add("B", {{.lasts = 6ms, .ends = reset}, {.lasts = 20ms}});
  const member& c = all.add("C", {{.lasts = 8ms, .ends = failing(thrown::number)},
                                  {.lasts = 4ms, .ends = reset},
                                  {.lasts = 20ms}});
  all.start();
  co_await all.finish();
  all.expect_starts(a, {0ns, 9ms}, "A failed at 5 ms, the backoff is 4 ms");
  all.expect_starts(b, {0ns, 10ms}, "B failed at 6 ms, in the pause of A, the backoff is 4 ms");
  all.expect_starts(c, {0ns, 12ms, 20ms},
                    "C failed at 8 ms, in the pauses of A and B, and at "
                    "16 ms, the backoff is 4 ms");
  all.expect_ended(done, 40ms, "the last child was done at 40 ms");
}

inline asio::awaitable<void> done_in_a_pause() {
  crew all(co_await asio::this_coro::executor, {.backoff = 4ms});
  const member& a = all.add("A", {{.lasts = 5ms, .ends = reset}, {.lasts = 3ms}});
  all.add("B", {{.lasts = 7ms}});
  all.start();
  co_await all.pass(8ms);
  all.expect_pending("B was done at 7 ms, and A is in a pause");
  co_await all.finish();
  all.expect_starts(a, {0ns, 9ms}, "A failed at 5 ms, the backoff is 4 ms");
  all.expect_ended(done, 12ms, "A, the last child, was done at 12 ms");
}

// ---- intensity

/// Children of which each fails once, at these moments, and runs on after that.
inline void add_failing_at(crew& all, const std::vector<nanoseconds>& moments) {
  for (std::size_t i = 0; i < moments.size(); ++i)
    all.add(weir::text("child {}", i + 1), {{.lasts = moments[i], .ends = reset}, {.lasts = 50ms}});
}

inline asio::awaitable<void> one_too_many() {
  crew all(co_await asio::this_coro::executor, {.intensity = 3, .period = 100ms, .backoff = 1ms});
  const member& a = all.add("A", {{.lasts = 5ms, .ends = reset}});
  all.start();
  co_await all.pass(20ms);
  all.expect_pending("three failures in 100 ms are borne, there were three: at 5, 11 and 17 ms");
  all.expect_starts(a, {0ns, 6ms, 12ms, 18ms}, "three failures in 100 ms are borne");
  co_await all.pass(20ms);
  all.expect_ended(reset, 23ms, "three failures in 100 ms are borne, the fourth was at 23 ms");
  all.expect_starts(a, {0ns, 6ms, 12ms, 18ms}, "three failures in 100 ms are borne");
}

inline asio::awaitable<void> never_too_many() {
  crew all(co_await asio::this_coro::executor, {.intensity = 2, .period = 10ms, .backoff = 1ms});
  std::vector<life> lives(30, {.lasts = 5ms, .ends = reset});
  lives.push_back({.lasts = 5ms});
  all.add("A", std::move(lives));
  all.start();
  co_await all.finish();
  all.expect_ended(
      done, 185ms,
      "A fails 30 times, 6 ms apart, and is then done, at 185 ms: two failures in 10 ms are borne");
}

/// Three failures in 10 ms are borne; the last one is the fourth.
inline asio::awaitable<void> across_a_border(std::vector<nanoseconds> moments) {
  crew all(co_await asio::this_coro::executor, {.intensity = 3, .period = 10ms, .backoff = 500us});
  add_failing_at(all, moments);
  const nanoseconds last = moments.back();
  all.start();
  co_await all.pass(last - 100us);
  all.expect_pending("three failures in 10 ms are borne, and there were no more");
  co_await all.pass(1ms);
  std::string when;
  for (const nanoseconds one : moments)
    when += weir::text("{}{}", when.empty() ? "" : ", ", one);
  all.expect_ended(
      reset, last,
      weir::text("three failures in 10 ms are borne, there were failures at {}", when));
}

/// Each time it runs for longer than the pause, and others are done meanwhile.
inline asio::awaitable<void> well_in_between() {
  crew all(co_await asio::this_coro::executor, {.intensity = 2, .period = 60s, .backoff = 10ms});
  all.add("A", {{.lasts = 15s, .ends = reset}});
  for (const nanoseconds lasts : {20s, 40s})
    all.add(weir::text("one that is done after {}", lasts), {{.lasts = lasts}});
  all.start();
  co_await all.pass(nanoseconds(45s) + 10ms);
  all.expect_pending("two failures in a minute are borne");
  co_await all.pass(1s);
  all.expect_ended(reset, nanoseconds(45s) + 20ms,
                   "two failures in a minute are borne, and A failed for the third time");
}

inline asio::awaitable<void> everybodys() {
  crew all(co_await asio::this_coro::executor, {.intensity = 3, .period = 100ms, .backoff = 1ms});
  all.add("A", {{.lasts = 5ms, .ends = reset}, {.lasts = 5ms, .ends = reset}, {}});
  all.add("B", {{.lasts = 7ms, .ends = reset}, {.lasts = 7ms, .ends = broken}, {}});
  all.start();
  co_await all.pass(14ms);
  all.expect_pending("three failures in 100 ms are borne, there were three: of A at 5 ms and at "
                     "11 ms, of B at 7 ms");
  co_await all.pass(10ms);
  all.expect_ended(broken, 15ms, "three failures in 100 ms are borne, the fourth was B's at 15 ms");
}

inline asio::awaitable<void> before_the_restart() {
  crew all(co_await asio::this_coro::executor, {.intensity = 2, .period = 100ms, .backoff = 50ms});
  add_failing_at(all, {5ms, 5ms, 6ms});
  all.start();
  co_await all.pass(200ms);
  all.expect_ended(reset, 6ms, "two failures in 100 ms are borne, the third was at 6 ms");
}

inline asio::awaitable<void> none_is_borne() {
  crew all(co_await asio::this_coro::executor, {.intensity = 0, .period = 100ms, .backoff = 1ms});
  const member& a = all.add("A", {{.lasts = 5ms, .ends = reset}});
  all.start();
  co_await all.pass(20ms);
  all.expect_ended(reset, 5ms, "no failure is borne, and A failed at 5 ms");
  all.expect_starts(a, {0ns}, "no failure is borne");
}

inline asio::awaitable<void> any_number(std::size_t intensity, nanoseconds period) {
  crew all(co_await asio::this_coro::executor,
           {.intensity = intensity, .period = period, .backoff = 1ms});
  std::vector<life> lives(50, {.lasts = 1ms, .ends = reset});
  lives.push_back({.lasts = 1ms});
  const member& a = all.add("A", std::move(lives));
  all.start();
  co_await all.finish();
  weir::expect(a.started.size() == 51, "A failed 50 times, and was started {} times",
               a.started.size());
  all.expect_ended(done, 101ms,
                   weir::text("A fails 50 times, 2 ms apart, and is then done, at 101 ms: {} in {} "
                              "may be borne",
                              intensity, period));
}

inline asio::awaitable<void> without_end() {
  crew all(co_await asio::this_coro::executor,
           {.intensity = 2, .period = nanoseconds::max(), .backoff = 1ms});
  all.add("A", {{.lasts = 6h, .ends = reset}});
  all.start();
  co_await all.pass(nanoseconds(12h) + 2ms);
  all.expect_pending("two failures are borne, and there were two");
  co_await all.pass(11h);
  all.expect_ended(reset, nanoseconds(18h) + 2ms, "two failures are borne, the third was at 18 h");
}

inline asio::awaitable<void> two_supervisors() {
  const auto executor = co_await asio::this_coro::executor;
  const restart_policy policy{.intensity = 2, .period = 100ms, .backoff = 1ms};
  crew first(executor, policy);
  crew second(executor, policy);
  add_failing_at(first, {5ms, 6ms});
  add_failing_at(second, {5ms, 7ms, 8ms});
  first.start();
  second.start();
  co_await first.pass(20ms);
  first.expect_pending("two failures in 100 ms are borne, and it had two");
  second.expect_ended(reset, 8ms, "two failures in 100 ms are borne, the third was at 8 ms");
  co_await first.finish();
  first.expect_ended(done, 57ms, "its last child was done at 57 ms");
}

inline asio::awaitable<void> in_one_instant() {
  crew all(co_await asio::this_coro::executor, {.intensity = 10'000, .period = 1s, .backoff = 0ns});
  const member& a = all.add("A", {{.lasts = 0ns, .ends = reset}});
  all.start();
  co_await all.pass(1ms);
  all.expect_ended(reset, 0ns, "10000 failures in a second are borne, and there was one more");
  weir::expect(a.started.size() == 10'001, "10000 failures are borne, and A was started {} times",
               a.started.size());
}

// ---- escalates

inline asio::awaitable<void> ends_the_others() {
  crew all(co_await asio::this_coro::executor, {.intensity = 1, .period = 100ms, .backoff = 10ms});
  const member& a = all.add("A", {{.tidies = 3ms}});
  const member& b = all.add("B", {{.lasts = 6ms, .ends = broken}});
  const member& c = all.add("C", {{.lasts = 1ms, .ends = reset}});
  const member& d = all.add("D", {{}});
  all.start();
  co_await all.pass(7ms);
  for (const member* const one : {&a, &d})
    all.expect_cancelled(*one, 6ms, "the failure of B at 6 ms was one too many");
  all.expect_pending("A tidies up until 9 ms");
  co_await all.pass(50ms);
  all.expect_ended(broken, 9ms,
                   "the failure of B was one too many, and A, which was the last to "
                   "end, did so at 9 ms");
  all.expect_starts(b, {0ns}, "the failure of B was one too many");
  all.expect_starts(c, {0ns}, "C was in a pause when it gave up");
}

inline asio::awaitable<void> escalated(thrown kind, bool at_the_call) {
  crew all(co_await asio::this_coro::executor, {.intensity = 1, .period = 100ms, .backoff = 2ms});
  all.add("A", {{.lasts = 5ms, .ends = reset},
                {.lasts = 5ms, .ends = failing(kind), .at_the_call = at_the_call}});
  const member& other = all.add("B", {{}});
  all.start();
  co_await all.pass(50ms);
  const nanoseconds due = at_the_call ? 7ms : 12ms;
  all.expect_cancelled(other, due, weir::text("the failure of A at {} was one too many", due));
  all.expect_ended(
      failing(kind), due,
      weir::text("the failure of A at {} was one too many: it {}", due, failing(kind).text()));
  weir::expect(is(all.supervised().fate().thrown(), kind),
               "A threw {}, and what came out of supervise() is of another type: it {}",
               to_string(kind), all.supervised().text());
}

inline asio::awaitable<void> others_throw() {
  crew all(co_await asio::this_coro::executor, {.intensity = 0, .period = 100ms, .backoff = 2ms});
  all.add("A", {{.tidies = 1ms, .if_cancelled = reset}});
  all.add("B", {{.lasts = 5ms, .ends = broken}});
  all.add("C", {{.tidies = 2ms, .if_cancelled = failing(thrown::number)}});
  all.add("D", {{.if_cancelled = done}});
  all.add("E", {{.tidies = 2ms, .if_cancelled = done}});
  all.start();
  co_await all.pass(50ms);
  all.expect_ended(broken, 7ms,
                   "the failure of B at 5 ms was one too many, and all the others had "
                   "ended at 7 ms");
}

inline asio::awaitable<void> a_pause_ends_now() {
  crew all(co_await asio::this_coro::executor, {.intensity = 1, .period = 100ms, .backoff = 4ms});
  const member& a = all.add("A", {{.lasts = 1ms, .ends = reset}, {}});
  all.add("B", {{.lasts = 5ms, .ends = broken}});
  all.add("C", {{.tidies = 10ms}});
  all.start();
  co_await all.pass(50ms);
  all.expect_ended(broken, 15ms,
                   "the failure of B at 5 ms was one too many, and C, which was the "
                   "last to end, did so at 15 ms");
  weir::expect(a.started.size() <= 2 && (a.started.size() == 1 || a.started[1] == 5ms),
               "the failure of B at 5 ms was one too many, and A was started at {}",
               a.started.back());
}

/// The inner one gives up at 11 ms; started again, it has forgotten, and gives up once more.
inline asio::awaitable<void> under_another() {
  const auto executor = co_await asio::this_coro::executor;
  crew inner(executor, {.intensity = 1, .period = 1s, .backoff = 1ms});
  const member& a = inner.add("A", {{.lasts = 5ms, .ends = reset}});
  const member& b = inner.add("B", {{}});
  crew outer(executor, {.intensity = 1, .period = 1s, .backoff = 10ms});
  const member& c = outer.add("C", {{.tidies = 2ms}});
  outer.add_child(inner.as_a_child());
  outer.start();
  co_await outer.pass(30ms);
  outer.expect_undisturbed(c,
                           "the inner supervisor gave up at 11 ms, and the outer one bears that");
  co_await outer.pass(30ms);
  inner.expect_starts(b, {0ns, 21ms},
                      "the inner supervisor gave up at 11 ms and was started again");
  inner.expect_starts(a, {0ns, 6ms, 21ms, 27ms},
                      "the inner supervisor gave up at 11 ms and was started again");
  outer.expect_ended(reset, 34ms,
                     "the inner supervisor gave up at 32 ms for the second time, and C, which was "
                     "the last to end, did so at 34 ms");
}

inline asio::awaitable<void> two_too_many() {
  crew all(co_await asio::this_coro::executor, {.intensity = 0, .period = 100ms, .backoff = 2ms});
  all.add("A", {{.lasts = 5ms, .ends = reset}});
  all.add("B", {{.lasts = 5ms, .ends = broken}});
  all.add("C", {{.tidies = 1ms}});
  all.start();
  co_await all.pass(50ms);
  all.expect_ended(reset, broken, 6ms,
                   "A and B failed at 5 ms, none is borne, and C, which was "
                   "the last to end, did so at 6 ms");
}

// ---- cancelled

/// `how`: the end of the one that tidies up.
inline asio::awaitable<void> cancelled_while_they_run(const fate& how) {
  crew all(co_await asio::this_coro::executor, {.intensity = 1, .period = 100ms, .backoff = 1ms});
  const member& a = all.add("A", {{}});
  const member& b = all.add("B", {{.tidies = 3ms, .if_cancelled = how}});
  const member& c = all.add("C", {{.lasts = 2ms, .ends = reset}, {.if_cancelled = how}});
  all.start();
  all.cancel_at(5ms);
  co_await all.pass(6ms);
  for (const member* const one : {&a, &b, &c})
    all.expect_cancelled(*one, 5ms, "supervise() was cancelled at 5 ms");
  all.expect_pending("B tidies up until 8 ms");
  co_await all.pass(50ms);
  all.expect_ended(aborted, 8ms,
                   "supervise() was cancelled, and B, which was the last to end, did "
                   "so at 8 ms");
  all.expect_starts(a, {0ns}, "supervise() was cancelled at 5 ms");
  all.expect_starts(b, {0ns}, "supervise() was cancelled at 5 ms");
  all.expect_starts(c, {0ns, 3ms}, "supervise() was cancelled at 5 ms");
}

inline asio::awaitable<void> all_get_done() {
  crew all(co_await asio::this_coro::executor, {});
  for (const nanoseconds tidies : {0ms, 2ms})
    all.add(weir::text("one that takes {}", tidies), {{.tidies = tidies, .if_cancelled = done}});
  all.start();
  all.cancel_at(5ms);
  co_await all.pass(50ms);
  all.expect_ended(aborted, 7ms,
                   "supervise() was cancelled at 5 ms, and its children were done at "
                   "7 ms");
}

inline asio::awaitable<void> a_child_asks(const fate& how) {
  crew all(co_await asio::this_coro::executor, {.backoff = 1ms});
  const member& a = all.add("A", {{.lasts = 5ms, .ends = how, .asks_to_stop = true}});
  const member& b = all.add("B", {{.tidies = 2ms}});
  all.start();
  co_await all.pass(50ms);
  all.expect_cancelled(b, 5ms, "A cancelled supervise() at 5 ms");
  all.expect_starts(a, {0ns}, "A cancelled supervise() at 5 ms");
  all.expect_ended(aborted, 7ms,
                   "A cancelled supervise() at 5 ms, and B, which was the last to end, did so at "
                   "7 ms");
}

inline asio::awaitable<void> one_shields_itself() {
  crew all(co_await asio::this_coro::executor, {.backoff = 1ms});
  const member& a = all.add("A", {{.tidies = 2ms, .if_cancelled = reset, .shields = true}});
  all.add("B", {{}});
  all.start();
  all.cancel_at(5ms);
  co_await all.pass(50ms);
  all.expect_starts(a, {0ns}, "supervise() was cancelled at 5 ms, and A shielded its tidying up");
  all.expect_ended(aborted, 7ms,
                   "supervise() was cancelled at 5 ms, and A, which shielded its tidying up, ended "
                   "at 7 ms");
}

inline asio::awaitable<void> cancelled_twice() {
  crew all(co_await asio::this_coro::executor, {});
  all.add("A", {{.tidies = 3ms}});
  all.add("B", {{.tidies = 1ms, .if_cancelled = reset}});
  all.start();
  all.cancel_at(5ms);
  all.cancel_at(6ms);
  all.cancel_at(7ms);
  co_await all.pass(50ms);
  all.expect_ended(aborted, 8ms,
                   "supervise() was cancelled, and A, which was the last to end, did "
                   "so at 8 ms");
}

inline asio::awaitable<void> cancelled_at_the_start() {
  crew all(co_await asio::this_coro::executor, {});
  all.add("A", {{.tidies = 1ms}});
  all.add("B", {{.lasts = 0ns, .ends = reset}});
  all.add("C", {{}});
  all.start();
  all.cancel_at(0ns);
  co_await all.pass(50ms);
  weir::expect(!all.supervised().pending(),
               "supervise() was cancelled at 0 ns, but it has not ended");
  all.expect_ended(aborted, all.supervised().ended_at() == 0ns ? 0ns : 1ms,
                   "supervise() was cancelled at 0 ns, and A, if it was started, ended at 1 ms");
}

inline asio::awaitable<void> cancelled_at_the_end() {
  crew all(co_await asio::this_coro::executor, {});
  all.add("A", {{.lasts = 5ms}});
  all.add("B", {{.lasts = 3ms}});
  all.start();
  all.cancel_at(5ms);
  co_await all.pass(50ms);
  all.expect_ended(aborted, done, 5ms,
                   "supervise() was cancelled at 5 ms, when A, the last child, "
                   "was done");
}

inline asio::awaitable<void> cancelled_as_it_gives_up() {
  crew all(co_await asio::this_coro::executor, {.intensity = 0, .period = 100ms, .backoff = 1ms});
  const member& a = all.add("A", {{.tidies = 3ms}});
  all.add("B", {{.lasts = 5ms, .ends = reset}});
  all.start();
  all.cancel_at(5ms);
  co_await all.pass(50ms);
  all.expect_cancelled(a, 5ms, "supervise() was cancelled, and B failed");
  all.expect_ended(aborted, reset, 8ms,
                   "supervise() was cancelled, and B failed, at 5 ms; A, "
                   "which was the last to end, did so at 8 ms");
}

// ---- cancelled in a pause

/// A is in a pause from 5 ms to 9 ms.
inline asio::awaitable<void> cancelled_in_a_pause(nanoseconds when) {
  crew all(co_await asio::this_coro::executor, {.backoff = 4ms});
  const member& a = all.add("A", {{.lasts = 5ms, .ends = reset}, {.tidies = 3ms}});
  const member& b = all.add("B", {{.tidies = 3ms}});
  all.start();
  all.cancel_at(when);
  co_await all.pass(50ms);
  const auto why = weir::text("supervise() was cancelled at {}", when);
  all.expect_cancelled(b, when, why);
  all.expect_ended(aborted, when + 3ms, why + ", and the last child tidied up for 3 ms");
  if (when != 9ms)
    all.expect_starts(a, {0ns}, why + ", A failed at 5 ms, the backoff is 4 ms");
}

inline asio::awaitable<void> all_in_a_pause() {
  crew all(co_await asio::this_coro::executor, {.backoff = 4ms});
  const member& a = all.add("A", {{.lasts = 5ms, .ends = reset}, {}});
  const member& b = all.add("B", {{.lasts = 6ms, .ends = reset}, {}});
  all.start();
  all.cancel_at(7ms);
  co_await all.pass(50ms);
  all.expect_ended(aborted, 7ms, "supervise() was cancelled when all its children were in a pause");
  for (const member* const one : {&a, &b})
    all.expect_starts(*one, {0ns}, "supervise() was cancelled at 7 ms");
}

inline asio::awaitable<void> after_one_that_shields_itself() {
  crew all(co_await asio::this_coro::executor, {.backoff = 4ms});
  const member& a = all.add("A", {{.lasts = 5ms, .ends = reset, .shields = true}, {}});
  all.add("B", {{}});
  all.start();
  all.cancel_at(7ms);
  co_await all.pass(50ms);
  all.expect_starts(a, {0ns}, "supervise() was cancelled at 7 ms, A was in a pause");
  all.expect_ended(aborted, 7ms,
                   "supervise() was cancelled at 7 ms, and A, which shields itself while it runs, "
                   "was in a pause");
}

inline asio::awaitable<void> cancelled_without_a_pause() {
  crew all(co_await asio::this_coro::executor, {.backoff = 0ns});
  all.add("A", {{.lasts = 5ms, .ends = reset}, {}});
  all.add("B", {{.lasts = 5ms, .ends = failing(thrown::aborted)}, {}});
  all.add("C", {{.if_cancelled = broken}});
  all.start();
  all.cancel_at(5ms);
  co_await all.pass(50ms);
  all.expect_ended(aborted, 5ms, "supervise() was cancelled at 5 ms, when A and B failed");
}

inline asio::awaitable<void> cancelled_in_a_day() {
  crew all(co_await asio::this_coro::executor, {.backoff = 24h});
  all.add("A", {{.lasts = 5ms, .ends = reset}, {}});
  all.add("B", {{.if_cancelled = done}});
  all.start();
  all.cancel_at(10ms);
  co_await all.pass(50ms);
  all.expect_ended(aborted, 10ms, "supervise() was cancelled at 10 ms, in a pause of a day");
}

} // namespace weir_hidden
