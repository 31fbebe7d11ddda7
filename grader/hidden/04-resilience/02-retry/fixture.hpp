/// \file
/// What the hidden tests of `retry` share: an operation that does as it is told, a clock that
/// writes down what it is asked for, dice whose numbers are known, and a call whose fate is written
/// down.
#pragma once

#include "retry.hpp"

#include <weir/expect.hpp>
#include <weir/probe.hpp>
#include <weir/run.hpp>
#include <weir/testing.hpp>

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
    weir::testing::job job(executor_, {.takes = takes, .tidies = tidies_up, .when_cancelled = [] {
                                         weir::note("the attempt is cancelled");
                                       }});
    const bool came_to_its_end = co_await job.run();
    --running;
    if (!came_to_its_end)
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
  asio::awaitable<void> sleep(nanoseconds time) override {
    weir::note("a sleep of {}", time);
    asked.push_back({.begun = weir::now(), .time = time});
    const nanoseconds takes = std::max(time, nanoseconds(0)) / 2;
    if (begins)
      begins(asked.size(), takes);
    co_await weir::testing::pass(takes);
  }

  struct sleep_record {
    nanoseconds begun{};
    nanoseconds time{};
  };

  std::function<void(std::size_t sleep, nanoseconds takes)> begins; ///< called when one does
  std::vector<sleep_record> asked;
};

/// The call of retry().
using call = weir::testing::operation<int>;

class retry_fixture {
public:
  retry_fixture(asio::any_io_executor executor, std::vector<error_code> results,
                retry_policy policy, std::vector<double> numbers)
      : work(executor, std::move(results)),
        random(std::move(numbers)),
        test_(executor),
        policy_(policy) {
    weir::name_this_task("the test");
  }

  call& start() {
    return test_.start(
        "retry()", [this] { return retry(work, policy_, random, clock); },
        [this](const call&) { running_at_its_end_ = work.running; });
  }

  /// `what` is done by somebody else at this moment: before or after whatever else happens then.
  void at(nanoseconds delay, std::function<void()> what) { test_.at(delay, std::move(what)); }

  asio::awaitable<void> wait(nanoseconds time) { return weir::testing::pass(time); }

  void expect_attempts(unsigned wanted, std::string_view why) const {
    weir::expect(work.attempts.size() == wanted, "{}: {} attempts were due, and {} were made", why,
                 wanted, work.attempts.size());
  }

  /// It has ended, in the instant in which its last attempt had.
  void expect_ended_with_its_attempt(const call& one) const {
    expect_ended(one);
    const nanoseconds due = work.attempts.back().ended;
    weir::expect(one.ended_at() == due,
                 "the last attempt, number {}, ended at {}, and retry() {} at {}",
                 work.attempts.size(), due, one.text(), one.ended_at());
  }

  void expect_ended(const call& one) const {
    weir::expect(!one.pending(), "after {} attempts and {} of time retry() has not ended",
                 work.attempts.size(), weir::now());
    weir::expect(running_at_its_end_ == 0, "retry() {} while an attempt was still running",
                 one.text());
  }

  void expect_thrown(const call& one, unsigned attempt, error_code code) const {
    weir::expect(one.fate() == weir::testing::threw(code),
                 "attempt {} failed with \"{}\" and was the last; retry() {}", attempt, code,
                 one.text());
    const auto thrown = one.fate().thrown_as<failure>();
    weir::expect(thrown.has_value(),
                 "attempt {} threw a class derived from system_error, and retry() something else: "
                 "the code is the same, and what else the error said is lost",
                 attempt);
    weir::expect(thrown->attempt == attempt,
                 "attempt {} was the last; the error of attempt {} was thrown", attempt,
                 thrown->attempt);
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

  weir::testing::driver test_;
  const retry_policy policy_;
  int running_at_its_end_ = 0; ///< attempts
};

} // namespace weir_hidden
