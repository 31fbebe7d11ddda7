/// \file
/// What the hidden tests of `limiter` share: jobs that end when they are told to, the calls that
/// run them, and the books kept of how they fared.
#pragma once

#include "limiter.hpp"

#include <weir/expect.hpp>
#include <weir/probe.hpp>
#include <weir/run.hpp>
#include <weir/testing.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir_hidden {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

using fate = weir::testing::fate_of<void>;

inline const fate finished = weir::testing::returned();
inline const fate reset = weir::testing::threw(asio::error::connection_reset);
inline const fate aborted = weir::testing::cancelled;
inline const fate seven = weir::testing::failure(std::make_exception_ptr(7));

/// A call of run() and its job.
struct call {
  call(asio::any_io_executor executor, std::string its_name, nanoseconds tidies)
      : name(std::move(its_name)), work(std::move(executor), {.tidies = tidies}) {}

  std::string name;
  fate told = aborted;         ///< how the job ends when it comes to its end
  fate if_cancelled = aborted; ///< and when it is cancelled before that
  bool made_badly = false;     ///< calling the job throws `connection_reset` at once

  weir::testing::operation<void>* run = nullptr; ///< of run(); null while that begins
  bool called = false;                           ///< the function was called
  bool started = false;
  job made;       ///< what run() is given, and may refer to as long as it lasts
  fate job_ended; ///< pending until its job has ended
  nanoseconds ended_at{};
  weir::testing::job work;

  [[nodiscard]] bool returned() const { return run != nullptr && !run->pending(); }

  [[nodiscard]] bool waits() const { return !called && !returned(); }

  [[nodiscard]] bool runs() const { return started && job_ended.pending(); }

  [[nodiscard]] std::string text() const {
    if (returned())
      return run->text();
    return runs() ? "runs" : started ? "has not returned" : "waits";
  }
};

/// What a test looks at beside what it says itself: no more than its promise speaks of.
enum class watch { permits, permits_and_turns, permits_and_counts };

/// A limiter, and everybody who has been sent to it.
class limiter_fixture {
public:
  limiter_fixture(asio::any_io_executor executor, std::size_t limit, watch what)
      : test_(executor), limit_(limit), what_(what), limiter_(make_limiter(executor, limit)) {
    weir::name_this_task("the test");
  }

  /// Somebody calls run() with a job that runs until it is told to end.
  call& ask(std::string name, nanoseconds tidies = 0ns) {
    call& mine = calls_.emplace_back(test_.executor(), std::move(name), tidies);
    start(mine);
    return mine;
  }

  /// The same with a job that throws before there is a coroutine.
  call& ask_badly(std::string name) {
    call& mine = calls_.emplace_back(test_.executor(), std::move(name), 0ns);
    mine.made_badly = true;
    start(mine);
    return mine;
  }

  /// The same, and it must run at once.
  asio::awaitable<call*> run(std::string name, nanoseconds tidies = 0ns) {
    call& mine = ask(std::move(name), tidies);
    co_await settle();
    expect_runs(mine, "there was a permit for it");
    co_return &mine;
  }

  /// The same, and it must wait.
  asio::awaitable<call*> wait(std::string name) {
    call& mine = ask(std::move(name));
    co_await settle();
    weir::expect(mine.waits(), "{} {}, although {} run and the limit is {}", mine.name, mine.text(),
                 running() - 1, limit_);
    co_return &mine;
  }

  /// The job returns.
  void finish(call& one) { tell(one, finished, "is done"); }

  /// The job throws.
  void fail(call& one, const fate& how = reset) { tell(one, how, "fails"); }

  void cancel(call& one) {
    moved();
    one.run->cancel();
  }

  void set_limit(std::size_t limit) {
    weir::note("set_limit({})", limit);
    if (weir::now() > limited_at_)
      before_ = limit_;
    before_ = std::max(before_, limit);
    limit_ = limit;
    limited_at_ = weir::now();
    moved();
    limiter_->set_limit(limit);
  }

  /// Done by somebody else in this instant: before or after whatever else happens now.
  void post(std::function<void()> what) { test_.meanwhile(std::move(what)); }

  /// Lets everything happen that can happen at this instant; then time goes by.
  asio::awaitable<void> pass(nanoseconds time = 1ms) { return weir::testing::pass(time); }

  /// The same, and then the books must be right.
  asio::awaitable<void> settle() {
    co_await pass();
    check_books();
  }

  void expect_runs(const call& one, std::string_view why) const {
    weir::expect(one.runs(), "{}, but {} {}: jobs that run: {}, limit: {}", why, one.name,
                 one.text(), running(), limit_);
  }

  void expect_ended(const call& one, const fate& how, nanoseconds when,
                    std::string_view why) const {
    weir::expect(one.returned(), "{}, but its run() has not ended", why);
    weir::expect(one.run->fate() == how, "{}, but its run() {}", why, one.text());
    const nanoseconds at = one.run->ended_at();
    weir::expect(at == when, "{}, and its run() ended {} later", why, at - when);
  }

  /// Everybody ends, and then `limit` can run at a time: no fewer, and no more.
  asio::awaitable<void> finish_all() {
    for (bool again = true; again;) {
      again = false;
      for (call& one : calls_)
        if (one.runs()) {
          finish(one);
          again = true;
        }
      co_await settle();
    }
    for (const call& one : calls_)
      weir::expect(one.returned(), "at the end, when nothing else ran, {} still {}", one.name,
                   one.text());
    std::vector<call*> last;
    for (std::size_t i = 0; i <= limit_; ++i)
      last.push_back(&ask(weir::text("newcomer {}", i + 1)));
    co_await pass();
    weir::expect(running() == limit_,
                 "when all had ended, {} newcomers came: {} of them run at a time, the limit is {}",
                 limit_ + 1, running(), limit_);
    check_books();
    while (std::ranges::any_of(last, &call::runs)) {
      for (call* const one : last)
        if (one->runs())
          finish(*one);
      co_await settle();
    }
  }

  [[nodiscard]] std::size_t running() const {
    return static_cast<std::size_t>(std::ranges::count_if(calls_, &call::runs));
  }

  /// What is true at any quiet moment, whatever has happened.
  void check_books() const {
    const auto lined_up = static_cast<std::size_t>(std::ranges::count_if(calls_, &call::waits));
    weir::expect(lined_up == 0 || running() >= limit_,
                 "jobs that run: {}, limit: {}, and yet {} wait", running(), limit_, lined_up);
    if (what_ == watch::permits_and_turns)
      std::ranges::for_each(calls_, [this](const call& one) { check_turn(one); });
    if (what_ == watch::permits_and_counts)
      check_counts(lined_up);
  }

private:
  void check_counts(std::size_t lined_up) const {
    weir::expect(limiter_->in_flight() == running(), "in_flight() says {} while {} run",
                 limiter_->in_flight(), running());
    weir::expect(limiter_->waiting() == lined_up, "waiting() says {} while {} wait",
                 limiter_->waiting(), lined_up);
  }

  void start(call& mine) {
    mine.made = [this, &mine] {
      return make(mine);
    };
    mine.run = &test_.start(
        mine.name,
        [this, &mine] {
          moved();
          return limiter_->run(mine.made);
        },
        [&mine](const weir::testing::operation<void>& run) { check_end(mine, run); });
  }

  static void check_end(const call& mine, const weir::testing::operation<void>& run) {
    weir::expect(!mine.runs(), "run() of {} ended while its job still ran", mine.name);
    weir::expect(!mine.started || run.ended_at() == mine.ended_at,
                 "the job of {} ended, and its run() ended {} later", mine.name,
                 run.ended_at() - mine.ended_at);
    weir::expect(!mine.started || run.fate() == mine.job_ended,
                 "the job of {} {}, but its run() {}", mine.name, mine.job_ended.text(),
                 mine.text());
  }

  asio::awaitable<void> make(call& mine) {
    weir::expect(!mine.called, "the job of {} was called twice", mine.name);
    weir::expect(!mine.returned(), "the job of {} was called after its run() had ended", mine.name);
    mine.called = true;
    if (mine.made_badly) {
      moved();
      std::rethrow_exception(reset.thrown());
    }
    return body(mine);
  }

  asio::awaitable<void> body(call& mine) {
    begin(mine);
    const bool came_to_its_end = co_await mine.work.run();
    moved();
    mine.job_ended = came_to_its_end ? mine.told : mine.if_cancelled;
    mine.ended_at = weir::now();
    if (mine.job_ended.thrown())
      std::rethrow_exception(mine.job_ended.thrown());
  }

  /// A limit that is lowered in this very instant may come too late for whoever was admitted just
  /// before.
  void begin(call& mine) {
    const std::size_t allowed = weir::now() > limited_at_ ? limit_ : before_;
    weir::expect(running() < allowed, "{} was started while {} ran, and the limit is {}", mine.name,
                 running(), allowed);
    weir::expect(weir::now() == moved_at_, "{} was started {} after there was a permit for it",
                 mine.name, weir::now() - moved_at_);
    mine.started = true;
    weir::note("{} runs: {} of {}", mine.name, running(), limit_);
  }

  static void tell(call& one, const fate& how, std::string_view words) {
    weir::note("{} {}", one.name, words);
    one.told = how;
    one.work.finish();
  }

  /// Something has happened that can let somebody start.
  void moved() { moved_at_ = weir::now(); }

  void check_turn(const call& waiting) const {
    if (!waiting.waits())
      return;
    for (const call& other : calls_)
      weir::expect(!other.called || other.run->started_at() <= waiting.run->started_at(),
                   "{} came later than {} and was let in before it", other.name, waiting.name);
  }

  weir::testing::driver test_;
  std::size_t limit_;
  watch what_;
  std::size_t before_ = 0; ///< the highest limit in the instant in which it was changed
  nanoseconds limited_at_ = -1ns;
  nanoseconds moved_at_{};
  std::unique_ptr<limiter> limiter_;
  std::list<call> calls_;
};

} // namespace weir_hidden
