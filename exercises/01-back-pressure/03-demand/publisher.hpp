#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/system/error_code.hpp>

#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

namespace asio = boost::asio;

/// Everything here is called on one executor, and that is one thread.

/// A demand of this much means "as many as there are" (rule 3.17).
inline constexpr std::int64_t unbounded = std::numeric_limits<std::int64_t>::max();

/// A subscriber's handle on its stream. Both members may be called at any time, also from inside a
/// signal. They never wait.
class subscription {
public:
  virtual ~subscription() = default;

  /// Asks for `n` records more. Demand adds up; a sum beyond `unbounded` is `unbounded`. With n <=
  /// 0 the next signal is `on_error` with `asio::error::invalid_argument`.
  virtual void request(std::int64_t n) = 0;

  /// Ends the stream. Once it has returned, no signal begins and no page is asked for. A page that
  /// is being fetched may be abandoned or ignored.
  virtual void cancel() = 0;
};

/// The receiving side. Each member is a signal; none throws.
class subscriber {
public:
  virtual ~subscriber() = default;

  /// The first signal. The subscriber keeps `handle` until the stream has ended (by a terminal
  /// signal or by `cancel`) and no page is being fetched.
  virtual void on_subscribe(std::shared_ptr<subscription> handle) = 0;
  /// One record, in the order of the archive.
  virtual void on_next(int record) = 0;
  /// The stream has failed: the archive did, or the subscriber asked for n <= 0.
  virtual void on_error(boost::system::error_code why) = 0;
  /// There are no more records.
  virtual void on_complete() = 0;
};

/// Where the records are.
class archive {
public:
  virtual ~archive() = default;

  /// The next page: one record or more, in order; empty once there are no more. Takes a round trip,
  /// or no time at all when the page is in its cache. One call at a time. Throws
  /// `boost::system::system_error` when it fails, with `asio::error::operation_aborted` when it is
  /// cancelled (type `terminal`).
  virtual asio::awaitable<std::vector<int>> next_page() = 0;
};

/// Starts a stream of the records in `from`: signals `on_subscribe` before it returns, and waits
/// for demand. A page is fetched when there is demand and nothing left of the page before.
///
/// `to` and `from` live until the stream has ended, and `from` until no page is being fetched.
void subscribe(asio::any_io_executor executor, archive& from, subscriber& to);
