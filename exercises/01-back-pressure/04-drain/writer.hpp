#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace asio = boost::asio;

/// Everything here is called on one executor, and that is one thread.
///
/// Errors are thrown as `boost::system::system_error`. What waits can be cancelled, with the type
/// `terminal` (part of what `||` and a deadline send), and then throws
/// `asio::error::operation_aborted`.

/// A connection to a terminal.
class transport {
public:
  virtual ~transport() = default;

  /// Returns when the other side has taken `message`. One call at a time, and the characters stay
  /// where they are until it has returned. Throws when the connection has failed; it is of no use
  /// then.
  virtual asio::awaitable<void> send(std::string_view message) = 0;
};

/// In bytes, low <= high.
struct watermarks {
  std::size_t low;  ///< a paused writer resumes at or below
  std::size_t high; ///< the writer pauses above
};

/// A buffer in front of a transport, for writers that can't wait in the middle of a line.
///
/// It has paused as soon as more than `high` bytes are buffered, and resumes as soon as no more
/// than `low` are. It is destroyed when nobody is inside and nothing is being sent: after `close`,
/// or after a failure.
class paced_writer {
public:
  virtual ~paced_writer() = default;

  /// Takes `message` and never waits. Throws `asio::error::broken_pipe` once `close` has been
  /// called, and the transport's error once that has failed.
  virtual void write(std::string message) = 0;

  /// Returns when the writer is not paused. Throws the transport's error when that has failed.
  virtual asio::awaitable<void> drain() = 0;

  /// No more writes. Returns when everything has been sent; throws the transport's error when it
  /// can't be. May be called again, also while another call waits. Cancelled, it gives up waiting,
  /// no more.
  virtual asio::awaitable<void> close() = 0;

  /// Bytes taken by `write` and not yet by the other side: of the messages that wait and of the one
  /// being sent. 0 after a failure.
  [[nodiscard]] virtual std::size_t buffered() const = 0;
};

/// An open writer. `to` outlives it.
std::unique_ptr<paced_writer> make_paced_writer(asio::any_io_executor executor, transport& to,
                                                watermarks marks);

/// Where messages come from.
class feed {
public:
  virtual ~feed() = default;

  /// The next message; empty once there are no more. Does not fail.
  virtual asio::awaitable<std::optional<std::string>> next() = 0;
};

/// Writes everything that comes out of `from`, then closes `to`. Throws what `to` throws.
/// Cancelled, it gives up and leaves `to` open. `to` is not paused when it is handed over.
asio::awaitable<void> forward(feed& from, paced_writer& to);
