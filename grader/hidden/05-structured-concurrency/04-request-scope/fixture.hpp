/// \file
/// What the hidden tests of `request-scope` share: a gate and sources that do as they are told and
/// keep a log, and a request whose end is looked at.
#pragma once

#include "request_scope.hpp"
#include "script.hpp"

#include <weir/expect.hpp>
#include <weir/probe.hpp>
#include <weir/run.hpp>
#include <weir/testing.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <deque>
#include <exception>
#include <limits>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir_hidden {

/// One request, everything that it calls, and the books on it. What breaks the promise under test
/// ends the run, when all is over: a call that is made by a destructor can't throw. What breaks
/// another is another test's. Everything that it models keeps it alive, however little the answer
/// waits for.
class request_fixture final : public gate, public std::enable_shared_from_this<request_fixture> {
public:
  struct options {
    script seat = {.takes = 5ms};
    std::vector<script> parts = {};
    nanoseconds deadline = 100ms; ///< from now; or an end of time
    int request = 7;
    int seat_number = 42;
    bool one_source = false; ///< for all the parts
    std::string name = "answer()";
  };

  request_fixture(asio::any_io_executor executor, std::string_view promise, options how)
      : test_(executor), executor_(executor), promise_(promise), how_(std::move(how)) {
    weir::name_this_task("the test");
    entry_of_.resize(how_.parts.size());
    for (std::size_t i = 0; i < how_.parts.size(); ++i)
      sources_.emplace_back(*this, i);
  }

  void start() {
    started_ = weir::now();
    deadline_ = how_.deadline == end_of_time || how_.deadline == dawn_of_time
                    ? how_.deadline
                    : started_ + how_.deadline;
    std::vector<part> parts;
    for (std::size_t i = 0; i < how_.parts.size(); ++i)
      parts.push_back(
          {.from = &sources_[how_.one_source ? 0 : i], .at_most = how_.parts[i].at_most});
    call_ = &test_.start(
        how_.name,
        [self = shared_from_this(), parts] {
          return answer(*self, parts, self->how_.request, time_point(self->deadline_));
        },
        [this](const auto&) {
          over_ = weir::now();
          running_at_the_end_ = first_running();
          seats_at_the_end_ = seats_;
        });
  }

  void cancel_at(nanoseconds delay) {
    test_.at(delay, [this] { cancel(); });
  }

  void cancel() { call_->cancel(); }

  /// The request has ended, as it had to.
  asio::awaitable<void> finish() {
    // So long that whatever it has left behind is over, too.
    for (nanoseconds step = 200ms; step < 100h; step *= 4) {
      co_await weir::testing::pass(step);
      if (!call_->pending() && running() == 0)
        break;
    }
    weir::expect(broken_.empty(), "{}", broken_);
    look();
    if (call_->pending())
      call_->cancel();
    co_await test_.finish();
  }

  asio::awaitable<int> take_seat(time_point until) override {
    const std::size_t index = begin("take_seat()", how_.seat, until, {});
    return seat_of(shared_from_this(), index);
  }

  void give_back(int seat) override {
    weir::note("the seat is given back");
    complain("nothing-left", seat == how_.seat_number && seats_ == 1, [&] {
      return weir::text("seat {} was given back, and {}", seat,
                        seats_ == 0   ? "none was taken"
                        : seats_ == 1 ? weir::text("seat {} was taken", how_.seat_number)
                                      : weir::text("{} were taken", seats_));
    });
    complain("nothing-left", running() == 0, [&] {
      return weir::text("the seat was given back at {}, while {} still ran", weir::now(),
                        first_running());
    });
    complain("nothing-left", !over_, [&] {
      return weir::text("{} {} at {}, and the seat was given back {} after that", how_.name,
                        call_->text(), *over_, weir::now() - *over_);
    });
    --seats_;
  }

private:
  class scripted_source final : public source {
  public:
    scripted_source(request_fixture& in, std::size_t number) : in_(in), next_(number) {}

    asio::awaitable<int> ask(int asked, time_point until) override {
      const std::size_t part = next_;
      if (in_.how_.one_source)
        ++next_;
      in_.complain("asked", asked == in_.how_.request, [&] {
        return weir::text("part {} was asked {} in place of the request {}", part + 1, asked,
                          in_.how_.request);
      });
      if (part >= in_.how_.parts.size()) {
        in_.complain("asked", false, [&] {
          return weir::text("the one source of {} parts was asked {} times", part, part + 1);
        });
        throw std::logic_error("asked too often");
      }
      const std::size_t index =
          in_.begin(weir::text("part {}", part + 1), in_.how_.parts[part], until, part);
      return value_of(in_.shared_from_this(), index, part);
    }

  private:
    request_fixture& in_;
    std::size_t next_;
  };

  template <class Message>
  void audit(std::string_view promise, bool holds, Message message) const {
    if (!holds && promise == promise_)
      weir::expect(false, "{}", message());
  }

  /// The same for those who are called, and must not throw.
  template <class Message>
  void complain(std::string_view promise, bool holds, Message message) {
    if (!holds && promise == promise_ && broken_.empty())
      broken_ = message();
  }

  /// Until when the answer of one that is asked now is of use.
  [[nodiscard]] nanoseconds limit_of(const script& how) const {
    return how.at_most && deadline_ > weir::now() && *how.at_most < deadline_ - weir::now()
               ? weir::now() + *how.at_most
               : deadline_;
  }

  std::size_t begin(std::string name, const script& how, time_point until,
                    std::optional<std::size_t> part) {
    weir::note("{} is called", name);
    complain("nothing-left", !over_, [&] {
      return weir::text("{} {}, and {} was called after that", how_.name, call_->text(), name);
    });
    complain("cancelled", !call_ || !call_->cancelled_at() || *call_->cancelled_at() >= weir::now(),
             [&] { return weir::text("it was cancelled, and {} was called after that", name); });
    complain("deadline", deadline_ >= weir::now(),
             [&] { return weir::text("the deadline had passed, and {} was called", name); });
    complain("asked", part.has_value() != log_.empty(), [&] {
      return part ? weir::text("{} was asked before there was a seat", name)
                  : "take_seat() was called a second time";
    });
    complain("asked", !part || !entry_of_[*part],
             [&] { return weir::text("{} was asked twice", name); });
    const nanoseconds told = until.time_since_epoch();
    const nanoseconds own = limit_of(how);
    complain("one-deadline", told == own, [&] {
      const two_times both(told, own);
      return weir::text("{} was called at {} and told {}, where {} is the time at which its answer "
                        "is of no use any more",
                        name, weir::now(), both.first, both.second);
    });
    log_.push_back(
        {.name = std::move(name), .how = how, .until = own, .began = weir::now(), .part = part});
    const std::size_t index = log_.size() - 1;
    if (part)
      entry_of_[*part] = index;
    if (how.at_the_call) {
      end(index, make_exception(how.fails.value_or(thrown::runtime_error)));
      std::rethrow_exception(log_[index].error);
    }
    return index;
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
    if (!mine.part && !mine.error)
      ++seats_;
  }

  static asio::awaitable<int> seat_of(std::shared_ptr<request_fixture> in, std::size_t index) {
    co_await in->work(index);
    co_return in->how_.seat_number;
  }

  static asio::awaitable<int> value_of(std::shared_ptr<request_fixture> in, std::size_t index,
                                       std::size_t part) {
    co_await in->work(index);
    co_return in->value(part);
  }

  [[nodiscard]] int value(std::size_t part) const {
    return how_.parts[part].value.value_or(100 + static_cast<int>(part));
  }

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
    const std::string& name = how_.name;
    for (const char* const each :
         {"asked", "may-be-missing", "deadline", "first-error", "nothing-left", "cancelled"})
      audit(each, !call_->pending(),
            [&] { return weir::text("{} has not ended; {} runs", name, first_running()); });
    audit("nothing-left", running_at_the_end_ == "nothing", [&] {
      return weir::text("{} {} at {}, and {} still ran", name, call_->text(), at,
                        running_at_the_end_);
    });
    audit("nothing-left", seats_at_the_end_ == 0 && seats_ == 0, [&] {
      return weir::text("{} {} at {}, and the seat was still taken", name, call_->text(), at);
    });
    if (call_->pending() || running() != 0)
      return; // another test's
    nanoseconds last = started_;
    for (const entry& one : log_)
      last = std::max(last, *one.ended);

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
      look_at_success(last);
      return;
    }
    const std::string_view promise = over == cancelled ? "cancelled"
                                     : over == failed  ? "first-error"
                                                       : "deadline";
    const auto what = [&] {
      return over == cancelled ? "it was cancelled"
             : over == failed  ? failure->name + " failed"
                               : "the deadline passed";
    };
    for (const entry& one : log_)
      audit(promise,
            one.began > over || *one.ended <= over || (one.cancelled && *one.cancelled <= over),
            [&] {
              const two_times both(over, one.cancelled.value_or(*one.ended));
              return one.cancelled ? weir::text("{} at {}, and {} was cancelled at {}", what(),
                                                both.first, one.name, both.second)
                                   : weir::text("{} at {}, and {} was not cancelled; it ran until "
                                                "{}",
                                                what(), both.first, one.name, both.second);
            });
    const bool aborted = cancelled <= at && call_->fate().cancelled();
    const bool timed_out = late == over && call_->fate().code() == asio::error::timed_out;
    const bool error = failed == over && is_one_of_the_failures(over);
    const bool all_came = over == last && failed != over && has_the_answers();
    audit(promise, aborted || timed_out || error || all_came, [&] {
      return over == failed && over != cancelled && failure->how.fails
                 ? weir::text("{} threw {} at {}, but {} {}", failure->name,
                              to_string(*failure->how.fails), over, name, call_->text())
                 : weir::text("{} at {}, but {} {}", what(), over, name, call_->text());
    });
    audit(promise, at == std::max(over, last), [&] {
      const two_times both(std::max(over, last), at);
      return weir::text("{} at {}, the last call ended at {}, and {} at {}", what(), over,
                        both.first, name, both.second);
    });
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
      audit("may-be-missing", *one.ended <= one.until || one.cancelled == one.until, [&] {
        const two_times both(one.until, one.cancelled.value_or(0ns));
        return weir::text("{} had a limit until {}, and {}", one.name, both.first,
                          one.cancelled ? weir::text("was cancelled at {}", both.second)
                                        : "was not cancelled");
      });
    }
    for (const entry& one : log_)
      audit("may-be-missing", !one.cancelled || *one.cancelled >= std::min(over, one.until), [&] {
        const two_times both(*one.cancelled, one.until);
        return weir::text("{} was cancelled at {}, and nothing had gone wrong by then; its limit "
                          "is {}",
                          one.name, both.first, both.second);
      });
  }

  void look_at_success(nanoseconds last) const {
    const bool missing =
        std::ranges::any_of(log_, [](const entry& one) { return one.cancelled.has_value(); });
    const std::string_view promise = missing ? "may-be-missing" : "asked";
    audit(promise, call_->fate().returned(),
          [&] { return weir::text("nothing went wrong, and {} {}", how_.name, call_->text()); });
    audit("asked", log_.size() == how_.parts.size() + 1, [&] {
      return weir::text("there are {} parts, and {} were asked", how_.parts.size(),
                        log_.empty() ? 0 : log_.size() - 1);
    });
    if (!call_->fate().returned() || log_.size() != how_.parts.size() + 1)
      return;
    audit("asked", log_.front().began == started_, [&] {
      return weir::text("{} was called at {}, and take_seat() at {}", how_.name, started_,
                        log_.front().began);
    });
    for (const entry& one : log_)
      audit("asked", !one.part || one.began == *log_.front().ended, [&] {
        const two_times both(*log_.front().ended, one.began);
        return weir::text("the seat was there at {}, and {} was asked at {}", both.first, one.name,
                          both.second);
      });
    audit(promise, call_->ended_at() == last, [&] {
      const two_times both(last, call_->ended_at());
      return weir::text("the last call ended at {}, and {} at {}", both.first, how_.name,
                        both.second);
    });
    const answers& got = call_->fate().value();
    audit(promise, got.size() == how_.parts.size(), [&] {
      return weir::text("there are {} parts, and {} answers", how_.parts.size(), got.size());
    });
    for (std::size_t i = 0; i < std::min(got.size(), how_.parts.size()); ++i)
      audit(promise, fits(i, got[i]), [&] {
        return weir::text("part {} {}, and answer number {} is {}", i + 1,
                          log_[*entry_of_[i]].came() ? weir::text("is {}", value(i)) : "is missing",
                          i + 1, got[i] ? weir::text("{}", *got[i]) : "empty");
      });
  }

  [[nodiscard]] bool has_the_answers() const {
    if (!call_->fate().returned() || call_->fate().value().size() != how_.parts.size())
      return false;
    for (std::size_t i = 0; i < how_.parts.size(); ++i)
      if (!entry_of_[i] || !fits(i, call_->fate().value()[i]))
        return false;
    return true;
  }

  /// A part that has come may be empty when it was late, or in the instant of its limit.
  [[nodiscard]] bool fits(std::size_t part, std::optional<int> got) const {
    const entry& mine = log_[*entry_of_[part]];
    if (got)
      return mine.came() && *got == value(part);
    return mine.cancelled || (mine.ended == mine.until && how_.parts[part].at_most);
  }

  weir::testing::driver test_;
  asio::any_io_executor executor_;
  const std::string promise_;
  const options how_;
  std::deque<scripted_source> sources_;
  std::deque<entry> log_;                            ///< the gate's is the first
  std::vector<std::optional<std::size_t>> entry_of_; ///< of each part, in the log
  nanoseconds started_{};
  nanoseconds deadline_{};
  weir::testing::operation<answers>* call_ = nullptr;
  std::optional<nanoseconds> over_; ///< it has ended
  std::string running_at_the_end_;
  int seats_at_the_end_ = 0;
  int seats_ = 0;
  std::string broken_; ///< the first thing that was not to be called
};

} // namespace weir_hidden
