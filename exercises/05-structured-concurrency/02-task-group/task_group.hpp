#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

namespace asio = boost::asio;

/// What a child does. Calling it makes the coroutine, awaiting that does the work. Either may throw
/// anything.
///
/// Cancelled (type: terminal), a child may take a while to end, and may end in any way.
using child = std::function<asio::awaitable<void>()>;

/// What went wrong in a group: all of it.
class group_error final : public std::runtime_error {
public:
  /// \param errors at least one
  explicit group_error(std::vector<std::exception_ptr> errors)
      : std::runtime_error("errors in a task group"), errors_(std::move(errors)) {}

  /// In the order in which the children ended.
  [[nodiscard]] const std::vector<std::exception_ptr>& errors() const noexcept { return errors_; }

private:
  std::vector<std::exception_ptr> errors_;
};

/// A scope that owns the children started in it. It is open until the first error of a child,
/// `cancel`, the cancellation of `join`, or the end of `join`, whichever comes first.
///
/// Thread: everything is called on the executor it was made with, and that is one thread.
///
/// Lifetime: it is destroyed when `join` has ended, or while it has no child that has not ended. It
/// is used for one set of children, and not again.
class task_group {
public:
  virtual ~task_group() = default;

  /// Starts `work`, and does not wait for it. False: the group is not open; `work` is not called.
  /// May be called by children, and while `join` waits.
  ///
  /// What calling `work` throws is an error of the child as any other; `start` throws nothing of
  /// the kind. `work` is kept until the child has ended.
  virtual bool start(child work) = 0;

  /// Waits until all children have ended, those that are started meanwhile included. Called once.
  ///
  /// Throws `group_error` if there was an error. Cancelled (type: terminal), it cancels the
  /// children, waits for them, and throws what promise 6 of the brief says.
  virtual asio::awaitable<void> join() = 0;

  /// Cancels all children, and waits for none of them. May be called at any time, by children as
  /// well; when the group is no longer open, it does nothing.
  virtual void cancel() = 0;
};

/// A group without children.
std::unique_ptr<task_group> make_task_group(asio::any_io_executor executor);
