#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <functional>
#include <memory>

namespace asio = boost::asio;

/// Something to do under a permit. Calling it makes the coroutine, awaiting that does the work.
/// Either may throw.
using job = std::function<asio::awaitable<void>()>;

/// Lets at most `limit` jobs run at a time; the others wait for their turn.
///
/// Thread: everything is called on the executor it was made with, and that is one thread.
///
/// Cancellation: `run` can be cancelled at any time, with the type `terminal` (part of what `||`
/// and a deadline send).
///
/// Lifetime: nobody is inside when the limiter is destroyed.
class limiter {
public:
  virtual ~limiter() = default;

  /// Waits for a permit, then calls `work` and awaits what it gives, once. Ends in the instant in
  /// which that ends, and in the same way: returns if it returns, throws what it throws. A job runs
  /// from the moment its coroutine starts until it has ended, tidying up included.
  ///
  /// Cancelled while it waits, it throws `boost::system::system_error` with
  /// `asio::error::operation_aborted`, and `work` is not called. Cancelled while the job runs, it
  /// passes that on to the job, which may take a while to end.
  virtual asio::awaitable<void> run(job work) = 0;

  /// From now on `limit` jobs at a time. 0 is allowed: nobody starts until it is raised again.
  /// Never waits.
  virtual void set_limit(std::size_t limit) = 0;

  /// How many permits are out: one for each job that runs.
  [[nodiscard]] virtual std::size_t in_flight() const = 0;

  /// How many calls of `run` wait for a permit.
  [[nodiscard]] virtual std::size_t waiting() const = 0;
};

/// A limiter with nobody in it.
std::unique_ptr<limiter> make_limiter(asio::any_io_executor executor, std::size_t limit);
