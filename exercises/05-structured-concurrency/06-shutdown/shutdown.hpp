#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <memory>
#include <vector>

namespace asio = boost::asio;

/// Everything here is called on one executor, and that is one thread: in the tests in virtual time,
/// in a process on an `asio::io_context`.
///
/// What waits can be cancelled, with the type `terminal`.

/// The signals that ask a process to stop: SIGTERM and SIGINT.
class stop_signals {
public:
  virtual ~stop_signals() = default;

  /// Waits for one. A signal that comes while nobody waits is kept for a later call, and so is each
  /// that comes after it, as in an `asio::signal_set`.
  ///
  /// Cancelled, it throws `asio::error::operation_aborted`; a signal that had come by then is given
  /// all the same. Never throws anything else. One call at a time.
  virtual asio::awaitable<void> next() = 0;
};

/// Somebody who has come in.
class request {
public:
  /// Hangs up.
  virtual ~request() = default;

  /// Serves it; called once. May throw anything, at the call as well.
  ///
  /// Cancelled, it takes back what it has begun, tells its client to come again, and ends: not
  /// always at once, and in any way. Each further cancellation asks it to be quicker about it. It
  /// may change its coroutine's cancellation state (`asio::this_coro::reset_cancellation_state`)
  /// and leave it changed.
  virtual asio::awaitable<void> serve() = 0;
};

/// Where clients come in.
class listener {
public:
  virtual ~listener() = default;

  /// Waits for the next one; never null. From now on its client counts on being served.
  ///
  /// Closed or cancelled, it throws `asio::error::operation_aborted`; who had come in by then is
  /// given all the same. Never throws anything else. One call at a time.
  virtual asio::awaitable<std::unique_ptr<request>> accept() = 0;

  /// Lets nobody in any more, and says so to the load balancer. Does not wait, never fails.
  virtual void close() = 0;
};

/// What requests use: a connection to a database, a producer of messages, a log.
class resource {
public:
  virtual ~resource() = default;

  /// Sends off what it still holds and ends; called once. May throw anything, at the call as well.
  ///
  /// Cancelled, it gives up the rest, and ends: not always at once, and in any way. Each further
  /// cancellation asks it to be quicker about it.
  virtual asio::awaitable<void> close() = 0;
};

/// How the process ended, for whoever started it: what `main` returns.
enum class exit_code {
  done = 0,       ///< all were served to the end, and everything was closed
  not_closed = 1, ///< closing a resource threw
  cut_off = 2,    ///< somebody was still being served when the grace was over
  hurried = 3,    ///< a further signal came before all was done
};

/// The life of a process, from the first request to the last: serves who comes in, until a signal
/// comes; then lets in nobody else, gives those who are inside their time, closes the resources,
/// and says how it went. It is the root of the tree: nobody cancels it.
///
/// \param opened the resources in the order in which they were opened: each may use those before
/// it. All are alive until it has returned, and so are `signals` and `entrance`.
/// \param grace for so long those who are inside have time, from the first signal on; >= 0. The
/// greatest there is: for ever.
asio::awaitable<exit_code> run(stop_signals& signals, listener& entrance,
                               std::vector<resource*> opened, std::chrono::nanoseconds grace);
