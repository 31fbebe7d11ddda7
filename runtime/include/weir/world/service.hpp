#pragma once

#include <weir/random.hpp>
#include <weir/world/distribution.hpp>
#include <weir/world/error.hpp>
#include <weir/world/fault.hpp>
#include <weir/world/meter.hpp>
#include <weir/world/rate_limit.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/system/error_code.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace weir::world {

inline constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();

struct service_options {
  /// What traces and messages call it. The random streams are named after it too: two services of
  /// the same name in one run see the same numbers.
  std::string name = "service";
  /// How many calls are served at the same time, >= 1.
  std::size_t capacity = 1;
  /// How many calls may wait for a free server, first come first served. A call that finds the
  /// queue full fails with `error::unavailable`. With `capacity` c and `queue_limit` q this is
  /// the queue G/G/c/(c + q).
  std::size_t queue_limit = unlimited;
  /// How long a server is busy with a call.
  latency_distribution latency = {};
  /// Calls beyond it fail with `error::rate_limited` and a `retry_after`, before they are queued.
  std::optional<rate_limit> limit = {};
  /// The first that strikes decides.
  std::vector<fault> faults = {};
};

struct reply {
  std::uint64_t id = 0;              ///< the request's
  std::chrono::nanoseconds waited{}; ///< in the queue
  std::chrono::nanoseconds served{}; ///< by a server
};

/// How a call that was not cancelled ended.
struct call_result {
  boost::system::error_code error = {}; ///< no error: `answer` counts
  reply answer = {};
  std::optional<std::chrono::nanoseconds> retry_after = {}; ///< with `error::rate_limited`

  explicit operator bool() const noexcept { return !error; }
};

/// Called from inside the service, at the virtual time of the event; empty ones are skipped. They
/// must not destroy the service. What they throw ends the call that they were told of.
struct service_observer {
  std::function<void(const request&)> arrived = {};
  std::function<void(const request&)> started = {};
  /// The error is `operation_aborted` for a call that was cancelled.
  std::function<void(const request&, const boost::system::error_code&)> ended = {};
};

/// Counts and time-weighted means since construction. At any moment
/// offered = completed + failed + rejected + rate_limited + cancelled + queued + in_flight.
struct service_stats {
  std::uint64_t offered = 0;      ///< calls
  std::uint64_t started = 0;      ///< calls that reached a server
  std::uint64_t completed = 0;    ///< answered well
  std::uint64_t failed = 0;       ///< answered with an error by a `fault`
  std::uint64_t rejected = 0;     ///< found the queue full
  std::uint64_t rate_limited = 0; ///< found no token
  std::uint64_t cancelled = 0;    ///< given up by the caller, in the queue or in service
  std::size_t in_flight = 0;      ///< in service now
  std::size_t queued = 0;         ///< waiting now
  std::size_t peak_in_flight = 0;
  std::size_t peak_queued = 0;
  double mean_in_flight = 0;
  double mean_queued = 0;
};

/// A dependency, seen from its caller: so many servers, a queue in front of them, and a plan for
/// what goes wrong. With Poisson arrivals and exponential latency it is the queue M/M/c/K; the
/// tests hold it to the closed forms.
///
/// Every random number is drawn when a call arrives, latency and faults from streams of their own:
/// the n-th call has the same fate whatever the others do, so that runs with different settings can
/// be compared.
///
/// One thread or strand. Calls in progress when the service is destroyed go on to their end.
class service {
public:
  /// Draws from `weir::stream("service " + name)`.
  /// \throws std::invalid_argument for options outside their ranges
  service(boost::asio::any_io_executor executor, service_options options);
  service(boost::asio::any_io_executor executor, service_options options, random_stream random);

  /// One request, one answer. Takes at least one turn of the loop, also when it is refused.
  /// Cancellation (terminal) at any moment frees the server or the place in the queue at once and
  /// throws `system_error` with operation_aborted.
  /// \throws service_error when the service refuses or fails
  [[nodiscard]] boost::asio::awaitable<reply> call(request asked);

  /// The same, refusals and failures as a value. Cancellation still throws.
  [[nodiscard]] boost::asio::awaitable<call_result> try_call(request asked);

  /// Replaces the observer.
  void observe(service_observer observer);

  [[nodiscard]] service_stats stats() const;

  /// Arrival to answer, of the calls answered well.
  [[nodiscard]] const duration_samples& latencies() const noexcept;
  /// Time in the queue, of the calls that reached a server.
  [[nodiscard]] const duration_samples& waits() const noexcept;

  /// \name Little's law: once nobody is inside, the two are equal to the nanosecond
  /// @{
  /// The number of calls inside (queued or in service), integrated over time.
  [[nodiscard]] std::chrono::nanoseconds occupancy() const;
  /// Times spent inside, summed over the calls that have left, however they left.
  [[nodiscard]] std::chrono::nanoseconds time_inside() const noexcept;
  /// @}

private:
  struct impl;
  std::shared_ptr<impl> impl_;
};

} // namespace weir::world
