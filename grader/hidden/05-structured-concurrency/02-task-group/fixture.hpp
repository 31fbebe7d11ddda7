/// \file
/// What the hidden tests of `task-group` share: children whose lives are written down beforehand,
/// the group that has them, and what became of them.
#pragma once

#include "task_group.hpp"

#include <weir/expect.hpp>
#include <weir/probe.hpp>
#include <weir/run.hpp>
#include <weir/storm/edges.hpp>
#include <weir/testing.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <typeinfo>
#include <utility>
#include <vector>

namespace weir_hidden {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using weir::storm::thrown;

using fate = weir::testing::fate_of<void>;

inline const fate done = weir::testing::returned();
inline const fate reset = weir::testing::threw(asio::error::connection_reset);
inline const fate aborted = weir::testing::cancelled;
inline constexpr nanoseconds for_ever = nanoseconds::max();

inline fate failing(thrown kind) {
  return weir::testing::failure(weir::storm::make_exception(kind));
}

/// An error that no other child has.
inline fate error_of(std::string_view name) {
  return weir::testing::failure(
      std::make_exception_ptr(std::runtime_error("error of " + std::string(name))));
}

struct life {
  nanoseconds lasts = for_ever; ///< until it is cancelled
  fate ends = done;
  nanoseconds tidies{};        ///< when it is cancelled before that
  fate if_cancelled = aborted; ///< and then it ends so
  bool at_the_call = false;    ///< it throws when it is called: there is no coroutine
  std::function<void()> before_the_first_wait{};
  std::function<void()> before_the_end{};
  std::function<void()> when_cancelled{};
};

struct kid {
  std::string name;
  life as;
  int called = 0;
  bool begun = false;
  nanoseconds begun_at{};
  std::optional<fate> ended{};
  nanoseconds ended_at{};
  std::optional<nanoseconds> cancelled_at{};

  [[nodiscard]] bool runs() const { return begun && !ended; }
};

/// Whether one is the other, or a faithful copy.
inline bool same_error(const std::exception_ptr& a, const std::exception_ptr& b) {
  if (a == b)
    return true;
  const auto type = [](const std::exception_ptr& error) {
    try {
      std::rethrow_exception(error);
    } catch (const std::exception& e) {
      return std::string(typeid(e).name());
    } catch (...) {
      return std::string("no std::exception");
    }
  };
  return a && b && weir::testing::failure(a) == weir::testing::failure(b) && type(a) == type(b);
}

/// A group, its children, and who waits for them.
class group_fixture {
public:
  explicit group_fixture(asio::any_io_executor executor, std::string name = "join()")
      : test_(executor),
        executor_(executor),
        join_name_(std::move(name)),
        group_(make_task_group(std::move(executor))) {
    weir::name_this_task("the test");
  }

  /// Whether it is taken is nobody's business here.
  kid& try_start(std::string name, life as) {
    kid& mine = kids_.emplace_back(kid{.name = std::move(name), .as = std::move(as)});
    const auto alive = std::make_shared<bool>(true);
    taken_ = false;
    try {
      taken_ = group_->start([this, &mine, alive] { return call(mine, alive); });
    } catch (const weir::expectation_failed&) {
      throw;
    } catch (...) {
      weir::fail("start() of {} {}", mine.name, failure_text(std::current_exception()));
    }
    weir::note("{} of {}", taken_ ? "start" : "refused: start", mine.name);
    return mine;
  }

  kid& start(std::string name, life as = {}) {
    kid& mine = try_start(std::move(name), std::move(as));
    weir::expect(taken_, "start() of {} returned false, and the group was open", mine.name);
    return mine;
  }

  void refused(std::string_view why) {
    const kid& mine = try_start("a newcomer", {.lasts = 1ms});
    weir::expect(!taken_ && mine.called == 0, "{}, and {} was started{}", why, mine.name,
                 taken_ ? "" : " although start() returned false");
    after_the_end_.push_back(&mine);
  }

  [[nodiscard]] bool taken() const { return taken_; }

  void join() {
    join_ = &test_.start(
        join_name_, [this] { return group_->join(); },
        [this](weir::testing::operation<void>& ended) {
          join_ = &ended; // it may end inside the call above
          joined();
        });
  }

  void cancel() {
    weir::note("cancel()");
    group_->cancel();
  }

  void cancel_join() { join_->cancel(); }

  /// Somebody tries to start a child in the instant in which join() has ended.
  void try_after_the_end() { tried_after_ = true; }

  void at(nanoseconds delay, std::function<void()> what) { test_.at(delay, std::move(what)); }

  asio::awaitable<void> pass(nanoseconds time = 1ms) { return weir::testing::pass(time); }

  [[nodiscard]] task_group& group() { return *group_; }

  [[nodiscard]] weir::testing::operation<void>& joining() { return *join_; }

  /// Everybody is home.
  asio::awaitable<void> finish() {
    co_await test_.finish(23h);
    co_await pass();
    for (const kid* const one : after_the_end_)
      weir::expect(one->called == 0, "start() of {} returned false, and it was called later",
                   one->name);
    for (const kid& one : kids_)
      weir::expect(one.called <= 1, "{} was called {} times", one.name, one.called);
  }

  void expect_begun(const kid& one, nanoseconds when) const {
    weir::expect(one.begun || one.as.at_the_call, "{} was started at {}, and has not begun",
                 one.name, when);
    weir::expect(one.begun_at == when, "{} was started at {}, and began at {}", one.name, when,
                 one.begun_at);
  }

  void expect_cancelled(const kid& one, nanoseconds due, std::string_view why) const {
    weir::expect(one.cancelled_at.has_value(), "{}, and {} was not cancelled", why, one.name);
    weir::expect(*one.cancelled_at == due, "{}, and {} was cancelled {} later", why, one.name,
                 *one.cancelled_at - due);
  }

  void expect_undisturbed(const kid& one, std::string_view why) const {
    weir::expect(!one.cancelled_at, "{}, and {} was cancelled", why, one.name);
  }

  void expect_pending(std::string_view why) const { weir::testing::expect_pending(*join_, why); }

  void expect_joined(const fate& how, nanoseconds due, std::string_view why) const {
    expect_over(due, why);
    weir::expect(join_->fate() == how, "{}, but {} {}", why, join_name_, end_text());
  }

  void expect_over(nanoseconds due, std::string_view why) const {
    weir::expect(!join_->pending(), "{}, but {} has not ended", why, join_name_);
    weir::expect(join_->ended_at() == due, "{}, but {} ended at {} and not at {}", why, join_name_,
                 join_->ended_at(), due);
  }

  /// With these errors, in this order; those of one instant stand together and may be swapped.
  void expect_errors(const std::vector<std::vector<fate>>& due, nanoseconds when,
                     std::string_view why) const {
    expect_over(when, why);
    std::size_t many = 0;
    for (const auto& instant : due)
      many += instant.size();
    const std::vector<std::exception_ptr> found = errors();
    weir::expect(found.size() == many, "{}: {} errors were due, and {} {}", why, many, join_name_,
                 end_text());
    std::size_t i = 0;
    for (const auto& instant : due) {
      std::vector<fate> open = instant;
      for (std::size_t n = 0; n < instant.size(); ++n, ++i) {
        const auto it = std::ranges::find_if(
            open, [&](const fate& one) { return same_error(one.thrown(), found[i]); });
        weir::expect(it != open.end(), "{}: error {} was to be one that {}, but {} {}", why, i + 1,
                     open.front().text(), join_name_, end_text());
        open.erase(it);
      }
    }
  }

  [[nodiscard]] std::vector<std::exception_ptr> errors() const {
    if (!join_->fate().thrown())
      return {};
    try {
      std::rethrow_exception(join_->fate().thrown());
    } catch (const group_error& error) {
      return error.errors();
    } catch (...) {
      return {};
    }
  }

private:
  [[nodiscard]] static std::string failure_text(const std::exception_ptr& error) {
    return error ? weir::testing::failure(error).text() : "holds an empty exception_ptr";
  }

  /// How join() ended, with what a group_error holds.
  [[nodiscard]] std::string end_text() const {
    const std::vector<std::exception_ptr> all = errors();
    if (all.empty())
      return join_->text();
    std::string out = "threw a group_error of";
    for (std::size_t i = 0; i < std::min<std::size_t>(all.size(), 6); ++i)
      out += weir::text("{} a child that {}", i == 0 ? "" : ",", failure_text(all[i]));
    return out;
  }

  void joined() {
    for (const kid& one : kids_)
      weir::expect(!one.runs(), "{} {} at {}, and {} still ran", join_name_, end_text(),
                   weir::now(), one.name);
    if (tried_after_)
      refused(join_name_ + " has ended");
    group_.reset();
  }

  asio::awaitable<void> call(kid& mine, const std::shared_ptr<bool>& alive) {
    weir::expect(++mine.called == 1, "{} was called twice", mine.name);
    mine.begun_at = weir::now();
    if (mine.as.at_the_call) {
      weir::note("calling {} {}", mine.name, mine.as.ends.text());
      std::rethrow_exception(mine.as.ends.thrown());
    }
    return live(mine, alive);
  }

  asio::awaitable<void> live(kid& mine, std::weak_ptr<bool> alive) {
    weir::name_this_task(mine.name);
    mine.begun = true;
    mine.begun_at = weir::now();
    if (mine.as.before_the_first_wait)
      mine.as.before_the_first_wait();
    weir::testing::job work(
        executor_, {.takes = mine.as.lasts, .tidies = mine.as.tidies, .when_cancelled = [&mine] {
                      weir::expect(!mine.cancelled_at, "{} was cancelled twice", mine.name);
                      mine.cancelled_at = weir::now();
                      weir::note("{} is cancelled", mine.name);
                      if (mine.as.when_cancelled)
                        mine.as.when_cancelled();
                    }});
    const asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
    bool came_to_its_end = false;
    if (state.cancelled() == asio::cancellation_type::none)
      came_to_its_end = co_await work.run();
    else // before it came to the first wait
      mine.cancelled_at = weir::now();
    weir::expect(!alive.expired(), "the function of {} was destroyed while {} ran", mine.name,
                 mine.name);
    if (came_to_its_end && mine.as.before_the_end)
      mine.as.before_the_end();
    mine.ended = came_to_its_end ? mine.as.ends : mine.as.if_cancelled;
    mine.ended_at = weir::now();
    weir::note("{} {}", mine.name, mine.ended->text());
    if (mine.ended->thrown())
      std::rethrow_exception(mine.ended->thrown());
  }

  weir::testing::driver test_;
  asio::any_io_executor executor_;
  std::string join_name_;
  std::unique_ptr<task_group> group_;
  std::list<kid> kids_;
  std::vector<const kid*> after_the_end_;
  weir::testing::operation<void>* join_ = nullptr;
  bool taken_ = false;
  bool tried_after_ = false;
};

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

inline asio::awaitable<void> parent_cancels_twice() {
  group_fixture f(co_await asio::this_coro::executor);
  f.start("A", {.tidies = 6ms});
  f.join();
  co_await f.pass(4ms);
  f.cancel_join();
  co_await f.pass(1ms);
  f.cancel_join();
  co_await f.finish();
  f.expect_joined(aborted, 10ms, "join() was cancelled twice");
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
