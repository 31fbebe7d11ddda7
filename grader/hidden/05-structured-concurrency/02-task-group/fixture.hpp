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
#include <weir/testing/presence.hpp>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
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
    taken_ = false;
    try {
      taken_ = group_->start(
          [this, &mine, here = weir::testing::presence()] { return call(mine, here.watch()); });
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

  asio::awaitable<void> call(kid& mine, std::weak_ptr<const void> function) {
    weir::expect(++mine.called == 1, "{} was called twice", mine.name);
    mine.begun_at = weir::now();
    if (mine.as.at_the_call) {
      weir::note("calling {} {}", mine.name, mine.as.ends.text());
      std::rethrow_exception(mine.as.ends.thrown());
    }
    return live(mine, std::move(function));
  }

  asio::awaitable<void> live(kid& mine, std::weak_ptr<const void> function) {
    weir::name_this_task(mine.name);
    mine.begun = true;
    mine.begun_at = weir::now();
    if (mine.as.before_the_first_wait)
      mine.as.before_the_first_wait();
    weir::testing::job work(executor_, {.takes = mine.as.lasts});
    const bool throws = co_await asio::this_coro::throw_if_cancelled();
    const asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
    const bool begins = state.cancelled() == asio::cancellation_type::none;
    bool came_to_its_end = false;
    if (begins) // otherwise it was cancelled before it came to the first wait
      came_to_its_end = co_await work.run();
    if (!came_to_its_end) {
      mine.cancelled_at = weir::now();
      weir::note("{} is cancelled", mine.name);
      if (begins && mine.as.when_cancelled)
        mine.as.when_cancelled();
      co_await asio::this_coro::throw_if_cancelled(false);
      co_await tidy_up(mine);
      co_await asio::this_coro::throw_if_cancelled(throws);
    }
    weir::expect(!function.expired(), "the function of {} was destroyed while {} ran", mine.name,
                 mine.name);
    if (came_to_its_end && mine.as.before_the_end)
      mine.as.before_the_end();
    mine.ended = came_to_its_end ? mine.as.ends : mine.as.if_cancelled;
    mine.ended_at = weir::now();
    weir::note("{} {}", mine.name, mine.ended->text());
    if (mine.ended->thrown())
      std::rethrow_exception(mine.ended->thrown());
  }

  /// Takes its time, and is cancelled once and not again meanwhile.
  asio::awaitable<void> tidy_up(const kid& mine) {
    asio::steady_timer timer(executor_, mine.as.tidies);
    boost::system::error_code again;
    if (mine.as.tidies > 0ns)
      co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, again));
    weir::expect(!again, "{} was cancelled at {}, and once more at {}", mine.name,
                 *mine.cancelled_at, weir::now());
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

} // namespace weir_hidden
