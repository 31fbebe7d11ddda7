/// \file
/// What a test of asynchronous code does over and over: it starts operations, each under a name and
/// in a task of its own, lets time go by, cancels some at a chosen moment, and asks how each fared.
///
///     WEIR_EXPLORE("a push that is cancelled", []() -> asio::awaitable<void> {
///       using namespace weir::testing;
///       driver test(co_await asio::this_coro::executor);
///       const auto queue = make_bounded_queue(test.executor(), 1);
///       test.start("push(1)", [&] { return queue->push(1); });
///       auto& second = test.start("push(2)", [&] { return queue->push(2); });
///       co_await pass(5ms);
///       weir::expect(second.pending(), "the queue was full, but {} {}", second.name(),
///                    second.text());
///       second.cancel();
///       co_await test.finish();
///       expect_ended(second, cancelled, 5ms, "it was cancelled");
///     });
///
/// Meant for runs in virtual time (`weir::run`, `weir::explore`), and works on any executor. Not
/// synchronised: what belongs to a driver is used on its executor, and that is one thread.
#pragma once

#include <weir/expect.hpp>
#include <weir/run.hpp>
#include <weir/testing/fate.hpp>
#include <weir/testing/job.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <new>
#include <optional>
#include <source_location>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace weir::testing {

/// Lets time go by for the caller, who is resumed then; cancelled, it throws as a timer does. A
/// millisecond is enough for all that can happen in this instant. Reports say that the caller waits
/// at `where`.
boost::asio::awaitable<void> pass(std::chrono::nanoseconds time = std::chrono::milliseconds(1),
                                  std::source_location where = std::source_location::current());

namespace detail {

/// How many operations of a driver have not ended, and who waits for that.
struct roll {
  std::size_t pending = 0;
  boost::asio::steady_timer* waiter = nullptr;
};

} // namespace detail

/// What all operations have in common: a name, times, and a way to cancel. Made by a driver.
class any_operation {
public:
  any_operation(std::string name, std::shared_ptr<detail::roll> in);
  virtual ~any_operation() = default;
  any_operation(const any_operation&) = delete;
  any_operation& operator=(const any_operation&) = delete;

  [[nodiscard]] const std::string& name() const noexcept { return name_; }

  /// It has not ended: it waits, or has not even begun.
  [[nodiscard]] bool pending() const noexcept { return !ended_at_; }

  /// When the driver was told of it, as `weir::now`.
  [[nodiscard]] std::chrono::nanoseconds started_at() const noexcept { return started_at_; }

  /// When it ended; now, while it has not.
  [[nodiscard]] std::chrono::nanoseconds ended_at() const { return ended_at_.value_or(now()); }

  /// Its fate in words: "has not ended", "returned 5", "threw \"Broken pipe\"".
  [[nodiscard]] virtual std::string text() const = 0;

  /// Asks it to end, and notes that in the timeline; what it does about it happens inside the call
  /// or later. Does nothing when it has ended, nor to one that was only declared.
  void cancel(boost::asio::cancellation_type type = boost::asio::cancellation_type::terminal);

  /// When it was asked to end, the first time; empty: never.
  [[nodiscard]] std::optional<std::chrono::nanoseconds> cancelled_at() const noexcept {
    return cancelled_at_;
  }

protected:
  void note_end();

private:
  friend class driver;

  std::string name_;
  std::shared_ptr<detail::roll> roll_;
  std::chrono::nanoseconds started_at_ = now();
  std::optional<std::chrono::nanoseconds> ended_at_;
  std::optional<std::chrono::nanoseconds> cancelled_at_;
  boost::asio::cancellation_signal signal_;
};

/// An operation that gives a `T`, and what has become of it.
template <class T>
class operation final : public any_operation {
public:
  /// Called in the instant of the end, when the fate is known.
  using end_handler = std::function<void(operation&)>;

  operation(std::string name, std::shared_ptr<detail::roll> in, end_handler when_ended)
      : any_operation(std::move(name), std::move(in)), when_ended_(std::move(when_ended)) {}

  [[nodiscard]] const fate_of<T>& fate() const noexcept { return fate_; }

  [[nodiscard]] fate_of<T>& fate() noexcept { return fate_; }

  [[nodiscard]] std::string text() const override { return fate_.text(); }

  /// For those who carry operations out (`driver`): it has ended, now.
  void end(fate_of<T> how) {
    fate_ = std::move(how);
    note_end();
    if (when_ended_)
      when_ended_(*this);
  }

private:
  fate_of<T> fate_;
  end_handler when_ended_;
};

namespace detail {

enum class task { its_own, the_callers };

/// A broken expectation is no fate of an operation, nor is the end of memory: they end the run.
template <class T>
boost::asio::awaitable<void> carry_out(std::shared_ptr<operation<T>> mine,
                                       std::function<boost::asio::awaitable<T>()> work, task in) {
  if (in == task::its_own)
    name_this_task(mine->name());
  fate_of<T> how;
  try {
    boost::asio::awaitable<T> running = work();
    if constexpr (std::is_void_v<T>) {
      co_await std::move(running);
      how = returned();
    } else {
      T value = co_await std::move(running);
      how = returned(std::move(value));
    }
  } catch (const expectation_failed&) {
    throw;
  } catch (const simulated_out_of_memory&) {
    throw;
  } catch (const std::bad_alloc&) {
    throw;
  } catch (...) {
    how = failure(std::current_exception());
  }
  if (in == task::its_own)
    name_this_task(mine->name()); // after `||` a coroutine goes on in a task of that operator's
  mine->end(std::move(how));
}

void expect_ended(const any_operation& one, bool as_expected, std::chrono::nanoseconds due,
                  std::string_view why);

} // namespace detail

/// Starts operations, keeps them, and sees them end. One for each scenario.
class driver {
public:
  explicit driver(boost::asio::any_io_executor executor) : executor_(std::move(executor)) {}

  driver(const driver&) = delete;
  driver& operator=(const driver&) = delete;

  [[nodiscard]] const boost::asio::any_io_executor& executor() const noexcept { return executor_; }

  /// Starts `work`, a function that returns an `awaitable<T>`, in a task called `name`. Called by a
  /// handler of the executor, it begins inside this call, as `co_spawn` does, and may even have
  /// ended when that returns: take the operation from the argument of `when_ended`, not from the
  /// result. Called elsewhere, it begins when the run's policy chooses it among what is ready.
  /// Whatever it throws is its fate; only a broken expectation and the end of memory end the run.
  /// `work` is kept until then, so that a coroutine may be a lambda with captures; what it hands on
  /// by reference has to last as long, which a temporary does only where `work` is a coroutine
  /// itself. The result is valid as long as the driver.
  template <class Work, class T = typename std::invoke_result_t<Work&>::value_type>
  operation<T>& start(std::string name, Work work,
                      std::type_identity_t<typename operation<T>::end_handler> when_ended = {}) {
    auto made = add<T>(std::move(name), std::move(when_ended));
    spawn(detail::carry_out<T>(made, std::move(work), detail::task::its_own), made);
    return *made;
  }

  /// One that somebody is going to `perform`.
  template <class T>
  operation<T>& declare(std::string name, typename operation<T>::end_handler when_ended = {}) {
    return *add<T>(std::move(name), std::move(when_ended));
  }

  /// Carries out a declared operation in the task of the caller, who goes on when it has ended,
  /// whatever its fate: several of these are one task's operations, one after the other.
  template <class T, class Work>
  boost::asio::awaitable<void> perform(operation<T>& declared, Work work) {
    return detail::carry_out<T>(std::shared_ptr<operation<T>>(all_[index_of(declared)], &declared),
                                std::move(work), detail::task::the_callers);
  }

  /// `what` is done so much later by a task of its own: before or after whatever else happens in
  /// that instant. What it throws ends the run.
  void at(std::chrono::nanoseconds delay, std::function<void()> what, std::string task = "the test",
          std::source_location where = std::source_location::current());

  /// `what` is done by somebody else in this very instant, when the caller waits.
  void meanwhile(std::function<void()> what);

  /// Operations that have not ended.
  [[nodiscard]] std::size_t pending() const noexcept { return roll_->pending; }

  /// Waits until every operation has ended. What has not by then is named, and fails the run.
  boost::asio::awaitable<void> finish(std::chrono::nanoseconds within = std::chrono::hours(1),
                                      std::source_location where = std::source_location::current());

  /// The same, after cancelling all that are pending: the end of a test that started more than it
  /// needs.
  boost::asio::awaitable<void>
  tidy_up(std::chrono::nanoseconds within = std::chrono::hours(1),
          std::source_location where = std::source_location::current());

private:
  template <class T>
  std::shared_ptr<operation<T>> add(std::string name, typename operation<T>::end_handler handler) {
    auto made = std::make_shared<operation<T>>(std::move(name), roll_, std::move(handler));
    all_.push_back(made);
    return made;
  }

  [[nodiscard]] std::size_t index_of(const any_operation& one) const;
  void spawn(boost::asio::awaitable<void> task, std::shared_ptr<any_operation> as);

  boost::asio::any_io_executor executor_;
  std::shared_ptr<detail::roll> roll_ = std::make_shared<detail::roll>();
  std::vector<std::shared_ptr<any_operation>> all_;
};

/// Ends the run unless it has ended so, and then. `why` begins the message: "the connection broke
/// at 5 ms, but drain() ended at 7 ms".
template <class T>
void expect_ended(const operation<T>& one, const std::type_identity_t<fate_of<T>>& how,
                  std::chrono::nanoseconds due, std::string_view why) {
  detail::expect_ended(one, one.fate() == how, due, why);
}

/// The same of one that was to return, whatever it gives.
template <class T>
void expect_returned(const operation<T>& one, std::chrono::nanoseconds due, std::string_view why) {
  detail::expect_ended(one, one.fate().returned(), due, why);
}

/// Ends the run unless it is pending: "the queue was full, but push(2) returned".
void expect_pending(const any_operation& one, std::string_view why);

} // namespace weir::testing
