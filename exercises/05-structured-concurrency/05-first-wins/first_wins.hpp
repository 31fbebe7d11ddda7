#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <exception>
#include <span>
#include <stdexcept>
#include <utility>
#include <vector>

namespace asio = boost::asio;

/// Everything here is called on one executor, and that is one thread.
///
/// What waits can be cancelled, with the type `terminal`; `||` sends it, and others along with it.
/// What a replica does never ends before it has waited, be it for no time.

class replica;

/// A seat at a replica. Whoever has it keeps somebody else from having it, until it is given back.
struct lease {
  replica* from = nullptr; ///< who granted it, and gets it back
  int number = 0;          ///< no two leases have the same

  bool operator==(const lease&) const = default;
};

/// One of several archives with the same pictures.
class replica {
public:
  virtual ~replica() = default;

  /// Asks for a seat. Throws when it fails, and calling it may throw as well, at once. What it
  /// throws says why, and need not be a `std::exception`. It may also never answer.
  ///
  /// Cancelled, it withdraws the request, which may take a while, and then throws. Or it returns a
  /// lease after all: the archive was faster than the withdrawal, and the seat is taken.
  virtual asio::awaitable<lease> open() = 0;

  /// Gives a lease back that `open` of this replica has returned. Never fails, and takes however
  /// long it takes.
  ///
  /// Cancelled, it gives up: the seat stays taken.
  virtual asio::awaitable<void> give_back(lease what) = 0;
};

/// Thrown when no replica has granted a lease.
class all_failed : public std::runtime_error {
public:
  explicit all_failed(std::vector<std::exception_ptr> errors)
      : std::runtime_error("no replica has granted a lease"), errors_(std::move(errors)) {}

  /// What each replica has thrown, in the order of the replicas.
  [[nodiscard]] const std::vector<std::exception_ptr>& errors() const noexcept { return errors_; }

private:
  std::vector<std::exception_ptr> errors_;
};

/// Asks all replicas at once, and returns the first lease that one of them grants; it is then the
/// caller's. Of the others nothing is left: they are cancelled, and what they grant all the same is
/// given back.
///
/// Throws
///   - `all_failed` when all have failed, or when there is none;
///   - `boost::system::system_error` with `asio::error::operation_aborted` when the caller is
///     cancelled.
/// However it ends, nothing that it started runs any longer, and whoever got an exception has no
/// lease.
///
/// Several calls may run at the same time. The array and the replicas, no two of which are the
/// same, live until it has ended, and no longer. There may be none, and there may be thousands.
asio::awaitable<lease> acquire(std::span<replica* const> replicas);
