/// \file
/// The scenarios of `task-group`: for each promise, what may happen to a group.
#pragma once

#include "fixture.hpp"

#include <boost/asio/post.hpp>

#include <system_error>

namespace weir_hidden {

// join-waits

inline asio::awaitable<void> nobody() {
  group_fixture f(co_await asio::this_coro::executor);
  f.join();
  co_await f.finish();
  f.expect_joined(done, 0ns, "there was no child");
}

inline asio::awaitable<void> these(std::vector<nanoseconds> lasts) {
  group_fixture f(co_await asio::this_coro::executor);
  std::vector<kid*> all;
  for (std::size_t i = 0; i < lasts.size(); ++i)
    all.push_back(&f.start(weir::text("child {}", i + 1), {.lasts = lasts[i]}));
  f.join();
  co_await f.finish();
  for (const kid* const one : all) {
    f.expect_begun(*one, 0ns);
    f.expect_undisturbed(*one, "there was no error");
  }
  f.expect_joined(done, std::ranges::max(lasts), "all children have ended");
}

inline asio::awaitable<void> all_gone_before() {
  group_fixture f(co_await asio::this_coro::executor);
  f.start("A", {.lasts = 1ms});
  co_await f.pass(5ms);
  const kid& late = f.start("B", {.lasts = 2ms});
  co_await f.pass(5ms);
  f.expect_begun(late, 5ms);
  f.join();
  co_await f.finish();
  f.expect_joined(done, 10ms, "all children had ended before");
}

inline asio::awaitable<void> children_of_children() {
  group_fixture f(co_await asio::this_coro::executor);
  kid* grandchild = nullptr;
  f.start("A", {.lasts = 3ms, .before_the_end = [&] {
                  grandchild = &f.start("B", {.lasts = 4ms});
                }});
  f.join();
  f.at(5ms, [&f] { f.start("C", {.lasts = 5ms}); });
  co_await f.finish();
  f.expect_begun(*grandchild, 3ms);
  f.expect_joined(done, 10ms, "the last child, started while join() waited, has ended");
}

inline asio::awaitable<void> start_at_the_end() {
  group_fixture f(co_await asio::this_coro::executor);
  bool taken = false;
  f.start("A", {.lasts = 3ms});
  f.join();
  f.at(3ms, [&] {
    if (f.joining().pending()) {
      f.try_start("B", {.lasts = 2ms});
      taken = f.taken();
    }
  });
  co_await f.finish();
  f.expect_joined(done, taken ? 5ms : 3ms,
                  taken ? "B was started in the instant in which A ended" : "A ended alone");
}

inline asio::awaitable<void> chain(group_fixture& f, int left) {
  const auto executor = co_await asio::this_coro::executor;
  co_await asio::post(executor, asio::use_awaitable);
  if (left != 0)
    f.group().start([&f, left] { return chain(f, left - 1); });
}

inline asio::awaitable<void> ten_thousand_in_a_chain() {
  group_fixture f(co_await asio::this_coro::executor);
  f.group().start([&f] { return chain(f, 10'000); });
  f.join();
  co_await f.finish();
  f.expect_joined(done, 0ns, "each child started the next, and then returned");
}

inline asio::awaitable<void> ten_thousand_fail() {
  const auto executor = co_await asio::this_coro::executor;
  group_fixture f(executor);
  int ended = 0;
  const auto one = [&]() -> asio::awaitable<void> {
    weir::testing::job work(executor, {.takes = 5ms});
    co_await work.run();
    ++ended;
    throw 42;
  };
  for (int i = 0; i < 10'000; ++i)
    f.group().start(one);
  f.join();
  co_await f.finish();
  weir::expect(ended == 10'000, "10000 children were started, and {} ended", ended);
  f.expect_over(5ms, "all failed in one instant");
  weir::expect(f.errors().size() == 10'000, "10000 children failed: the group_error has {} errors",
               f.errors().size());
}

inline asio::awaitable<void> two_groups() {
  const auto executor = co_await asio::this_coro::executor;
  group_fixture f(executor, "join() of the first");
  group_fixture g(executor, "join() of the second");
  const kid& other = g.start("B", {.lasts = 9ms});
  f.start("A", {.lasts = 2ms, .ends = reset});
  f.join();
  g.join();
  co_await f.finish();
  co_await g.finish();
  g.expect_undisturbed(other, "a child of another group failed");
  f.expect_errors({{reset}}, 2ms, "A failed");
  g.expect_joined(done, 9ms, "B has ended");
}

// first-error

inline asio::awaitable<void> siblings_go(fate how, bool at_the_call) {
  group_fixture f(co_await asio::this_coro::executor);
  const kid& quick = f.start("A");
  const kid& slow = f.start("B", {.tidies = 7ms});
  f.join();
  co_await f.pass(5ms);
  f.start("C", {.lasts = 0ns, .ends = how, .at_the_call = at_the_call});
  co_await f.finish();
  f.expect_cancelled(quick, 5ms, "C failed at 5ms");
  f.expect_cancelled(slow, 5ms, "C failed at 5ms");
  f.expect_errors({{how}}, 12ms, "C failed, and B took 7ms to end");
}

inline asio::awaitable<void> nobody_waits_yet() {
  group_fixture f(co_await asio::this_coro::executor);
  const kid& other = f.start("A", {.tidies = 20ms});
  f.start("B", {.lasts = 3ms, .ends = reset});
  co_await f.pass(10ms);
  f.expect_cancelled(other, 3ms, "B failed at 3ms, and join() had not been called");
  f.join();
  co_await f.finish();
  f.expect_errors({{reset}}, 23ms, "B failed, and A took 20ms to end");
}

inline asio::awaitable<void> done_all_the_same() {
  group_fixture f(co_await asio::this_coro::executor);
  const kid& other = f.start("A", {.tidies = 4ms, .if_cancelled = done});
  f.start("B", {.lasts = 3ms, .ends = reset});
  f.join();
  co_await f.finish();
  f.expect_cancelled(other, 3ms, "B failed at 3ms");
  f.expect_errors({{reset}}, 7ms, "B failed, and A returned 4ms later");
}

inline asio::awaitable<void> started_as_one_fails() {
  group_fixture f(co_await asio::this_coro::executor);
  f.start("A", {.lasts = 3ms, .ends = reset});
  f.join();
  kid* late = nullptr;
  f.at(3ms, [&] {
    if (f.joining().pending())
      late = &f.try_start("B", {});
  });
  co_await f.finish();
  if (late != nullptr && late->begun)
    f.expect_cancelled(*late, 3ms, "B was started in the instant in which A failed");
  f.expect_errors({{reset}}, 3ms, "A failed, and nobody tidied up");
}

// all-errors

inline asio::awaitable<void> in_their_order() {
  group_fixture f(co_await asio::this_coro::executor);
  const fate a = error_of("A");
  const fate b = error_of("B");
  const fate c = failing(thrown::derived);
  f.start("A", {.tidies = 9ms, .if_cancelled = a});
  f.start("B", {.tidies = 2ms, .if_cancelled = b});
  f.start("C", {.lasts = 3ms, .ends = c});
  f.start("D", {.tidies = 5ms});
  f.join();
  co_await f.finish();
  f.expect_errors({{c}, {b}, {a}}, 12ms, "C failed, then B, then A, and D was cancelled");
}

inline asio::awaitable<void> at_once() {
  group_fixture f(co_await asio::this_coro::executor);
  const std::vector<fate> all{error_of("A"), failing(thrown::number), failing(thrown::derived)};
  for (const fate& one : all)
    f.start("a child that fails", {.lasts = 4ms, .ends = one, .if_cancelled = one});
  f.join();
  co_await f.finish();
  f.expect_errors({all}, 4ms, "all three failed in one instant");
}

inline asio::awaitable<void> equal_errors() {
  group_fixture f(co_await asio::this_coro::executor);
  f.start("A", {.lasts = 4ms, .ends = reset});
  f.start("B", {.tidies = 3ms, .if_cancelled = reset});
  f.join();
  co_await f.finish();
  f.expect_errors({{reset}, {reset}}, 7ms, "both failed with the same error");
}

inline asio::awaitable<void> failed_before_the_join() {
  group_fixture f(co_await asio::this_coro::executor);
  const fate b = error_of("B");
  f.start("A", {.lasts = 1ms, .ends = reset});
  f.start("B", {.tidies = 2ms, .if_cancelled = b});
  co_await f.pass(9ms);
  f.join();
  co_await f.finish();
  f.expect_errors({{reset}, {b}}, 9ms, "A and B failed before join() was called");
}

/// What is not the echo of the group's cancellation, although it looks like one.
inline asio::awaitable<void> nearly_aborted() {
  group_fixture f(co_await asio::this_coro::executor);
  const auto aborted_by_code = boost::system::error_code(asio::error::operation_aborted);
  const std::vector<std::exception_ptr> all{
      std::make_exception_ptr(boost::system::system_error(asio::error::eof)),
      std::make_exception_ptr(boost::system::system_error(asio::error::bad_descriptor)),
      std::make_exception_ptr(boost::system::system_error(asio::error::timed_out)),
      std::make_exception_ptr(boost::system::system_error(
          boost::system::error_code(aborted_by_code.value(), asio::error::get_misc_category()))),
      std::make_exception_ptr(std::runtime_error(aborted_by_code.message())),
      std::make_exception_ptr(aborted_by_code.value()),
      std::make_exception_ptr(aborted_by_code),
      std::make_exception_ptr(
          std::system_error(std::make_error_code(std::errc::operation_canceled))),
      std::make_exception_ptr(group_error({aborted.thrown()}))};
  std::vector<std::vector<fate>> due{{reset}};
  for (std::size_t i = 0; i < all.size(); ++i) {
    due.push_back({weir::testing::failure(all[i])});
    f.start(weir::text("child {}", i + 1),
            {.tidies = (i + 1) * 1ms, .if_cancelled = due.back().front()});
  }
  f.start("B", {.lasts = 3ms, .ends = reset});
  f.join();
  co_await f.finish();
  f.expect_errors(due, 3ms + all.size() * 1ms,
                  "B failed, and each of the cancelled ones threw something of its own");
}

/// A group in a group: what the inner one says is one error of the outer one.
inline asio::awaitable<void> error_of_a_group() {
  group_fixture f(co_await asio::this_coro::executor);
  const fate inner = weir::testing::failure(std::make_exception_ptr(
      group_error({reset.thrown(), error_of("a grandchild").thrown(), aborted.thrown()})));
  f.start("A", {.tidies = 2ms});
  f.start("B", {.lasts = 3ms, .ends = inner});
  f.join();
  co_await f.finish();
  f.expect_errors({{inner}}, 5ms, "B failed with the errors of a group of its own");
}

/// A second error, and calls of cancel(), while those who were cancelled tidy up.
inline asio::awaitable<void> second_error() {
  group_fixture f(co_await asio::this_coro::executor);
  const fate b = error_of("B");
  const kid& slow = f.start("A", {.tidies = 9ms});
  f.start("B", {.tidies = 2ms, .if_cancelled = b});
  f.start("C", {.lasts = 3ms, .ends = reset});
  f.join();
  f.at(6ms, [&f] { f.cancel(); });
  f.at(7ms, [&f] { f.cancel(); });
  co_await f.finish();
  f.expect_cancelled(slow, 3ms, "C failed at 3ms");
  f.expect_errors({{reset}, {b}}, 12ms, "C failed, then B, and A took 9ms to end");
}

/// A child's own error, and then the group's cancellation of another.
inline asio::awaitable<void> own_abort() {
  group_fixture f(co_await asio::this_coro::executor);
  const kid& other = f.start("A", {.tidies = 2ms});
  f.start("B", {.lasts = 3ms, .ends = aborted});
  f.join();
  co_await f.finish();
  f.expect_cancelled(other, 3ms, "B threw operation_aborted at 3ms, and nobody had cancelled it");
  f.expect_errors({{aborted}}, 5ms, "B threw operation_aborted, and nobody had cancelled it");
}

// refused

inline asio::awaitable<void> after_the_error() {
  group_fixture f(co_await asio::this_coro::executor);
  f.start("A", {.tidies = 9ms, .when_cancelled = {}});
  f.start("B", {.lasts = 3ms, .ends = reset});
  f.join();
  co_await f.pass(5ms);
  f.refused("a child failed at 3ms");
  co_await f.finish();
}

inline asio::awaitable<void> after_cancel(bool somebody) {
  group_fixture f(co_await asio::this_coro::executor);
  if (somebody)
    f.start("A", {.tidies = 9ms});
  co_await f.pass(5ms);
  f.cancel();
  f.refused("cancel() was called");
  co_await f.pass(5ms);
  f.refused("cancel() was called 5ms before");
  f.join();
  co_await f.finish();
}

inline asio::awaitable<void> after_cancelled_join() {
  group_fixture f(co_await asio::this_coro::executor);
  f.start("A", {.tidies = 9ms});
  f.join();
  co_await f.pass(5ms);
  f.cancel_join();
  co_await f.pass(1ms);
  f.refused("join() was cancelled 1ms before");
  co_await f.finish();
}

inline asio::awaitable<void> after_the_end(nanoseconds lasts) {
  group_fixture f(co_await asio::this_coro::executor);
  f.try_after_the_end();
  if (lasts != 0ns)
    f.start("A", {.lasts = lasts});
  f.join();
  co_await f.finish();
  f.expect_joined(done, lasts, "all had ended");
}

inline asio::awaitable<void> by_a_cancelled_child() {
  group_fixture f(co_await asio::this_coro::executor);
  f.start("A", {.when_cancelled = [&f] {
            f.refused("cancel() was called");
          }});
  f.start("B");
  f.join();
  co_await f.pass(5ms);
  f.cancel();
  co_await f.finish();
  f.expect_joined(done, 5ms, "cancel() was called");
}

inline asio::awaitable<void> empty_and_open() {
  group_fixture f(co_await asio::this_coro::executor);
  f.start("A", {.lasts = 1ms});
  co_await f.pass(5ms);
  const kid& next = f.start("B", {.lasts = 1ms});
  f.join();
  co_await f.finish();
  f.expect_begun(next, 5ms);
}

// cancel

inline asio::awaitable<void> cancelled_with(fate how) {
  group_fixture f(co_await asio::this_coro::executor);
  const kid& quick = f.start("A");
  const kid& slow = f.start("B", {.tidies = 6ms, .if_cancelled = how});
  f.join();
  co_await f.pass(4ms);
  f.cancel();
  co_await f.pass(1ms);
  f.cancel();
  co_await f.finish();
  f.expect_cancelled(quick, 4ms, "cancel() was called at 4ms");
  f.expect_cancelled(slow, 4ms, "cancel() was called at 4ms");
  if (how.thrown() && how != aborted)
    f.expect_errors({{how}}, 10ms, "B threw as it tidied up");
  else
    f.expect_joined(done, 10ms, "cancel() was called, and B took 6ms to end");
}

inline asio::awaitable<void> cancelled_by_a_child() {
  group_fixture f(co_await asio::this_coro::executor);
  const kid& other = f.start("A", {.tidies = 2ms});
  f.start("B", {.lasts = 3ms, .before_the_end = [&f] {
                  f.cancel();
                }});
  f.join();
  co_await f.finish();
  f.expect_cancelled(other, 3ms, "B called cancel() at 3ms");
  f.expect_joined(done, 5ms, "B called cancel(), and A took 2ms to end");
}

inline asio::awaitable<void> cancelled_before_the_first_wait() {
  group_fixture f(co_await asio::this_coro::executor);
  const kid& other = f.start("A", {.tidies = 2ms});
  f.join();
  co_await f.pass(3ms);
  f.start("B", {.before_the_first_wait = [&f] {
            f.cancel();
          }});
  co_await f.finish();
  f.expect_cancelled(other, 3ms, "B called cancel() at 3ms");
  f.expect_joined(done, 5ms, "B called cancel(), and A took 2ms to end");
}

inline asio::awaitable<void> cancelled_before_the_join() {
  group_fixture f(co_await asio::this_coro::executor);
  const kid& one = f.start("A", {.tidies = 2ms});
  co_await f.pass(3ms);
  f.cancel();
  f.cancel();
  co_await f.pass(1ms);
  f.expect_cancelled(one, 3ms, "cancel() was called at 3ms, and join() had not been");
  f.join();
  co_await f.finish();
  f.expect_joined(done, 5ms, "cancel() was called, and A took 2ms to end");
}

inline asio::awaitable<void> cancelled_at_the_start() {
  group_fixture f(co_await asio::this_coro::executor);
  f.start("A");
  f.cancel();
  f.join();
  co_await f.finish();
  f.expect_joined(done, 0ns, "cancel() was called in the instant of the start");
}

// parent-cancelled

inline asio::awaitable<void> parent_cancels(nanoseconds tidies, fate how) {
  group_fixture f(co_await asio::this_coro::executor);
  const kid& one = f.start("A", {.tidies = tidies, .if_cancelled = how});
  const kid& other = f.start("B");
  f.join();
  co_await f.pass(4ms);
  f.cancel_join();
  co_await f.finish();
  f.expect_cancelled(one, 4ms, "join() was cancelled at 4ms");
  f.expect_cancelled(other, 4ms, "join() was cancelled at 4ms");
  if (how.thrown() && how != aborted)
    f.expect_errors({{how}, {aborted}}, 4ms + tidies, "join() was cancelled, and A threw");
  else
    f.expect_joined(aborted, 4ms + tidies, "join() was cancelled");
}

inline asio::awaitable<void> parent_cancels_again(int times) {
  group_fixture f(co_await asio::this_coro::executor);
  f.start("A", {.tidies = 10ms});
  f.join();
  co_await f.pass(4ms);
  for (int i = 0; i < times; ++i) {
    f.cancel_join();
    co_await f.pass(1ms);
  }
  co_await f.finish();
  f.expect_joined(aborted, 14ms, weir::text("join() was cancelled {} times", times));
}

inline asio::awaitable<void> parent_cancels_after_cancel() {
  group_fixture f(co_await asio::this_coro::executor);
  f.start("A", {.tidies = 6ms});
  f.join();
  co_await f.pass(4ms);
  f.cancel();
  co_await f.pass(1ms);
  f.cancel_join();
  co_await f.finish();
  f.expect_joined(aborted, 10ms, "after cancel() join() was cancelled, too");
}

inline asio::awaitable<void> parent_cancels_after_error(nanoseconds when) {
  group_fixture f(co_await asio::this_coro::executor);
  f.start("A", {.tidies = 6ms});
  f.start("B", {.lasts = 4ms, .ends = reset, .if_cancelled = reset});
  f.join();
  f.at(when, [&f] { f.cancel_join(); });
  co_await f.finish();
  f.expect_errors({{reset}, {aborted}}, 10ms, "B failed, and join() was cancelled");
}

inline asio::awaitable<void> parent_cancels_at_the_end() {
  group_fixture f(co_await asio::this_coro::executor);
  f.start("A", {.lasts = 4ms, .if_cancelled = done});
  f.join();
  f.at(4ms, [&f] { f.cancel_join(); });
  co_await f.finish();
  if (f.joining().fate() != done)
    f.expect_joined(aborted, 4ms, "join() was cancelled in the instant of its end");
  f.expect_over(4ms, "A ended");
}

} // namespace weir_hidden
