#pragma once

#include <chrono>
#include <cstddef>
#include <memory>

/// What a limit may be, and what it takes for a sign of overload.
struct limit_options {
  std::size_t minimum = 1; ///< at least 1
  std::size_t maximum = 1; ///< at least `minimum`
  std::size_t initial = 1; ///< from `minimum` to `maximum`
  /// An answer that took longer than this is bad news, though it may still be of use to somebody.
  std::chrono::nanoseconds slow{};
};

/// How a call fared, told when it has ended.
struct sample {
  using time_point = std::chrono::steady_clock::time_point;

  time_point sent{};
  time_point ended{};        ///< now; does not go backwards from sample to sample
  std::size_t in_flight = 1; ///< calls in flight when it was sent, itself included
  bool failed = false;       ///< refused or timed out by the other side

  [[nodiscard]] std::chrono::nanoseconds took() const { return ended - sent; }
};

/// A limit on calls in flight that looks for the right value itself. Whoever calls asks it before
/// each call, sends if fewer than `limit()` are in flight, and tells it of every call that has
/// ended. When the limit falls, nothing is cancelled: what is in flight stays until it ends.
///
/// It waits for nothing, starts nothing and asks no clock: what time it is stands in the samples.
/// One thread.
class adaptive_limit {
public:
  virtual ~adaptive_limit() = default;

  /// How many calls may be in flight now.
  [[nodiscard]] virtual std::size_t limit() const = 0;

  /// A call has ended. O(1).
  virtual void ended(const sample& how) = 0;
};

std::unique_ptr<adaptive_limit> make_adaptive_limit(const limit_options& options);
