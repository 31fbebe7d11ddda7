#pragma once

#include <weir/world/error.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>

namespace asio = boost::asio;

/// Everything here is called on one executor, and that is one thread.
///
/// Errors are thrown as `boost::system::system_error` or a class derived from it. What waits can be
/// cancelled, with the type `terminal` (`||` sends it, and others along with it), and then throws
/// `asio::error::operation_aborted`.

/// Something that may be done again if it has failed: doing it twice is as good as doing it once.
class operation {
public:
  virtual ~operation() = default;

  /// Does it, and returns the answer. Throws when it fails. These errors are transient, the same
  /// attempt may go well a moment later:
  ///   - `weir::world::error::connection_reset`
  ///   - `weir::world::error::timeout`
  ///   - `weir::world::error::unavailable`
  /// All others are not, `weir::world::error::bad_request` for one.
  ///
  /// Cancelled, it may take a while to end, and throw something else than `operation_aborted`.
  virtual asio::awaitable<int> attempt() = 0;
};

/// Where randomness comes from.
class random_source {
public:
  virtual ~random_source() = default;

  /// Another number each time, evenly from [0, 1).
  virtual double uniform() = 0;
};

/// Where time comes from. How fast it runs is its own business.
class sleeping_clock {
public:
  virtual ~sleeping_clock() = default;

  /// Returns when so much time has passed on this clock.
  virtual asio::awaitable<void> sleep(std::chrono::nanoseconds time) = 0;
};

/// How often, and how far apart.
struct retry_policy {
  /// How many attempts at most, the first included; >= 1. Some thousands are not too many.
  unsigned attempts = 4;
  /// The first pause is shorter than this; > 0, a day at most.
  std::chrono::nanoseconds base = std::chrono::milliseconds(100);
  /// No pause is longer than this; > 0, a day at most.
  std::chrono::nanoseconds cap = std::chrono::seconds(5);
};

/// Attempts `work` until it goes well, and returns the answer. While there are attempts left, a
/// transient error makes it pause and try again: exponential backoff with full jitter, in numbers
///
///     pause before attempt n + 1 = random(0, min(cap, base * 2^(n - 1)))        n = 1, 2, 3, ...
///
/// where `random(0, x)` is x times the next number of `random`, to the microsecond, and the pause
/// is slept on `clock`. (Marc Brooker: "Exponential Backoff And Jitter", AWS Architecture Blog,
/// 2015.)
///
/// Throws the error of the last attempt. Cancelled, it passes that on to the sleep or the attempt,
/// and throws.
///
/// `work`, `random` and `clock` live until it has ended, and no longer.
asio::awaitable<int> retry(operation& work, retry_policy policy, random_source& random,
                           sleeping_clock& clock);
