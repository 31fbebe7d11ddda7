#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <optional>

namespace asio = boost::asio;

/// Everything here is called on one executor, and that is one thread.
///
/// Errors are thrown as `boost::system::system_error`. What waits can be cancelled, with the type
/// `terminal` (part of what `||` and a deadline send), and then throws
/// `asio::error::operation_aborted`.

/// Where items come from.
class feed {
public:
  virtual ~feed() = default;

  /// Waits for the next item; empty once there are no more, as often as it is called. May be called
  /// while another call waits: each item goes to one of them. Cancelled, it has taken nothing. Does
  /// not fail.
  virtual asio::awaitable<std::optional<int>> next() = 0;
};

/// Where they go.
class service {
public:
  virtual ~service() = default;

  /// Returns when `item` has been dealt with. May be called while other calls run. Throws when it
  /// fails. Cancelled, it tidies up, which may take a while, and throws
  /// `asio::error::operation_aborted`.
  virtual asio::awaitable<void> handle(int item) = 0;
};

/// Has `to` handle everything that comes out of `from`, at most `limit` items at a time, and
/// returns when all of it is done. Throws what `handle` throws. Cancelled, it passes that on and
/// throws `asio::error::operation_aborted`. However it ends, nothing that it called runs any
/// longer.
///
/// `limit` is at least 1. `from` and `to` live until it has ended, and no longer.
asio::awaitable<void> run_pipeline(feed& from, service& to, std::size_t limit);
