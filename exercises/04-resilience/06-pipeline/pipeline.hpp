#pragma once

#include <boost/asio/awaitable.hpp>

#include <memory>

namespace asio = boost::asio;

/// Everything here is called on one executor, and that is one thread.
///
/// Errors are thrown as `boost::system::system_error`. What waits can be cancelled, with the type
/// `terminal` (`||` sends it, and others along with it), and then throws
/// `asio::error::operation_aborted`.

/// Something that can be asked: a dependency, or a dependency with something around it.
class remote {
public:
  virtual ~remote() = default;

  /// Asks, and waits for the answer. Any number of calls may be under way.
  virtual asio::awaitable<int> call(int request) = 0;
};

/// Four ways to put something around a remote. What is given in becomes the inner one; calls of the
/// result go through the new part to the inner one. How each part works can be read in parts.hpp.
///
/// A toolbox lives longer than everything that it has made.
class toolbox {
public:
  virtual ~toolbox() = default;

  /// A time limit for each call that goes through: when it is reached, the inner call is cancelled,
  /// and the error is `asio::error::timed_out`.
  virtual std::unique_ptr<remote> with_timeout(std::unique_ptr<remote> inner) = 0;

  /// Calls the inner one again when it has failed, after a pause, a few times at most; then the
  /// error is the last one. Every error is worth another attempt, but for `operation_aborted`.
  virtual std::unique_ptr<remote> with_retry(std::unique_ptr<remote> inner) = 0;

  /// Counts the calls that go through and how many of them fail, with whatever error, but for
  /// `operation_aborted`: that says nothing about the other side. Opens when too many have failed;
  /// then the error is `asio::error::connection_refused`, at once, until a probe succeeds after the
  /// cooldown.
  virtual std::unique_ptr<remote> with_breaker(std::unique_ptr<remote> inner) = 0;

  /// Lets a few calls through at a time. The others wait in a queue, first come, first served; when
  /// that is full, the error is `asio::error::try_again`, at once.
  virtual std::unique_ptr<remote> with_bulkhead(std::unique_ptr<remote> inner) = 0;
};

/// `dependency` with a timeout, a retry, a breaker and a bulkhead around it, made by `parts`, each
/// of them once.
std::unique_ptr<remote> make_client(toolbox& parts, std::unique_ptr<remote> dependency);
