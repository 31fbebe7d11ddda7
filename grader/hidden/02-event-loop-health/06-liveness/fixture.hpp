/// \file
/// What the hidden tests of `liveness` share: a loop that is occupied now and then, a health server
/// that asks its questions in the middle of that, and the books on both.
#pragma once

#include "liveness.hpp"
#include "specification.hpp"

#include <weir/expect.hpp>
#include <weir/explore.hpp>
#include <weir/probe.hpp>
#include <weir/run.hpp>
#include <weir/testing.hpp>
#include <weir/world/cpu.hpp>

#include <boost/asio/execution.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/require.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace weir_hidden {

/// What happens on the loop, one after the other.
struct step {
  enum class kind {
    wait,         ///< nothing, for so long
    block,        ///< one handler that takes so long
    burst,        ///< many handlers at once, each of which takes so long
    sliced,       ///< many handlers, each of which makes the next one ready
    start,        ///< the start-up is over
    start_inside, ///< a handler that takes so long, in the middle of which the start-up is over
    drain,
    destroy,
  } what = kind::wait;
  nanoseconds takes = 0ns;
  std::size_t times = 1;
  std::optional<std::size_t> whom = {}; ///< which of several; empty: all
};

inline step wait(nanoseconds time) {
  return {.what = step::kind::wait, .takes = time};
}

inline step block(nanoseconds time) {
  return {.what = step::kind::block, .takes = time};
}

inline step burst(std::size_t times, nanoseconds each) {
  return {.what = step::kind::burst, .takes = each, .times = times};
}

inline step sliced(std::size_t times, nanoseconds each) {
  return {.what = step::kind::sliced, .takes = each, .times = times};
}

inline constexpr step start{.what = step::kind::start};
inline constexpr step drain{.what = step::kind::drain};
inline constexpr step destroy{.what = step::kind::destroy};

inline step start_inside(nanoseconds of) {
  return {.what = step::kind::start_inside, .takes = of};
}

/// The loop, for somebody who must leave nothing on it while he is asked.
class watched_executor {
public:
  struct watch {
    bool asking = false;
    std::size_t left = 0; ///< handlers that were put on the loop by a question
  };

  /// It may outlive the fixture: whoever was told to end does so in a turn of his own.
  watched_executor(asio::any_io_executor loop, std::shared_ptr<watch> seen)
      : loop_(std::move(loop)), seen_(std::move(seen)) {}

  [[nodiscard]] asio::execution_context& query(asio::execution::context_t) const noexcept {
    return asio::query(loop_, asio::execution::context);
  }

  [[nodiscard]] asio::execution::blocking_t query(asio::execution::blocking_t) const noexcept {
    return asio::query(loop_, asio::execution::blocking);
  }

  [[nodiscard]] watched_executor require(asio::execution::blocking_t::never_t) const {
    return {asio::require(loop_, asio::execution::blocking.never), seen_};
  }

  [[nodiscard]] watched_executor require(asio::execution::blocking_t::possibly_t) const {
    return {asio::prefer(loop_, asio::execution::blocking.possibly), seen_};
  }

  template <class Function>
  void execute(Function&& f) const {
    seen_->left += seen_->asking ? 1 : 0;
    loop_.execute(std::forward<Function>(f));
  }

  friend bool operator==(const watched_executor& a, const watched_executor& b) noexcept {
    return a.loop_ == b.loop_;
  }

  friend bool operator!=(const watched_executor& a, const watched_executor& b) noexcept {
    return !(a == b);
  }

private:
  asio::any_io_executor loop_;
  std::shared_ptr<watch> seen_;
};

/// A process whose loop goes through a script, and a thread that asks.
class process_fixture {
public:
  /// \param ask_every 0: it never asks
  process_fixture(asio::any_io_executor loop, std::string_view promise,
                  std::vector<health_options> options, nanoseconds ask_every)
      : loop_(std::move(loop)), promise_(promise), ask_every_(ask_every) {
    for (const health_options& one : options) {
      history& books = books_.emplace_back();
      books.options = one;
      health_.push_back(make_health(watched_executor(loop_, watch_), one));
    }
    next_question_ = weir::now() + (ask_every == 0ns ? 24h : ask_every);
  }

  process_fixture(const process_fixture&) = delete;
  process_fixture& operator=(const process_fixture&) = delete;

  asio::awaitable<void> go_through(std::vector<step> script) {
    for (const step& one : script) {
      if (one.what == step::kind::wait)
        co_await let_pass(one.takes);
      else
        co_await carry_out(one);
    }
    ask();
    health_.clear();
  }

private:
  /// Time goes by, and the loop has nothing to do but its beats.
  asio::awaitable<void> let_pass(nanoseconds time) {
    const nanoseconds end = weir::now() + time;
    while (next_question_ < end) {
      co_await weir::testing::pass(std::max(next_question_ - weir::now(), nanoseconds(1)));
      question_is_due();
    }
    co_await weir::testing::pass(std::max(end - weir::now(), nanoseconds(1)));
  }

  asio::awaitable<void> carry_out(step one) {
    using enum step::kind;
    switch (one.what) {
    case block:
      weir::note("a handler takes {}", one.takes);
      begin();
      occupy(one.takes);
      end();
      break;
    case burst:
      weir::note("{} handlers at once, each takes {}", one.times, one.takes);
      for (std::size_t i = 0; i < one.times; ++i)
        asio::post(loop_, [this, one, i] { a_part_of_the_burst(one, i); });
      co_await weir::testing::pass(one.takes * static_cast<long>(one.times) + 1ns);
      break;
    case sliced:
      weir::note("{} handlers one after the other, each takes {}", one.times, one.takes);
      for (std::size_t i = 0; i < one.times; ++i) {
        begin();
        occupy(one.takes);
        end();
        co_await weir::testing::pass(1ns);
      }
      break;
    case start:
      for_whom(one, [this](std::size_t i) { tell_started(i); });
      break;
    case start_inside:
      weir::note("a handler takes {}", one.takes);
      begin();
      occupy(one.takes / 2);
      for_whom(one, [this](std::size_t i) { tell_started(i); });
      ask();
      occupy(one.takes - one.takes / 2);
      end();
      break;
    case drain:
      for_whom(one, [this](std::size_t i) { tell_draining(i); });
      break;
    case destroy:
      weir::note("it is destroyed");
      health_.clear();
      break;
    case wait:
      break;
    }
    if (one.what != destroy)
      ask();
  }

  void a_part_of_the_burst(const step& of, std::size_t number) {
    if (number == 0)
      begin();
    occupy(of.takes);
    if (number + 1 == of.times)
      end();
  }

  template <class What>
  void for_whom(const step& one, What what) {
    for (std::size_t i = 0; i < health_.size(); ++i)
      if (one.whom.value_or(i) == i)
        what(i);
  }

  void tell_started(std::size_t i) {
    weir::note("started()");
    if (!books_[i].started)
      books_[i].started = weir::now();
    health_[i]->started();
  }

  void tell_draining(std::size_t i) {
    weir::note("draining()");
    if (!books_[i].draining)
      books_[i].draining = weir::now();
    health_[i]->draining();
  }

  void begin() {
    for (history& one : books_)
      one.busy.push_back({.from = weir::now(), .until = {}});
  }

  /// What is shorter than a beat is not kept: it can't matter, and there may be many.
  void end() {
    for (history& one : books_) {
      stretch& last = one.busy.back();
      last.until = weir::now();
      const bool start_up = !one.started || last.from <= *one.started;
      if (last.lasted(weir::now()) < one.options.beat && !start_up)
        one.busy.pop_back();
    }
  }

  /// In the middle of it the other thread asks, whenever it is time to.
  void occupy(nanoseconds work) {
    const nanoseconds end = weir::now() + work;
    while (next_question_ < end) {
      weir::world::occupy_loop(std::max(next_question_ - weir::now(), 0ns));
      question_is_due();
    }
    weir::world::occupy_loop(std::max(end - weir::now(), 0ns));
  }

  void question_is_due() {
    if (weir::now() < next_question_)
      return;
    next_question_ += ask_every_;
    ask();
  }

  void ask() {
    if (ask_every_ == 0ns)
      return;
    for (std::size_t i = 0; i < health_.size(); ++i) {
      const nanoseconds asked = weir::now();
      watch_->asking = true;
      const bool alive = health_[i]->alive();
      const bool ready = health_[i]->ready();
      watch_->asking = false;
      weir::expect(weir::now() == asked,
                   "alive() and ready() were asked at {}, and answered {} "
                   "later",
                   asked, weir::now() - asked);
      weir::expect(promise_ != "asked" || watch_->left == 0,
                   "alive() and ready() were asked at {}, and left something for the loop to do",
                   asked);
      const std::string found =
          liveness_specification(books_[i], promise_, weir::now()).finding(alive, ready);
      weir::expect(found.empty(), "{}", found);
    }
  }

  asio::any_io_executor loop_;
  std::string promise_;
  nanoseconds ask_every_;
  nanoseconds next_question_{};
  std::shared_ptr<watched_executor::watch> watch_ = std::make_shared<watched_executor::watch>();
  std::vector<history> books_;
  std::vector<std::unique_ptr<health>> health_;
};

} // namespace weir_hidden

namespace weir_hidden {

/// A whole scenario, with several that watch one loop.
inline asio::awaitable<void> processes(std::string_view promise, std::vector<step> script,
                                       std::vector<health_options> options, nanoseconds ask_every) {
  weir::name_this_task("the loop");
  process_fixture all(co_await asio::this_coro::executor, promise, std::move(options), ask_every);
  co_await all.go_through(std::move(script));
}

/// With one.
inline asio::awaitable<void> process(std::string_view promise, std::vector<step> script,
                                     health_options options = {}, nanoseconds ask_every = 250ms) {
  return processes(promise, std::move(script), std::vector(1, options), ask_every);
}

/// With two, whose limits differ.
inline asio::awaitable<void> two(std::string_view promise, std::vector<step> script) {
  std::vector<health_options> options(2);
  options[1] = {.beat = 20ms, .late = 100ms, .calm = 1s, .dead_after = 2s};
  return processes(promise, std::move(script), std::move(options), 90ms);
}

/// One thread, which serves what is ready in order, and looks at its timers once in a round. Time
/// moves by a nanosecond at the most of its own accord.
inline weir::explore_options loop(std::string name, std::size_t schedules = 8) {
  weir::explore_options options;
  options.name = std::move(name);
  options.search.model = weir::schedule_model{
      .order = weir::order_model::one_thread, .time = weir::time_model::moves, .jitter = 1ns};
  options.search.schedules = schedules;
  options.leaks = weir::leak_check::ignore; // that is the business of one test
  return options;
}

} // namespace weir_hidden
