#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>

namespace asio = boost::asio;

/// Something to compute: called once, on a thread beside the loop, which it keeps for as long as it
/// takes. It may throw anything.
///
/// `stop` says whether the result is still wanted. A job that looks at it ends early then, with
/// whatever it likes; others don't look.
using job = std::function<std::string(std::stop_token stop)>;

/// The threads beside the loop.
class threads {
public:
  virtual ~threads() = default;

  /// What is posted here runs on one of the threads, first come, first served. Nothing bounds how
  /// much may wait in it.
  virtual asio::any_io_executor executor() = 0;

  /// At least one.
  [[nodiscard]] virtual std::size_t count() const = 0;

  /// Blocks its caller until all that was posted has been done, and the threads have ended. What is
  /// posted later never runs.
  virtual void join() = 0;
};

/// Jobs for a few threads, and a bound on those that wait.
///
/// Executors: everything is called on one loop, which one thread runs; callers may be coroutines on
/// strands of it. A caller goes on where it was.
///
/// Cancellation: `run` can be cancelled at any time, with the type `terminal` (part of what `||`
/// and a deadline send).
///
/// Lifetime: nobody is inside when it is destroyed. The threads outlive it.
class offloader {
public:
  virtual ~offloader() = default;

  /// Waits for a thread, calls `work` there, and ends when that has ended, in the same way: returns
  /// what it returns, throws what it throws.
  ///
  /// Throws `boost::system::system_error` with
  ///   - `asio::error::try_again`, when as many wait as may, and no thread is free;
  ///   - `asio::error::shut_down`, when `close` has been called;
  ///   - `asio::error::operation_aborted`, when it is cancelled: at once, if it waits; if the job
  ///     runs, when that has ended, which is asked to stop.
  ///
  /// When it has ended, in whatever way, the job has been destroyed.
  virtual asio::awaitable<std::string> run(job work) = 0;

  /// Lets nobody in any more, and waits until nobody is inside; then joins the threads. Is called
  /// once, and not cancelled.
  virtual asio::awaitable<void> close() = 0;

  /// How many jobs have a thread.
  [[nodiscard]] virtual std::size_t running() const = 0;

  /// How many calls of `run` wait for one.
  [[nodiscard]] virtual std::size_t waiting() const = 0;
};

/// An offloader with nobody in it, where at most `limit` calls may wait.
std::unique_ptr<offloader> make_offloader(threads& on, std::size_t limit);
