#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <vector>

namespace asio = boost::asio;

/// Everything here is called on one executor, and that is one thread.
///
/// Errors are thrown as `boost::system::system_error`. What waits can be cancelled, with the type
/// `terminal` (`||` sends it, and others along with it), and then throws
/// `asio::error::operation_aborted`.

using time_point = std::chrono::steady_clock::time_point;

/// Something that others run, and that may be slow.
class dependency {
public:
  virtual ~dependency() = default;

  /// Asks, and waits for the answer. Throws when it fails. Cancelled, it tidies up, which may take
  /// a while, and throws `asio::error::operation_aborted`.
  virtual asio::awaitable<int> call(int request) = 0;
};

/// What is granted to one dependency.
struct compartment {
  dependency* to = nullptr;      ///< lives longer than the bulkheads
  std::size_t max_in_flight = 1; ///< calls that it is asked to serve at a time, >= 1
  std::size_t max_queued = 0;    ///< calls that may wait for one of these places, >= 0
};

/// Walls between dependencies: each has a number of places of its own, and a queue in front of
/// them.
class bulkheads {
public:
  virtual ~bulkheads() = default;

  /// Has dependency number `which` serve `request`, and returns its answer or throws its error.
  /// Waits if all places of that dependency are taken.
  ///
  /// Throws `asio::error::try_again` when its queue is full, and `asio::error::timed_out` when the
  /// call could not be started before `start_by`; in both cases the dependency is not asked. Once
  /// it has been started, `start_by` no longer matters.
  ///
  /// Cancelled while it waits, it does not ask the dependency; later, it passes the cancellation
  /// on.
  virtual asio::awaitable<int> call(std::size_t which, int request, time_point start_by) = 0;

  /// Calls that dependency number `which` is serving.
  [[nodiscard]] virtual std::size_t in_flight(std::size_t which) const = 0;

  /// Calls that wait for it.
  [[nodiscard]] virtual std::size_t queued(std::size_t which) const = 0;
};

/// Nobody is inside when the bulkheads are destroyed.
std::unique_ptr<bulkheads> make_bulkheads(asio::any_io_executor executor,
                                          std::vector<compartment> compartments);
