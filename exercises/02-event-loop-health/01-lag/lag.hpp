#pragma once

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <cstddef>
#include <memory>

namespace asio = boost::asio;

/// What is measured, and when that is bad. `tick` is a millisecond at least, `window` a whole
/// number of ticks, of which there are 100,000 at most, and `bad` is not negative.
struct lag_options {
  /// So often something is due.
  std::chrono::nanoseconds tick = std::chrono::milliseconds(20);

  /// So much time is looked at as one.
  std::chrono::nanoseconds window = std::chrono::seconds(10);

  /// A window is bad when its p99 is above this. `nanoseconds::max()`: none ever is.
  std::chrono::nanoseconds bad = std::chrono::milliseconds(100);
};

/// What is known of a window when all that was due in it has come.
struct lag_window {
  /// When it began. It has the ticks that were due after this, up to and including its end.
  std::chrono::steady_clock::time_point begin;

  /// How many that are; never 0.
  std::size_t ticks = 0;

  /// The smallest lateness that 99 % of them, or more, did not exceed (nearest rank). Exact, or off
  /// by less than a millisecond or 1 %, whichever is more.
  std::chrono::nanoseconds p99{};

  /// The greatest lateness. Exact.
  std::chrono::nanoseconds worst{};
};

/// Where it goes. Called on the loop. What is called may `start` and `stop` the very probe that
/// calls it; it does not destroy the probe, and it does not throw.
class lag_log {
public:
  virtual ~lag_log() = default;

  /// For the dashboard: every window.
  virtual void window(const lag_window& seen) = 0;

  /// For a person: a window that is bad, right after `window` was told of it.
  virtual void warn(const lag_window& seen) = 0;
};

/// Measures how late an event loop is. The clock is `std::chrono::steady_clock`.
///
/// Thread: used on the loop, which one thread runs.
///
/// Memory: what it needs depends on `window` and `tick`, and not on how long it runs.
class lag_probe {
public:
  /// It stops, and the log hears nothing any more. Nothing that it has started on the loop outlives
  /// this instant.
  virtual ~lag_probe() = default;

  /// From now on something is due every `tick`, for the first time a tick from now. Does nothing
  /// when it runs.
  virtual void start() = 0;

  /// Nothing is due any more. What was due by now and has not come, counts as it comes now; the log
  /// is told inside this call. Does nothing when it does not run.
  virtual void stop() = 0;
};

/// A probe that does not run yet. The log outlives it.
std::unique_ptr<lag_probe> make_lag_probe(asio::any_io_executor loop, lag_log& log,
                                          const lag_options& options);
