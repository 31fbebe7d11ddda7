#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <memory>

namespace asio = boost::asio;

/// Everything here is called on one executor, and that is one thread.
///
/// What waits can be cancelled, with the type `terminal` (`||` and a deadline send it, and others
/// along with it).

/// The line to a heat meter: a modem, and a socket behind it. Requests go out and answers come
/// back in the same order; nothing in an answer says to which request it belongs.
///
/// One operation at a time. Each may fail, as soon as it is called or later; what it throws says
/// why. Cancelled, an operation may take a while to end, and then throws, not always
/// `asio::error::operation_aborted`. Or it comes to a good end after all, because it was faster.
class wire {
public:
  virtual ~wire() = default;

  /// Connects. A connection that is there already is dropped, and with it whatever is on its way.
  virtual asio::awaitable<void> connect() = 0;

  /// Sends a request. If it fails or is cancelled, the meter may have got the request all the same.
  virtual asio::awaitable<void> send(int request) = 0;

  /// The next answer that the meter sends on this connection.
  virtual asio::awaitable<int> receive() = 0;

  /// Cancels the operation that is under way. When none is, does nothing.
  virtual void cancel() = 0;

  /// Drops the connection, and whatever is on its way. Never waits. Not while an operation is
  /// under way; allowed when nothing is connected.
  virtual void close() = 0;
};

/// A meter that can be asked by several callers at a time.
///
/// Lifetime: nobody is inside when the meter is destroyed.
class meter {
public:
  virtual ~meter() = default;

  /// Asks the meter and returns its answer. Waits in line for the wire; connects, if there is no
  /// connection, and tries again until there is one; sends the request, and receives the answer. A
  /// call begins when it is awaited, and not before.
  ///
  /// Throws what `send` or `receive` throws. Can be cancelled at any time, and then throws
  /// `boost::system::system_error` with `asio::error::operation_aborted`. Who calls it has left
  /// `throw_if_cancelled` as it is.
  virtual asio::awaitable<int> ask(int request) = 0;
};

/// A meter behind `line`, which nobody else uses, is not yet connected, and outlives the meter.
/// \param pause from an attempt to connect that has failed to the next; > 0
std::unique_ptr<meter> make_meter(asio::any_io_executor executor, wire& line,
                                  std::chrono::nanoseconds pause);
