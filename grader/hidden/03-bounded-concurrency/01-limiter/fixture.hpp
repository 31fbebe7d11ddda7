/// \file
/// What the hidden tests of `limiter` share: jobs that end when they are told to, the calls that
/// run them, and the books kept of how they fared.
#pragma once

#include "limiter.hpp"

#include <weir/expect.hpp>
#include <weir/probe.hpp>
#include <weir/run.hpp>

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
using boost::system::error_code;
using std::chrono::nanoseconds;

inline const error_code reset = asio::error::connection_reset;
inline const error_code aborted = asio::error::operation_aborted;

// Categories are never destroyed through their base, so Boost gives that no virtual destructor.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wnon-virtual-dtor"

/// What a job throws that isn't an exception, as a code, so that all fates are of one kind.
class thrown_number final : public boost::system::error_category {
public:
  [[nodiscard]] const char* name() const noexcept override { return "thrown number"; }

  [[nodiscard]] std::string message(int number) const override {
    return "the number " + std::to_string(number);
  }

  [[nodiscard]] static error_code code(int number) {
    static const thrown_number category;
    return {number, category};
  }
};

#pragma GCC diagnostic pop

inline const error_code seven = thrown_number::code(7);

/// Throws what the code stands for.
[[noreturn]] inline void throw_as(error_code result) {
  if (result.category() == seven.category())
    throw result.value();
  throw boost::system::system_error(result);
}

/// A call of run() and its job.
struct call {
  explicit call(asio::any_io_executor executor)
      : timer(std::move(executor), asio::steady_timer::time_point::max()) {}

  std::string name;
  nanoseconds tidies{};              ///< how long the job goes on when it is cancelled
  error_code if_cancelled = aborted; ///< how the job ends then
  bool made_badly = false;           ///< calling the job throws `connection_reset` at once

  nanoseconds asked{};
  bool returned = false; ///< run() has ended
  error_code error;      ///< and so
  nanoseconds at{};

  bool called = false; ///< the function was called
  bool started = false;
  bool ended = false; ///< the job
  error_code result;
  nanoseconds ended_at{};

  asio::cancellation_signal signal;
  asio::steady_timer timer;
  bool told = false;

  [[nodiscard]] bool waits() const { return !called && !returned; }

  [[nodiscard]] bool runs() const { return started && !ended; }

  [[nodiscard]] std::string fate() const {
    if (returned)
      return error ? "ended with \"" + error.message() + "\"" : "returned";
    return runs() ? "runs" : started ? "has not returned" : "waits";
  }
};

/// Waits until the job is told to end. Cancelled, it tidies up first; what it does about that is
/// not seen by the coroutine around it.
inline asio::awaitable<void> work(call& mine) {
  const bool throws = co_await asio::this_coro::throw_if_cancelled();
  co_await asio::this_coro::throw_if_cancelled(false);
  const auto state = co_await asio::this_coro::cancellation_state;
  error_code ignored;
  if (!mine.told && state.cancelled() == asio::cancellation_type::none)
    co_await mine.timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  if (!mine.told) {
    mine.result = mine.if_cancelled;
    const auto until = std::chrono::steady_clock::now() + mine.tidies;
    while (std::chrono::steady_clock::now() < until) {
      mine.timer.expires_at(until);
      co_await mine.timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
  }
  co_await asio::this_coro::throw_if_cancelled(throws);
}

/// What a test looks at beside what it says itself: no more than its promise speaks of.
enum class watch { permits, permits_and_turns, permits_and_counts };

/// A limiter, and everybody who has been sent to it.
class limiter_fixture {
public:
  limiter_fixture(asio::any_io_executor executor, std::size_t limit, watch what)
      : executor_(executor), limit_(limit), what_(what), limiter_(make_limiter(executor, limit)) {
    weir::name_this_task("the test");
  }

  /// Somebody calls run() with a job that runs until it is told to end.
  call& ask(std::string name, nanoseconds tidies = 0ns) {
    call& mine = add(std::move(name));
    mine.tidies = tidies;
    spawn(mine);
    return mine;
  }

  /// The same with a job that throws before there is a coroutine.
  call& ask_badly(std::string name) {
    call& mine = add(std::move(name));
    mine.made_badly = true;
    spawn(mine);
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
    weir::expect(mine.waits(), "{} {}, although {} run and the limit is {}", mine.name, mine.fate(),
                 running() - 1, limit_);
    co_return &mine;
  }

  /// The job returns.
  void finish(call& one) { tell(one, {}); }

  /// The job throws.
  void fail(call& one, error_code how = reset) { tell(one, how); }

  void cancel(call& one) {
    weir::note("{} is cancelled", one.name);
    moved();
    one.signal.emit(asio::cancellation_type::terminal);
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
  void post(std::function<void()> what) { asio::post(executor_, std::move(what)); }

  /// Lets everything happen that can happen at this instant; then time goes by.
  asio::awaitable<void> pass(nanoseconds time = 1ms) {
    asio::steady_timer timer(executor_, time);
    co_await timer.async_wait(asio::use_awaitable);
  }

  /// The same, and then the books must be right.
  asio::awaitable<void> settle() {
    co_await pass();
    check_books();
  }

  void expect_runs(const call& one, std::string_view why) const {
    weir::expect(one.runs(), "{}, but {} {}: jobs that run: {}, limit: {}", why, one.name,
                 one.fate(), running(), limit_);
  }

  void expect_ended(const call& one, error_code how, nanoseconds when, std::string_view why) const {
    weir::expect(one.returned, "{}, but its run() has not ended", why);
    weir::expect(one.error == how, "{}, but its run() {}", why, one.fate());
    weir::expect(one.at == when, "{}, and its run() ended {} later", why, one.at - when);
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
      weir::expect(one.returned, "at the end, when nothing else ran, {} still {}", one.name,
                   one.fate());
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

  call& add(std::string name) {
    call& mine = calls_.emplace_back(executor_);
    mine.name = std::move(name);
    return mine;
  }

  void spawn(call& mine) {
    asio::co_spawn(executor_, attend(mine),
                   asio::bind_cancellation_slot(mine.signal.slot(), [](std::exception_ptr error) {
                     if (error)
                       std::rethrow_exception(error);
                   }));
  }

  asio::awaitable<void> attend(call& mine) {
    weir::name_this_task(mine.name);
    mine.asked = weir::now();
    moved();
    const job work = [this, &mine] {
      return make(mine);
    };
    asio::awaitable<void> running = limiter_->run(work);
    try {
      co_await std::move(running);
    } catch (const boost::system::system_error& thrown) {
      mine.error = thrown.code();
    } catch (int thrown) {
      mine.error = thrown_number::code(thrown);
    }
    mine.returned = true;
    mine.at = weir::now();
    weir::note("{} {}", mine.name, mine.fate());
    weir::expect(!mine.runs(), "run() of {} ended while its job still ran", mine.name);
    weir::expect(!mine.started || mine.at == mine.ended_at,
                 "the job of {} ended, and its run() ended {} later", mine.name,
                 mine.at - mine.ended_at);
    weir::expect(!mine.started || mine.error == mine.result, "the job of {} {}, but its run() {}",
                 mine.name, mine.result ? "threw \"" + mine.result.message() + "\"" : "returned",
                 mine.fate());
  }

  asio::awaitable<void> make(call& mine) {
    weir::expect(!mine.called, "the job of {} was called twice", mine.name);
    weir::expect(!mine.returned, "the job of {} was called after its run() had ended", mine.name);
    mine.called = true;
    if (mine.made_badly) {
      moved();
      throw boost::system::system_error(reset);
    }
    return body(mine);
  }

  asio::awaitable<void> body(call& mine) {
    start(mine);
    co_await work(mine);
    moved();
    mine.ended = true;
    mine.ended_at = weir::now();
    if (mine.result)
      throw_as(mine.result);
  }

  /// A limit that is lowered in this very instant may come too late for whoever was admitted just
  /// before.
  void start(call& mine) {
    const std::size_t allowed = weir::now() > limited_at_ ? limit_ : before_;
    weir::expect(running() < allowed, "{} was started while {} ran, and the limit is {}", mine.name,
                 running(), allowed);
    weir::expect(weir::now() == moved_at_, "{} was started {} after there was a permit for it",
                 mine.name, weir::now() - moved_at_);
    mine.started = true;
    weir::note("{} runs: {} of {}", mine.name, running(), limit_);
  }

  void tell(call& one, error_code result) {
    one.told = true;
    one.result = result;
    weir::note(result ? "{} fails" : "{} is done", one.name);
    one.timer.cancel();
  }

  /// Something has happened that can let somebody start.
  void moved() { moved_at_ = weir::now(); }

  void check_turn(const call& waiting) const {
    if (!waiting.waits())
      return;
    for (const call& other : calls_)
      weir::expect(!other.called || other.asked <= waiting.asked,
                   "{} came later than {} and was let in before it", other.name, waiting.name);
  }

  asio::any_io_executor executor_;
  std::size_t limit_;
  watch what_;
  std::size_t before_ = 0; ///< the highest limit in the instant in which it was changed
  nanoseconds limited_at_ = -1ns;
  nanoseconds moved_at_{};
  std::unique_ptr<limiter> limiter_;
  std::list<call> calls_;
};

} // namespace weir_hidden
