/// \file
/// What the hidden tests of `retry` share: an operation that does as it is told, a clock that
/// writes down what it is asked for, dice whose numbers are known, and a call whose fate is written
/// down.
#pragma once

#include "retry.hpp"

#include <weir/expect.hpp>
#include <weir/probe.hpp>
#include <weir/run.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir_hidden {

using namespace std::chrono_literals;
using boost::system::error_code;
using std::chrono::nanoseconds;
using weir::world::error;

/// An error that carries more than its code.
class failure : public boost::system::system_error {
public:
  failure(error_code code, unsigned number) : system_error(code), attempt(number) {}

  unsigned attempt; ///< which attempt failed so, from 1
};

struct attempt_record {
  nanoseconds begun{};
  nanoseconds ended{};
};

/// The n-th attempt ends with the n-th error, all later ones with the last; no error is the answer
/// 100 + n.
class scripted_operation final : public operation {
public:
  scripted_operation(asio::any_io_executor executor, std::vector<error_code> results)
      : executor_(std::move(executor)), results_(std::move(results)) {}

  asio::awaitable<int> attempt() override {
    const auto number = static_cast<unsigned>(attempts.size()) + 1;
    weir::note("attempt {} begins", number);
    weir::expect(running == 0, "attempt {} began while another was still running", number);
    const std::size_t line = std::min<std::size_t>(number, results_.size()) - 1;
    error_code result = results_[line];
    attempts.push_back({.begun = weir::now(), .ended = {}});
    ++running;
    if (begins)
      begins(number);
    asio::steady_timer timer(executor_, takes);
    bool cancelled = false;
    co_await asio::async_compose<const asio::use_awaitable_t<>, void(error_code)>(
        work_or_tidy_up{timer, tidies_up, cancelled}, asio::use_awaitable, timer);
    --running;
    if (cancelled)
      result = cancelled_with;
    attempts.back().ended = weir::now();
    if (result) {
      weir::note("attempt {} fails: \"{}\"", number, result);
      throw failure(result, number);
    }
    weir::note("attempt {} goes well", number);
    co_return 100 + static_cast<int>(number);
  }

  nanoseconds takes = 2ms;
  nanoseconds tidies_up = 3ms;                                ///< when it is cancelled
  error_code cancelled_with = asio::error::operation_aborted; ///< no error: an answer all the same
  std::function<void(unsigned attempt)> begins;               ///< called when one does
  std::vector<attempt_record> attempts;
  int running = 0;

private:
  /// An operation, so that what it does about cancellation is not seen by the coroutine around it.
  struct work_or_tidy_up {
    asio::steady_timer& timer;
    nanoseconds tidies_up;
    bool& cancelled;

    enum { starts, works, ends } state = starts;

    template <class Self>
    void operator()(Self& self, error_code error = {}) {
      if (state == starts) {
        state = works;
        timer.async_wait(std::move(self));
      } else if (state == works && error) {
        state = ends;
        cancelled = true;
        weir::note("the attempt is cancelled");
        self.reset_cancellation_state(asio::disable_cancellation());
        timer.expires_after(tidies_up);
        timer.async_wait(std::move(self));
      } else {
        self.complete({});
      }
    }
  };

  asio::any_io_executor executor_;
  const std::vector<error_code> results_;
};

/// Its numbers in turn, from the beginning again at the end.
class known_numbers final : public random_source {
public:
  explicit known_numbers(std::vector<double> numbers) : numbers_(std::move(numbers)) {}

  double uniform() override { return at(drawn++); }

  /// The n-th, from 0.
  [[nodiscard]] double at(std::size_t n) const { return numbers_[n % numbers_.size()]; }

  std::size_t drawn = 0;

private:
  const std::vector<double> numbers_;
};

/// Twice as fast as the test's own time: who sleeps in another way is found out.
class fast_clock final : public sleeping_clock {
public:
  explicit fast_clock(asio::any_io_executor executor) : executor_(std::move(executor)) {}

  asio::awaitable<void> sleep(nanoseconds time) override {
    weir::note("a sleep of {}", time);
    asked.push_back({.begun = weir::now(), .time = time});
    const nanoseconds takes = std::max(time, nanoseconds(0)) / 2;
    if (begins)
      begins(asked.size(), takes);
    asio::steady_timer timer(executor_, takes);
    co_await timer.async_wait(asio::use_awaitable);
  }

  struct sleep_record {
    nanoseconds begun{};
    nanoseconds time{};
  };

  std::function<void(std::size_t sleep, nanoseconds takes)> begins; ///< called when one does
  std::vector<sleep_record> asked;

private:
  asio::any_io_executor executor_;
};

/// The call of retry(): how it ended, and when.
struct call {
  bool waits = true;
  error_code error;
  std::optional<unsigned> thrown_by; ///< the attempt whose `failure` it threw
  int answer = 0;
  nanoseconds at{};
  int running = 0; ///< attempts, when it ended
  asio::cancellation_signal signal;

  [[nodiscard]] std::string fate() const {
    if (waits)
      return "has not ended";
    return error ? weir::text("threw \"{}\"", error) : weir::text("returned {}", answer);
  }

  void cancel() {
    weir::note("retry() is cancelled");
    signal.emit(asio::cancellation_type::terminal);
  }
};

inline asio::awaitable<void> attend(call& mine, operation& work, const int& running,
                                    retry_policy policy, random_source& random,
                                    sleeping_clock& clock) {
  weir::name_this_task("retry()");
  try {
    mine.answer = co_await retry(work, policy, random, clock);
  } catch (const failure& thrown) {
    mine.error = thrown.code();
    mine.thrown_by = thrown.attempt;
  } catch (const boost::system::system_error& thrown) {
    mine.error = thrown.code();
  } catch (const weir::expectation_failed&) {
    throw;
  } catch (const std::exception& thrown) {
    weir::fail("retry() threw something that is no system_error: {}", thrown.what());
  }
  mine.waits = false;
  mine.at = weir::now();
  mine.running = running;
  weir::note("retry() {}", mine.fate());
}

inline asio::awaitable<void> act_later(asio::any_io_executor executor, nanoseconds delay,
                                       std::function<void()> what) {
  weir::name_this_task("test");
  asio::steady_timer timer(executor, delay);
  co_await timer.async_wait(asio::use_awaitable);
  what();
}

inline void rethrow(std::exception_ptr error) {
  if (error)
    std::rethrow_exception(error);
}

class retry_fixture {
public:
  retry_fixture(asio::any_io_executor executor, std::vector<error_code> results,
                retry_policy policy, std::vector<double> numbers)
      : work(executor, std::move(results)),
        random(std::move(numbers)),
        clock(executor),
        executor_(executor),
        policy_(policy) {
    weir::name_this_task("test");
  }

  call& start() {
    asio::co_spawn(executor_, attend(call_, work, work.running, policy_, random, clock),
                   asio::bind_cancellation_slot(call_.signal.slot(), rethrow));
    return call_;
  }

  /// `what` is done by somebody else at this moment: before or after whatever else happens then.
  void at(nanoseconds delay, std::function<void()> what) {
    asio::co_spawn(executor_, act_later(executor_, delay, std::move(what)), rethrow);
  }

  asio::awaitable<void> wait(nanoseconds time) {
    asio::steady_timer timer(executor_, time);
    co_await timer.async_wait(asio::use_awaitable);
  }

  void expect_attempts(unsigned wanted, std::string_view why) const {
    weir::expect(work.attempts.size() == wanted, "{}: {} attempts were due, and {} were made", why,
                 wanted, work.attempts.size());
  }

  /// It has ended, in the instant in which its last attempt had.
  void expect_ended_with_its_attempt(const call& one) const {
    expect_ended(one);
    const nanoseconds due = work.attempts.back().ended;
    weir::expect(one.at == due, "the last attempt, number {}, ended at {}, and retry() {} at {}",
                 work.attempts.size(), due, one.fate(), one.at);
  }

  void expect_ended(const call& one) const {
    weir::expect(!one.waits, "after {} attempts and {} of time retry() has not ended",
                 work.attempts.size(), weir::now());
    weir::expect(one.running == 0, "retry() {} while an attempt was still running", one.fate());
  }

  void expect_thrown(const call& one, unsigned attempt, error_code code) const {
    weir::expect(one.error == code, "attempt {} failed with \"{}\" and was the last; retry() {}",
                 attempt, code, one.fate());
    weir::expect(one.thrown_by.has_value(),
                 "attempt {} threw a class derived from system_error, and retry() something else: "
                 "the code is the same, and what else the error said is lost",
                 attempt);
    weir::expect(one.thrown_by == attempt,
                 "attempt {} was the last; the error of attempt {} was "
                 "thrown",
                 attempt, *one.thrown_by);
  }

  /// From now on each pause is judged when the attempt after it begins: the n-th number times the
  /// n-th ceiling, slept on the clock.
  void judge_pauses() {
    work.begins = [this, ceiling = std::min(policy_.base, policy_.cap)](unsigned attempt) mutable {
      if (attempt == 1)
        return;
      expect_pause(attempt - 1, random.at(attempt - 2), ceiling);
      ceiling = ceiling > policy_.cap / 2 ? policy_.cap : ceiling * 2;
    };
  }

  void expect_one_draw_for_each_pause() const {
    weir::expect(random.drawn + 1 == work.attempts.size(),
                 "{} attempts have {} pauses between them; {} random numbers were drawn",
                 work.attempts.size(), work.attempts.size() - 1, random.drawn);
  }

  scripted_operation work;
  known_numbers random;
  fast_clock clock;

private:
  void expect_pause(std::size_t n, double number, nanoseconds ceiling) const {
    const nanoseconds due(
        static_cast<nanoseconds::rep>(number * static_cast<double>(ceiling.count())));
    const nanoseconds from = work.attempts[n - 1].ended;
    const nanoseconds until = work.attempts[n].begun;
    nanoseconds slept{};
    for (const auto& sleep : clock.asked)
      if (from <= sleep.begun && (sleep.begun < until || (sleep.begun == until && from == until)))
        slept += sleep.time;
    if (from == until && due < 1us)
      return; // several attempts may have been in this instant, each with its own short sleep
    weir::expect(close(slept, due),
                 "the pause before attempt {} was to be {} (the random number {} of at most {}); "
                 "the clock was asked for {}",
                 n + 1, due, number, ceiling, slept);
    weir::expect(close(until - from, due / 2),
                 "before attempt {} the clock, which runs twice as fast, was asked for {}; but {} "
                 "passed instead of {}",
                 n + 1, slept, until - from, due / 2);
  }

  static bool close(nanoseconds a, nanoseconds b) { return a - b <= 1us && b - a <= 1us; }

  asio::any_io_executor executor_;
  const retry_policy policy_;
  call call_;
};

} // namespace weir_hidden
