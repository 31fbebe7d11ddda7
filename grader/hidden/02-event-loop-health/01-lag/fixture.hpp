/// \file
/// What the hidden tests of `lag` share: a loop that is occupied now and then, a probe on it, and a
/// log that keeps what it is told.
#pragma once

#include "lag.hpp"
#include "specification.hpp"

#include <weir/expect.hpp>
#include <weir/explore.hpp>
#include <weir/probe.hpp>
#include <weir/run.hpp>
#include <weir/testing.hpp>
#include <weir/world/cpu.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir_hidden {

class log_of_all final : public lag_log {
public:
  /// Asked after each window, and after each warning.
  std::function<void()> when_told;

  void window(const lag_window& seen) override {
    all_.push_back({.seen = seen, .at = weir::now()});
    weir::note("window from {} on: {} ticks, p99 {}, worst {}", seen.begin.time_since_epoch(),
               seen.ticks, seen.p99, seen.worst);
    if (when_told)
      when_told();
  }

  void warn(const lag_window& seen) override {
    weir::note("warning: window from {} on", seen.begin.time_since_epoch());
    for (told& one : all_)
      if (one.seen.begin == seen.begin && one.seen.ticks == seen.ticks &&
          one.seen.worst == seen.worst) {
        ++one.warnings;
        if (when_told)
          when_told();
        return;
      }
    weir::fail("there was a warning for a window from {} on, with {} ticks and a worst one of {}, "
               "and the log had not been told of such a window",
               seen.begin.time_since_epoch(), seen.ticks, seen.worst);
  }

  [[nodiscard]] const std::vector<told>& all() const { return all_; }

private:
  std::vector<told> all_;
};

/// What happens on the loop next.
struct deed {
  enum class kind : std::uint8_t { block, stop, start, block_and_stop, block_and_again, again };

  nanoseconds after = 0ns; ///< what came before
  kind what = kind::block;
  nanoseconds takes = 0ns; ///< for so long the loop is occupied
};

using script = std::vector<deed>;

inline deed blocks(nanoseconds after, nanoseconds takes) {
  return {.after = after, .what = deed::kind::block, .takes = takes};
}

inline deed stops(nanoseconds after) {
  return {.after = after, .what = deed::kind::stop};
}

inline deed starts(nanoseconds after) {
  return {.after = after, .what = deed::kind::start};
}

/// One probe on a loop, started by whoever makes it, and the books on what had to be seen.
class loop_fixture {
public:
  loop_fixture(asio::any_io_executor executor, const lag_options& options, std::string_view promise)
      : loop_fixture(executor, options, promise, executor) {}

  /// \param of_probe what the probe is made with
  loop_fixture(asio::any_io_executor executor, const lag_options& options, std::string_view promise,
               asio::any_io_executor of_probe)
      : timer_(executor),
        options_(options),
        promise_(promise),
        probe_(make_lag_probe(std::move(of_probe), log_, options)) {}

  loop_fixture(const loop_fixture&) = delete;
  loop_fixture& operator=(const loop_fixture&) = delete;

  void start() {
    weir::note("start()");
    expect_silence();
    known_.reset();
    probe_->start();
    if (!runs_) {
      runs_ = true;
      stretches_.push_back({.start = weir::now()});
    }
  }

  /// \param by_log in the middle of being told: whether it is told of what is left inside this
  /// call, or by the one that tells it, is open
  void stop(bool by_log = false) {
    weir::note("stop()");
    if (runs_) {
      runs_ = false;
      stretches_.back().stop = weir::now();
    }
    probe_->stop();
    if (!by_log)
      known_ = log_.all().size();
  }

  void occupy(nanoseconds work) {
    if (work == 0ns)
      return;
    weir::note("a handler occupies the loop for {}", work);
    block one{.begin = weir::now()};
    weir::world::occupy_loop(work);
    one.end = weir::now();
    blocks_.push_back(one);
  }

  /// One deed after the other.
  asio::awaitable<void> play(script all) {
    for (const deed& one : all) {
      if (one.after > 0ns) {
        timer_.expires_after(one.after);
        co_await timer_.async_wait(asio::use_awaitable);
      }
      act(one);
    }
  }

  asio::awaitable<void> rest(nanoseconds time) {
    timer_.expires_after(time);
    co_await timer_.async_wait(asio::use_awaitable);
  }

  void destroy() {
    weir::note("the probe is destroyed");
    probe_.reset();
  }

  /// Waits until nothing more may come, and judges.
  asio::awaitable<void> finish() {
    if (runs_)
      stop();
    co_await rest(3 * options_.window + 1ms);
    judge();
  }

  void judge() const {
    expect_silence();
    std::vector<due_window> due;
    for (std::size_t i = 0; i < stretches_.size(); ++i)
      for (due_window& one : windows_of(stretches_[i], blocks_, options_)) {
        one.again = i != 0;
        due.push_back(std::move(one));
      }
    const std::string found = lag_specification(options_, promise_).finding(due, log_.all());
    weir::expect(found.empty(), "{}", found);
  }

  [[nodiscard]] log_of_all& log() { return log_; }

  [[nodiscard]] std::string_view promise() const { return promise_; }

private:
  /// Nothing has been told since the last stop, if the probe has not been started since.
  void expect_silence() const {
    if (!known_ || log_.all().size() == *known_ || (promise_ != "stop" && promise_ != "again"))
      return;
    const told& last = log_.all().back();
    weir::fail(
        "stop() had returned, and after that, at {}, the log was told of a window from {} on",
        last.at, last.seen.begin.time_since_epoch());
  }

  void act(const deed& one) {
    using enum deed::kind;
    occupy(one.takes);
    if (one.what == stop || one.what == block_and_stop || one.what == block_and_again ||
        one.what == again)
      stop_();
    if (one.what == start || one.what == block_and_again || one.what == again)
      start_();
  }

  void stop_() { this->stop(); }

  void start_() { this->start(); }

  asio::steady_timer timer_;
  lag_options options_;
  std::string promise_;
  log_of_all log_;
  std::unique_ptr<lag_probe> probe_;
  bool runs_ = false;
  std::optional<std::size_t> known_; ///< windows, by the end of the last stop
  std::vector<stretch> stretches_;
  std::vector<block> blocks_;
};

/// A whole scenario: a probe that is started, what happens then, and `after` that some rest.
inline asio::awaitable<void> watch(std::string_view promise, script all, nanoseconds after = 0ns,
                                   lag_options options = {}) {
  weir::name_this_task("the test");
  loop_fixture loop(co_await asio::this_coro::executor, options, promise);
  loop.start();
  co_await loop.play(std::move(all));
  if (after > 0ns)
    co_await loop.rest(after);
  co_await loop.finish();
}

/// A loop that has no idle moment: a handler of `each` again and again, for so long in all. It is
/// one that serves what is ready in order, so that the probe has its turn after two of them at
/// most.
inline asio::awaitable<void> no_idle_moment(nanoseconds each, nanoseconds in_all) {
  weir::name_this_task("the test");
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  log_of_all log;
  const lag_options options;
  const auto probe = make_lag_probe(executor, log, options);
  probe->start();
  const nanoseconds begin = weir::now();
  while (weir::now() - begin < in_all) {
    weir::world::occupy_loop(each);
    co_await asio::post(executor, asio::use_awaitable);
  }
  for (const told& one : log.all()) {
    const nanoseconds from = one.seen.begin.time_since_epoch();
    weir::expect(one.seen.worst <= 3 * each + 1ms,
                 "the loop is never idle, and a handler takes {}; of the window from {} on "
                 "the log was told that a tick was late by {}",
                 each, from, one.seen.worst);
    weir::expect(one.seen.ticks == 500,
                 "500 ticks were due in the window from {} on, and {} were "
                 "counted",
                 from, one.seen.ticks);
    weir::expect(one.at - from - options.window <= 3 * each + 1ms,
                 "the loop is never idle, and a handler takes {}; of the window from {} on "
                 "the log was told at {}",
                 each, from, one.at);
  }
  const auto whole = static_cast<std::size_t>(in_all / options.window);
  weir::expect(log.all().size() + 1 >= whole,
               "the probe ran for {} on a loop that is never idle, and the log was told of {} "
               "windows",
               in_all, log.all().size());
  probe->stop();
}

/// The same block again and again.
inline script many(std::size_t count, nanoseconds after, nanoseconds takes) {
  return script(count, blocks(after, takes));
}

inline script operator+(script first, const script& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

/// Ticks that come in time make up most of a scenario, and in none of them is anything to be
/// chosen: few schedules are enough.
inline weir::explore_options loop(std::string name, std::size_t schedules = 3) {
  weir::explore_options options;
  options.name = std::move(name);
  options.search.schedules = schedules;
  options.limits.steps = 2'000'000;
  return options;
}

/// One thread, which serves what is ready in order, and looks at its timers once in a round. For
/// that, time moves by a nanosecond at the most of its own accord.
inline weir::explore_options in_order(std::string name) {
  weir::explore_options options = loop(std::move(name));
  options.search.model = weir::schedule_model{
      .order = weir::order_model::one_thread, .time = weir::time_model::moves, .jitter = 1ns};
  return options;
}

} // namespace weir_hidden
