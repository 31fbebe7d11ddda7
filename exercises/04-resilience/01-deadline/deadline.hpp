#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>

namespace asio = boost::asio;

/// Everything here is called on one executor, and that is one thread.
///
/// What waits can be cancelled, with the type `terminal`; `||` sends it, and others along with it.

/// A company that runs charge points, at the far end of a network.
class charge_network {
public:
  virtual ~charge_network() = default;

  /// Reserves a charge point and returns its number. From then on nobody else can use the point,
  /// until it is released. Throws when it fails; what it throws says why. It may also never answer.
  ///
  /// Cancelled, it withdraws the request, which may take a while, and then throws. Or it returns
  /// the number of a point after all: the reservation was faster than its withdrawal, and counts.
  virtual asio::awaitable<int> reserve() = 0;

  /// Gives a reserved point back. Never waits and never fails.
  virtual void release(int point) = 0;
};

/// Reserves a charge point, and gives up when that takes longer than `limit`, which is > 0.
///
/// Returns the number of the point; it is then the caller's to release. Throws
///   - what `reserve` throws within the limit;
///   - `boost::system::system_error` with `asio::error::timed_out` when the limit has passed;
///   - the same with `asio::error::operation_aborted` when the caller is cancelled.
/// However it ends, nothing that it started runs any longer, and whoever got an exception has no
/// point.
///
/// Several calls may run at the same time. `network` lives until all of them have ended, and no
/// longer.
asio::awaitable<int> reserve_within(charge_network& network, std::chrono::nanoseconds limit);
