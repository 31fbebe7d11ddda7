#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>

namespace asio = boost::asio;

/// Everything here is called on one executor, and that is one thread.
///
/// Both functions below throw what a call throws. They can be cancelled with the type `terminal`
/// (part of what `||` and a deadline send) and then throw `boost::system::system_error` with
/// `asio::error::operation_aborted`.

/// What a bound is wanted for: a database, another service. Calls may overlap. Others may use it
/// too.
class downstream {
public:
  virtual ~downstream() = default;

  /// One call, of the usual kind. How long it takes depends on what else is going on. Cancelled, it
  /// tidies up, which may take a while, and throws `asio::error::operation_aborted`.
  virtual asio::awaitable<void> call() = 0;
};

/// What was seen while a number of calls was made.
struct measurement {
  double throughput = 0; ///< calls per second, from the begin of the first to the end of the last
  std::chrono::duration<double> latency{}; ///< of a call, on average
};

/// Makes `calls` calls, `in_flight` at a time, and returns when the last one has ended. Both are at
/// least 1.
asio::awaitable<measurement> measure(downstream& to, std::size_t in_flight, std::size_t calls);

/// How many calls at a time are enough to get out of `to` what it can give: its throughput when it
/// is saturated, times the latency of a call that is alone. At least 1, and not more than `pool`,
/// the number of connections that there are.
///
/// It may make up to `calls` calls to find out, a few thousand.
asio::awaitable<std::size_t> find_bound(downstream& to, std::size_t pool, std::size_t calls);
