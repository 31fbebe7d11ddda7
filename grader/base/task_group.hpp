#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>

#include <exception>
#include <functional>
#include <list>
#include <memory>

namespace weir::grader {
namespace asio = boost::asio;

/// A scope for tasks: whoever opened it joins it, and no task outlives the join.
///
/// The first exception of a task (other than "cancelled") cancels the others and comes out of
/// `join`. One thread only.
class task_group {
public:
  /// Refers to one task; harmless after its end.
  class task {
  public:
    task() = default;
    /// Asks the task to end; it ends when its present operation has come back.
    void cancel();

  private:
    friend class task_group;

    explicit task(std::weak_ptr<asio::cancellation_signal> signal) : signal_{std::move(signal)} {}

    std::weak_ptr<asio::cancellation_signal> signal_;
  };

  explicit task_group(asio::any_io_executor executor);

  task_group(const task_group&) = delete;
  task_group& operator=(const task_group&) = delete;

  /// Starts a task. `ended` is called after its end, whichever way it ended. Once the group is
  /// cancelled, nothing starts any more, and `ended` is not called.
  task spawn(asio::awaitable<void> body, std::function<void()> ended = {});

  /// Asks every task to end.
  void cancel();

  bool cancelled() const { return cancelled_; }

  /// Waits until no task is left, and rethrows what the first failed one threw. To be awaited once,
  /// before destruction. Cancelling `join` itself cancels the tasks, and still waits for them.
  asio::awaitable<void> join();

private:
  using signals = std::list<std::shared_ptr<asio::cancellation_signal>>;

  void finished(signals::iterator which, const std::exception_ptr& error,
                const std::function<void()>& ended);

  asio::any_io_executor executor_;
  asio::steady_timer empty_; // never expires; cancelled when the last task has ended
  signals tasks_;
  std::exception_ptr failure_;
  bool cancelled_{};
};

/// One task at a time, and the newest request wins: starting cancels the present task, and begins
/// when that one has ended. Must outlive the group's `join`.
class latest_task {
public:
  explicit latest_task(task_group& group) : group_{group} {}

  using factory = std::function<asio::awaitable<void>()>;

  /// Makes and starts a task as soon as none is running.
  void start(factory make);
  /// Ends the present task, if any, and forgets the one that waits.
  void cancel();

private:
  void launch(const factory& make);

  task_group& group_;
  task_group::task present_;
  bool running_{};
  factory waiting_;
};

} // namespace weir::grader
