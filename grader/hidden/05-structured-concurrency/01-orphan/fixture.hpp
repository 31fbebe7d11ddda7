/// \file
/// What the hidden tests of `orphan` share: a store that does as it is told and keeps books, and
/// the counter in front of it.
#pragma once

#include "orphan.hpp"

#include <weir/expect.hpp>
#include <weir/probe.hpp>
#include <weir/run.hpp>
#include <weir/storm/edges.hpp>
#include <weir/testing.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir_hidden {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using weir::storm::thrown;

/// How one call of the store goes.
struct script {
  nanoseconds takes = 20ms;
  std::optional<thrown> fails = {};
  bool at_the_call = false;      ///< throws when it is called, not when it is awaited
  thrown then = thrown::aborted; ///< what it throws when it is cancelled
  nanoseconds tidies = 0ms;      ///< so long it takes when it is cancelled
  bool late_success = false;     ///< then it has stored them after all
};

/// One call of the store.
struct write {
  visit_counts given;
  nanoseconds began{};
  std::optional<nanoseconds> cancelled_at = {};
  std::optional<nanoseconds> ended_at = {};
  std::exception_ptr error = {};
  std::optional<thrown> kind = {}; ///< of the error
  bool told = false;               ///< to the error handler
  bool after_stop = false;         ///< began when `stop` had been called, and was no regular one

  [[nodiscard]] bool stored() const { return ended_at && !error; }
};

inline visit_counts& operator+=(visit_counts& all, const visit_counts& more) {
  for (const auto& [link, count] : more)
    all[link] += count;
  return all;
}

inline std::uint64_t sum(const visit_counts& all) {
  std::uint64_t visits = 0;
  for (const auto& [link, count] : all)
    visits += count;
  return visits;
}

/// "a 2, b 1"
inline std::string in_words(const visit_counts& all) {
  std::string out;
  for (const auto& [link, count] : all)
    out += weir::text("{}\"{}\" {}", out.empty() ? "" : ", ", link, count);
  return out.empty() ? "nothing" : out;
}

/// The counter, its store, and the books on both. What breaks the promise under test ends the run;
/// what breaks another is that one's test's.
class counter_fixture final : public visit_store {
public:
  struct options {
    nanoseconds interval = 5s;
    std::vector<script> scripts = {}; ///< the n-th call follows the n-th, all later ones the last
    bool destroys = false;            ///< counter and store go in the instant in which `stop` ends
  };

  counter_fixture(asio::any_io_executor executor, std::string_view promise, options how)
      : test_(executor), promise_(promise), options_(std::move(how)), executor_(executor) {
    weir::name_this_task("the test");
    counter_ = make_visit_counter(executor, *this, options_.interval,
                                  [this](std::exception_ptr error) { hear(std::move(error)); });
  }

  counter_fixture(const counter_fixture&) = delete;
  counter_fixture& operator=(const counter_fixture&) = delete;

  void visit(const std::string& link, int times = 1) {
    for (int i = 0; i < times; ++i) {
      const bool counted = counter_->visit(link);
      audit("nothing-left", counted == !stopping(),
            weir::text("visit() returned {}, and stop() had {}been called", counted,
                       stopping() ? "" : "not "));
      if (!counted)
        continue;
      if (waiting_since_ == nanoseconds::max())
        waiting_since_ = weir::now();
      ++counted_[link];
    }
    if (times == 1)
      weir::note("visit(\"{}\")", link);
    else
      weir::note("{} visits of \"{}\"", times, link);
  }

  /// Unless the counter has gone already.
  void visit_if_open(const std::string& link) {
    if (counter_)
      visit(link);
  }

  void stop() {
    stop_called_ = weir::now();
    stop_ = &test_.start(
        "stop()", [this] { return counter_->stop(); },
        [this](const auto&) {
          if (options_.destroys)
            counter_.reset();
        });
  }

  void cancel_stop() { stop_->cancel(); }

  /// Done so much later by somebody else: before or after whatever else happens in that instant.
  void at(nanoseconds delay, std::function<void()> what) {
    own_actions_until_ = std::max(own_actions_until_, weir::now() + delay);
    test_.at(delay, std::move(what));
  }

  /// Lets time go by, and looks whether anything is overdue.
  asio::awaitable<void> pass(nanoseconds time) {
    co_await weir::testing::pass(time);
    look();
  }

  /// `stop` is waited for, as far as that is of use, and everything goes.
  asio::awaitable<void> finish() {
    if (stop_ == nullptr)
      stop();
    const nanoseconds patience = 10 * options_.interval + 1min;
    for (nanoseconds waited{}; stop_->pending() && waited < patience; waited += patience / 8) {
      co_await weir::testing::pass(patience / 8);
      look();
    }
    audit("stop-flushes", !stop_->pending(), "stop() has not ended");
    if (stop_->pending())
      stop_->cancel();
    co_await test_.finish();
    look_at_the_end();
    if (!options_.destroys)
      co_await weir::testing::pass(8 * options_.interval + 1min); // whatever is left shows itself
    if (own_actions_until_ >= weir::now())
      co_await weir::testing::pass(own_actions_until_ - weir::now() + 1ms);
    counter_.reset();
  }

  /// `stop` has to be over soon; with an interval that is never over nothing else can be waited
  /// for.
  asio::awaitable<void> end() {
    co_await weir::testing::pass(1min);
    look();
    co_await test_.tidy_up();
    counter_.reset();
  }

  asio::awaitable<void> add(const visit_counts& visits) override {
    const script mine =
        options_.scripts.empty()
            ? script{}
            : options_.scripts[std::min(writes_.size(), options_.scripts.size() - 1)];
    const std::size_t number = begin(visits);
    if (mine.fails && mine.at_the_call) {
      end(number, mine.fails);
      std::rethrow_exception(writes_[number].error);
    }
    return carry_out(visits, mine, number);
  }

  [[nodiscard]] const std::vector<write>& writes() const { return writes_; }

  /// Counted and not stored.
  [[nodiscard]] visit_counts unsaved() const {
    visit_counts rest;
    for (const auto& [link, count] : counted_) {
      const auto stored = stored_.find(link);
      const std::uint64_t left = count - (stored == stored_.end() ? 0 : stored->second);
      if (left != 0)
        rest.emplace(link, left);
    }
    return rest;
  }

  [[nodiscard]] const weir::testing::operation<void>& stopped() const { return *stop_; }

  /// Called inside `add`, before anything else.
  std::function<void()> when_called;
  /// Called inside the error handler.
  std::function<void()> when_told;

private:
  void audit(std::string_view promise, bool holds, std::string_view message) const {
    if (promise == promise_)
      weir::expect(holds, "{}", message);
  }

  [[nodiscard]] bool stopping() const { return stop_called_.has_value(); }

  [[nodiscard]] bool cancelled_before(nanoseconds when) const {
    return stop_ && stop_->cancelled_at() && *stop_->cancelled_at() <= when;
  }

  /// In the instant of `stop` a regular call may be on its way.
  [[nodiscard]] bool may_be_regular(const write* before) const {
    const nanoseconds since = before && before->ended_at ? *before->ended_at : 0ns;
    return weir::now() == *stop_called_ && weir::now() - since >= options_.interval;
  }

  /// When the last call ended, or `stop` was called: what follows from that may come in that
  /// instant.
  [[nodiscard]] nanoseconds busy_until() const {
    const nanoseconds asked = stop_called_.value_or(0ns);
    return writes_.empty() ? asked : std::max(asked, writes_.back().ended_at.value_or(0ns));
  }

  [[nodiscard]] const write* under_way() const {
    return !writes_.empty() && !writes_.back().ended_at ? &writes_.back() : nullptr;
  }

  std::size_t begin(const visit_counts& visits) {
    weir::note("add() is called with {}", in_words(visits));
    const write* const before = writes_.empty() ? nullptr : &writes_.back();
    audit("spared", !before || before->ended_at, "add() was called while a call of it ran");
    audit("spared", !visits.empty(), "add() was called without visits");
    audit("spared",
          !before || !before->ended_at || stopping() ||
              weir::now() - *before->ended_at >= options_.interval,
          weir::text("add() was called {} after the call before had ended, and the interval is {}",
                     before && before->ended_at ? weir::now() - *before->ended_at : 0ns,
                     options_.interval));
    audit("stop-cancelled",
          !stopping() || !stop_ || !stop_->cancelled_at() || !stop_->pending() ||
              *stop_->cancelled_at() == weir::now(),
          "stop() was cancelled, and the store was called after that");
    audit("nothing-left", !stop_ || stop_->pending(),
          "the store was called after stop() had ended");
    audit(
        "stored", sum(visits) <= sum(unsaved()),
        weir::text("some are stored twice: add() was given {} visits, of which {} were not stored",
                   sum(visits), sum(unsaved())));
    const std::string_view kept = !before || !before->error ? "stored" : "errors-are-seen";
    audit(stopping() ? "stop-flushes" : kept, visits == unsaved(),
          weir::text("add() was given {}, and what is not stored is {}", in_words(visits),
                     in_words(unsaved())));
    overdue();
    waiting_since_ = nanoseconds::max();
    writes_.push_back({.given = visits,
                       .began = weir::now(),
                       .after_stop = stopping() && !may_be_regular(before)});
    if (when_called)
      when_called();
    return writes_.size() - 1;
  }

  asio::awaitable<void> carry_out(const visit_counts& visits, script mine, std::size_t number) {
    weir::testing::job work(
        executor_, {.takes = mine.takes, .tidies = mine.tidies, .when_cancelled = [this, number] {
                      writes_[number].cancelled_at = weir::now();
                      weir::note("add() is cancelled");
                      audit("stop-flushes", cancelled_before(weir::now()),
                            "the call of add() that runs was cancelled, and "
                            "nobody had cancelled stop()");
                    }});
    const bool done = co_await work.run();
    audit("stored", visits == writes_[number].given,
          "the visits that add() was given changed while it ran");
    if (done)
      end(number, mine.fails);
    else
      end(number, mine.late_success ? std::nullopt : std::optional(mine.then));
    if (writes_[number].error)
      std::rethrow_exception(writes_[number].error);
  }

  void end(std::size_t number, std::optional<thrown> kind) {
    write& mine = writes_[number];
    mine.ended_at = weir::now();
    mine.kind = kind;
    if (kind) {
      mine.error = make_exception(*kind);
      weir::note("add() throws {}", to_string(*kind));
      waiting_since_ = std::min(waiting_since_, mine.began);
      return;
    }
    weir::note("add() has stored them");
    stored_ += mine.given;
  }

  void hear(std::exception_ptr error) {
    weir::note("the error handler is told");
    write* const last = writes_.empty() ? nullptr : &writes_.back();
    const bool due = last && last->ended_at == weir::now() && last->kind && !last->told;
    audit("errors-are-seen", due,
          "the error handler was told of something, and no call of add() has failed in that "
          "instant that it had not been told of");
    if (!due)
      return;
    last->told = true;
    audit("errors-are-seen", is(error, *last->kind),
          weir::text("add() threw {}, and the error handler was told of something else",
                     to_string(*last->kind)));
    if (when_told)
      when_told();
  }

  /// Visits that wait have waited too long.
  void overdue() {
    if (waiting_since_ == nanoseconds::max() || stopping() || under_way())
      return;
    const bool after_one = !writes_.empty() && *writes_.back().ended_at > waiting_since_;
    const nanoseconds since = after_one ? *writes_.back().ended_at : waiting_since_;
    const bool after_error = after_one && writes_.back().error;
    audit(
        after_error ? "errors-are-seen" : "stored", weir::now() - since <= options_.interval,
        weir::text("add() has not been called for {}, the interval is {}, and visits that are not "
                   "stored: {}",
                   weir::now() - since, options_.interval, sum(unsaved())));
  }

  /// At any time: what is due in this instant may still come.
  void look() {
    overdue();
    for (const write& one : writes_)
      if (one.kind && *one.ended_at < weir::now() && !one.cancelled_at &&
          !cancelled_before(*one.ended_at))
        audit("errors-are-seen", one.told,
              weir::text("add() threw {} at {}, and the error handler was not told",
                         to_string(*one.kind), *one.ended_at));
    if (cancelled_before(weir::now() - 1ns))
      look_at_the_cancelled_stop();
    else if (stop_ && !stop_->cancelled_at() && stop_->pending() && !under_way() &&
             busy_until() < weir::now()) {
      const std::size_t left = sum(unsaved());
      audit("stop-flushes", false,
            left == 0
                ? weir::text("everything is stored, and stop() has not ended")
                : weir::text("stop() was called, no call of add() runs, and visits that are not "
                             "stored: {}",
                             left));
    }
  }

  void look_at_the_cancelled_stop() const {
    const nanoseconds when = *stop_->cancelled_at();
    if (busy_until() == weir::now())
      return;
    if (const write* const running = under_way()) {
      audit("stop-cancelled", running->cancelled_at.has_value(),
            "stop() was cancelled, and the call of add() that runs was not");
      audit("stop-cancelled",
            !running->cancelled_at || *running->cancelled_at == when || running->began > when,
            weir::text("stop() was cancelled at {}, and the call of add() at {}", when,
                       running->cancelled_at.value_or(0ns)));
      audit("stop-cancelled", stop_->pending(),
            weir::text("stop() {}, and the call of add() that it cancelled still ran",
                       stop_->text()));
    } else
      audit("stop-cancelled", !stop_->pending(),
            "stop() was cancelled, no call of add() runs, and stop() has not ended");
  }

  void look_at_the_end() {
    const write* const last = writes_.empty() ? nullptr : &writes_.back();
    const nanoseconds ended = stop_->ended_at();
    audit("stop-flushes", !last || last->ended_at, "stop() has ended while a call of add() ran");
    if (!last || !last->ended_at)
      return;
    const std::size_t left = sum(unsaved());
    if (cancelled_before(ended)) {
      const nanoseconds when = *stop_->cancelled_at();
      for (const write& one : writes_)
        audit("stop-cancelled",
              one.began >= when || *one.ended_at <= when || one.cancelled_at == when,
              weir::text("stop() was cancelled at {}, and a call of add() ran until {} that {}",
                         when, *one.ended_at,
                         one.cancelled_at ? weir::text("was cancelled at {}", *one.cancelled_at)
                                          : "was not cancelled"));
      const nanoseconds due = std::max(*stop_->cancelled_at(), *last->ended_at);
      audit("stop-cancelled", ended <= due,
            weir::text("stop() was cancelled at {}, the last call of add() ended at {}, and stop() "
                       "at {}",
                       *stop_->cancelled_at(), *last->ended_at, ended));
      const bool as_if_not = *stop_->cancelled_at() == ended && last->ended_at == ended &&
                             last->kind && stop_->fate().thrown() &&
                             is(stop_->fate().thrown(), *last->kind);
      const bool all_stored = left == 0 && stop_->fate().returned();
      audit("stop-cancelled", stop_->fate().cancelled() || all_stored || as_if_not,
            weir::text("stop() was cancelled, visits that were not stored then: {}; it {}", left,
                       stop_->text()));
      return;
    }
    audit("stop-cancelled", left == 0 || !stop_->fate().returned(),
          weir::text("stop() returned before it was cancelled; visits that are not stored: {}",
                     left));
    const nanoseconds due = std::max(*stop_called_, *last->ended_at);
    audit("stop-flushes", ended == due,
          weir::text("stop() was called at {}, the last call of add() ended at {}, and stop() at "
                     "{}",
                     *stop_called_, *last->ended_at, ended));
    const auto later = std::ranges::count_if(writes_, &write::after_stop);
    audit("stop-flushes", later <= 1,
          weir::text("add() was called {} times after stop() had been called", later));
    audit("stop-flushes", left == 0 || last->began >= *stop_called_,
          weir::text(
              "stop() {}; visits that are not stored and were not taken to the store once more: {}",
              stop_->text(), left));
    const bool last_is_its_own = last->kind && *last->ended_at >= *stop_called_;
    if (last_is_its_own)
      audit("stop-flushes", stop_->fate().thrown() && is(stop_->fate().thrown(), *last->kind),
            weir::text("the last call of add() threw {}, and stop() {}", to_string(*last->kind),
                       stop_->text()));
    else
      audit("stop-flushes", left == 0 && stop_->fate().returned(),
            weir::text("stop() {}; visits that are not stored: {}", stop_->text(), left));
  }

  weir::testing::driver test_;
  const std::string promise_;
  const options options_;
  asio::any_io_executor executor_;
  visit_counts counted_;
  visit_counts stored_;
  nanoseconds waiting_since_ = nanoseconds::max(); ///< the first that no call has been given
  std::vector<write> writes_;
  nanoseconds own_actions_until_{};
  std::optional<nanoseconds> stop_called_;
  weir::testing::operation<void>* stop_ = nullptr;
  std::unique_ptr<visit_counter> counter_;
};

} // namespace weir_hidden
