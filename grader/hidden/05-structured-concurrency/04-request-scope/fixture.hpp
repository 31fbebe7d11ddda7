/// \file
/// What the hidden tests of `request-scope` share: a gate and sources that do as they are told and
/// keep a log, and a request whose end is looked at.
#pragma once

#include "request_scope.hpp"

#include <weir/expect.hpp>
#include <weir/probe.hpp>
#include <weir/run.hpp>
#include <weir/storm/edges.hpp>
#include <weir/testing.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir_hidden {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using weir::storm::thrown;

/// How a call goes.
struct script {
  nanoseconds takes = 10ms;
  std::optional<thrown> fails = {};
  bool at_the_call = false;                     ///< throws before there is a coroutine
  nanoseconds tidies = 0ms;                     ///< so long it takes when it is cancelled
  std::optional<thrown> then = thrown::aborted; ///< and that it throws; empty: it was faster
  std::optional<nanoseconds> at_most = {};      ///< of a part
};

/// A call of the gate or of a source, and what came of it.
struct entry {
  std::string name;
  script how;
  nanoseconds until{}; ///< what it was told
  nanoseconds began{};
  std::optional<nanoseconds> cancelled{};
  std::optional<nanoseconds> ended{};
  std::exception_ptr error{};
  bool of_the_gate = false;

  [[nodiscard]] bool came() const { return ended && !error; }
};

/// One request, everything that it calls, and the books on it. What breaks the promise under test
/// ends the run; what breaks another is another test's.
class request_fixture final : public gate {
public:
  struct options {
    script seat = {.takes = 5ms};
    std::vector<script> parts = {};
    nanoseconds deadline = 100ms; ///< from now
  };

  request_fixture(asio::any_io_executor executor, std::string_view promise, options how)
      : test_(executor), executor_(executor), promise_(promise), how_(std::move(how)) {
    weir::name_this_task("the test");
    for (std::size_t i = 0; i < how_.parts.size(); ++i)
      sources_.emplace_back(*this, i);
  }

  void start() {
    started_ = weir::now();
    deadline_ = started_ + how_.deadline;
    std::vector<part> parts;
    for (std::size_t i = 0; i < how_.parts.size(); ++i)
      parts.push_back({.from = &sources_[i], .at_most = how_.parts[i].at_most});
    call_ = &test_.start(
        "answer()", [this, parts] { return answer(*this, parts, request, time_point(deadline_)); },
        [this](const auto&) { running_at_the_end_ = running(); });
  }

  void cancel_at(nanoseconds delay) {
    test_.at(delay, [this] { cancel(); });
  }

  void cancel() { call_->cancel(); }

  asio::awaitable<void> pass(nanoseconds time) { return weir::testing::pass(time); }

  /// The request has ended, as it had to.
  asio::awaitable<void> finish() {
    co_await weir::testing::pass(1h);
    look();
    if (call_->pending())
      call_->cancel();
    co_await test_.finish();
  }

  asio::awaitable<int> take_seat(time_point until) override {
    asio::awaitable<void> work = begin("take_seat()", how_.seat, until, true);
    return seat_of(std::move(work));
  }

  void give_back(int seat) override {
    weir::note("the seat is given back");
    audit("nothing-left", seat == seat_number && seats_ == 1,
          weir::text("seat {} was given back, and {} were taken", seat, seats_));
    audit("nothing-left", running() == 0,
          weir::text("the seat was given back while {} still ran", first_running()));
    --seats_;
  }

  static constexpr int request = 7;

private:
  static constexpr int seat_number = 42;

  class scripted_source final : public source {
  public:
    scripted_source(request_fixture& in, std::size_t number) : in_(in), number_(number) {}

    asio::awaitable<int> ask(int asked, time_point until) override {
      weir::expect(asked == request, "part {} was asked {} in place of the request {}", number_ + 1,
                   asked, request);
      asio::awaitable<void> work =
          in_.begin(weir::text("part {}", number_ + 1), in_.how_.parts[number_], until, false);
      return in_.value_of(std::move(work), number_);
    }

  private:
    request_fixture& in_;
    std::size_t number_;
  };

  void audit(std::string_view promise, bool holds, std::string_view message) const {
    if (promise == promise_)
      weir::expect(holds, "{}", message);
  }

  asio::awaitable<void> begin(std::string name, const script& how, time_point until, bool is_gate) {
    weir::note("{} is called", name);
    audit("cancelled", !call_ || !call_->cancelled_at() || *call_->cancelled_at() >= weir::now(),
          weir::text("it was cancelled, and {} was called after that", name));
    audit("deadline", deadline_ >= weir::now(),
          weir::text("the deadline had passed, and {} was called", name));
    audit("asked", is_gate == log_.empty(),
          is_gate ? "take_seat() was called a second time"
                  : weir::text("{} was asked before there was a seat", name));
    for (const entry& one : log_)
      audit("asked", one.name != name, weir::text("{} was asked twice", name));
    const nanoseconds told = until.time_since_epoch();
    const nanoseconds own = how.at_most && *how.at_most < deadline_ - weir::now()
                                ? weir::now() + *how.at_most
                                : deadline_;
    audit(
        "one-deadline", told == own,
        weir::text("{} was told {}, where {} is the time at which its answer is of no use any more",
                   name, told, own));
    log_.push_back({.name = std::move(name),
                    .how = how,
                    .until = own,
                    .began = weir::now(),
                    .of_the_gate = is_gate});
    const std::size_t index = log_.size() - 1;
    if (how.at_the_call) {
      end(index, make_exception(how.fails.value_or(thrown::runtime_error)));
      std::rethrow_exception(log_[index].error);
    }
    return work(index);
  }

  asio::awaitable<void> work(std::size_t index) {
    const script how = log_[index].how;
    weir::testing::job job(
        executor_, {.takes = how.takes, .tidies = how.tidies, .when_cancelled = [this, index] {
                      log_[index].cancelled = weir::now();
                      weir::note("{} is cancelled", log_[index].name);
                    }});
    const bool done = co_await job.run();
    const std::optional<thrown> what = done ? how.fails : how.then;
    end(index, what ? make_exception(*what) : std::exception_ptr());
    if (log_[index].error)
      std::rethrow_exception(log_[index].error);
  }

  void end(std::size_t index, std::exception_ptr error) {
    entry& mine = log_[index];
    mine.ended = weir::now();
    mine.error = std::move(error);
    weir::note("{} {}", mine.name, mine.error ? "throws" : "has come");
    if (mine.of_the_gate && !mine.error)
      ++seats_;
  }

  asio::awaitable<int> seat_of(asio::awaitable<void> work) {
    co_await std::move(work);
    co_return seat_number;
  }

  asio::awaitable<int> value_of(asio::awaitable<void> work, std::size_t number) {
    co_await std::move(work);
    co_return value(number);
  }

  static constexpr int value(std::size_t number) { return 100 + static_cast<int>(number); }

  [[nodiscard]] std::size_t running() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(log_, [](const entry& one) { return !one.ended; }));
  }

  [[nodiscard]] std::string first_running() const {
    const auto one = std::ranges::find_if(log_, [](const entry& each) { return !each.ended; });
    return one == log_.end() ? "nothing" : one->name;
  }

  /// When the first thing went wrong, if anything did: an error of somebody's own.
  [[nodiscard]] const entry* first_failure() const {
    const entry* first = nullptr;
    for (const entry& one : log_)
      if (one.error && !one.cancelled && (!first || *one.ended < *first->ended))
        first = &one;
    return first;
  }

  void look() const {
    const nanoseconds at = call_->ended_at();
    const std::string fate = call_->pending() ? "has not ended" : call_->text();
    for (const char* const each :
         {"asked", "may-be-missing", "deadline", "first-error", "nothing-left", "cancelled"})
      audit(each, !call_->pending(),
            weir::text("answer() has not ended; {} runs", first_running()));
    audit("nothing-left", running_at_the_end_ == 0 && running() == 0,
          weir::text("answer() {}, and {} still ran", fate, first_running()));
    audit("nothing-left", seats_ == 0,
          weir::text("answer() {}, and {} seat is still taken", fate, seats_));
    nanoseconds last = started_;
    for (const entry& one : log_)
      last = std::max(last, one.ended.value_or(0ns));

    // One that fails in the very instant of its own limit has failed, or is missing.
    if (std::ranges::any_of(log_, [](const entry& one) {
          return one.how.at_most && one.error && !one.cancelled && one.ended == one.until;
        }))
      return;

    // What brings it to an end, each at its time; which of one instant counts is open.
    const nanoseconds cancelled = call_->cancelled_at().value_or(nanoseconds::max());
    const entry* const failure = first_failure();
    const nanoseconds failed = failure ? *failure->ended : nanoseconds::max();
    const nanoseconds late = deadline_ <= last || deadline_ <= started_
                                 ? std::max(deadline_, started_)
                                 : nanoseconds::max();
    const nanoseconds over = std::min({cancelled, failed, late});
    look_at_limits(over);
    if (over == nanoseconds::max() || over > last) {
      look_at_success(last, fate);
      return;
    }
    for (const entry& one : log_)
      audit(over == cancelled ? "cancelled"
            : over == failed  ? "first-error"
                              : "deadline",
            one.began > over || *one.ended <= over || (one.cancelled && *one.cancelled <= over),
            weir::text("it was over at {}, and {} ran until {}{}", over, one.name, *one.ended,
                       one.cancelled ? weir::text(", cancelled at {}", *one.cancelled)
                                     : " and was not cancelled"));
    const bool aborted = cancelled <= at && call_->fate().cancelled();
    const bool timed_out = late == over && call_->fate().code() == asio::error::timed_out;
    const bool error = failed == over && is_one_of_the_failures(over);
    const bool all_came = over == last && call_->fate().returned();
    const std::string_view promise = over == cancelled ? "cancelled"
                                     : over == failed  ? "first-error"
                                                       : "deadline";
    audit(promise, aborted || timed_out || error || all_came,
          weir::text("{} at {}, but answer() {}",
                     over == cancelled ? "it was cancelled"
                     : over == failed  ? failure->name + " failed"
                                       : "the deadline passed",
                     over, fate));
    audit(promise, at == std::max(over, last),
          weir::text("{} at {}, the last call ended at {}, and answer() at {}",
                     over == cancelled ? "it was cancelled"
                     : over == failed  ? failure->name + " failed"
                                       : "the deadline passed",
                     over, last, at));
  }

  [[nodiscard]] bool is_one_of_the_failures(nanoseconds when) const {
    const std::exception_ptr what = call_->fate().thrown();
    return what && std::ranges::any_of(log_, [&](const entry& one) {
             return one.error && !one.cancelled && *one.ended == when && one.how.fails &&
                    is(what, *one.how.fails);
           });
  }

  /// A part with a limit of its own is cancelled at it, and not before; others are left alone.
  void look_at_limits(nanoseconds over) const {
    for (const entry& one : log_) {
      if (one.until >= std::min(over, deadline_))
        continue;
      audit("may-be-missing", !one.ended || *one.ended <= one.until || one.cancelled == one.until,
            weir::text("{} had a limit until {}, and {}", one.name, one.until,
                       one.cancelled ? weir::text("was cancelled at {}", *one.cancelled)
                                     : "was not cancelled"));
    }
    for (const entry& one : log_)
      audit(
          "may-be-missing", !one.cancelled || *one.cancelled >= std::min(over, one.until),
          weir::text("{} was cancelled at {}, and nothing had gone wrong by then; its limit is {}",
                     one.name, one.cancelled.value_or(0ns), one.until));
  }

  void look_at_success(nanoseconds last, std::string_view fate) const {
    const bool missing =
        std::ranges::any_of(log_, [](const entry& one) { return one.cancelled.has_value(); });
    const std::string_view promise = missing ? "may-be-missing" : "asked";
    audit(promise, call_->fate().returned(),
          weir::text("nothing went wrong, and answer() {}", fate));
    audit(promise, call_->ended_at() == last,
          weir::text("the last call ended at {}, and answer() at {}", last, call_->ended_at()));
    audit("asked", log_.size() == how_.parts.size() + 1,
          weir::text("there are {} parts, and {} were asked", how_.parts.size(),
                     log_.empty() ? 0 : log_.size() - 1));
    if (!call_->fate().returned())
      return;
    const answers& got = call_->fate().value();
    audit(promise, got.size() == how_.parts.size(),
          weir::text("there are {} parts, and {} answers", how_.parts.size(), got.size()));
    for (std::size_t i = 0; i < std::min(got.size(), how_.parts.size()); ++i) {
      const auto mine = std::ranges::find(log_, weir::text("part {}", i + 1), &entry::name);
      const bool own = mine != log_.end() && mine->came();
      const bool may_be_empty =
          mine != log_.end() &&
          (mine->cancelled || (mine->ended == mine->until && how_.parts[i].at_most));
      audit(promise, got[i] ? own && *got[i] == value(i) : may_be_empty,
            weir::text("part {} {}, and answer number {} is {}", i + 1,
                       own ? weir::text("is {}", value(i)) : "is missing", i + 1,
                       got[i] ? weir::text("{}", *got[i]) : "empty"));
    }
    for (const entry& one : log_)
      audit("asked", one.of_the_gate || one.began == *log_.front().ended,
            weir::text("the seat was there at {}, and {} was asked at {}", *log_.front().ended,
                       one.name, one.began));
  }

  weir::testing::driver test_;
  asio::any_io_executor executor_;
  const std::string promise_;
  const options how_;
  std::deque<scripted_source> sources_;
  std::deque<entry> log_;
  nanoseconds started_{};
  nanoseconds deadline_{};
  weir::testing::operation<answers>* call_ = nullptr;
  std::size_t running_at_the_end_ = 0;
  int seats_ = 0;
};

} // namespace weir_hidden
