#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>

namespace asio = boost::asio;

/// Work in many items that can't leave the event loop, because all it touches lives there.
///
/// Everything here is called on one executor, and that is one thread that serves what is ready in
/// the order in which it became ready. The loop's clock is `std::chrono::steady_clock`.
class backlog {
public:
  virtual ~backlog() = default;

  /// Whether nothing is left. Items may come as long as the work goes on: from an item, and from
  /// whoever else has a turn.
  [[nodiscard]] virtual bool empty() const = 0;

  /// Does the next item, and takes it off. Occupies the loop for as long as that takes: nothing,
  /// a microsecond, or seconds, and nobody knows before. May throw, whatever it likes; that item is
  /// off the backlog, too. May call work_off() with another backlog.
  /// \pre `!empty()`
  virtual void do_next() = 0;
};

/// Does what is in the backlog, item by item, until it is empty. Lets everybody else have a turn
/// whenever it has worked for `slice`.
///
/// Cancellation: can be cancelled at any time, with the type `terminal`, alone or (as `||` and a
/// deadline do) together with others. It then throws `boost::system::system_error` with
/// `asio::error::operation_aborted`; what has not been done stays in the backlog.
///
/// Several calls may run at the same time, each with a backlog of its own, which lives until the
/// call has ended, and no longer.
///
/// \param slice above 0: a nanosecond, a time that is no whole millisecond, hours.
///              `nanoseconds::max()` is allowed, and nobody else has a turn then
asio::awaitable<void> work_off(backlog& items, std::chrono::nanoseconds slice);
