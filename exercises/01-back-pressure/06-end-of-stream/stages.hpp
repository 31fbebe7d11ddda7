#pragma once

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <optional>

namespace asio = boost::asio;

/// Everything here runs on one executor, and that is one thread: the one that `run_stages` is
/// awaited on.
///
/// Each of the three may throw whatever it likes once it has waited, and is of no use afterwards.
/// Each can be cancelled while it waits, with the type `terminal`, and then throws a
/// `boost::system::system_error` with `asio::error::operation_aborted`. One call at a time of each.

/// Where items come from.
class reader {
public:
  virtual ~reader() = default;

  /// The next item; empty at the end, and then it is not called again. May wait for hours.
  virtual asio::awaitable<std::optional<int>> read() = 0;
};

/// What is done to them.
class transformer {
public:
  virtual ~transformer() = default;

  virtual asio::awaitable<int> transform(int item) = 0;
};

/// Where they go.
class writer {
public:
  virtual ~writer() = default;

  /// Returns when the item has been written.
  virtual asio::awaitable<void> write(int item) = 0;
};

/// Carries every item from `from` through `by` to `to`. The three work at the same time, with a
/// channel of `capacity` items (at least 1) between each two of them.
///
/// Returns when the last item has been written. Throws what a stage throws. Can be cancelled, with
/// the type `terminal`; it then throws a `boost::system::system_error` with
/// `asio::error::operation_aborted`. However it ends, nothing that it has started is left.
asio::awaitable<void> run_stages(reader& from, transformer& by, writer& to, std::size_t capacity);
