#pragma once

#include <weir/random.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

namespace weir::world {

/// How often something happens.
struct rate {
  double per_second = 0; ///< > 0
};

/// On and off in turn, beginning with on.
struct burst_shape {
  rate during = {};               ///< rate while it is on
  std::chrono::nanoseconds on{};  ///< > 0
  std::chrono::nanoseconds off{}; ///< >= 0
};

/// When things arrive, as offsets from a start. A value and a state machine: each `next` moves it
/// on. Made by the functions below, which throw `std::invalid_argument` outside the stated ranges.
class arrival_process {
public:
  /// Nothing ever arrives.
  arrival_process() = default;

  /// The offset of the next arrival, not before the one before it; empty when there are no more.
  /// Nothing arrives later than 10,000 days after the start.
  [[nodiscard]] std::optional<std::chrono::nanoseconds> next(random_stream& random);

private:
  enum class kind : std::uint8_t { evenly, poisson, bursts, recorded };

  arrival_process(kind what, rate mean);

  friend arrival_process evenly(rate);
  friend arrival_process poisson(rate);
  friend arrival_process bursts(const burst_shape&);
  friend arrival_process recorded(std::vector<std::chrono::nanoseconds>);

  kind kind_ = kind::recorded;
  double gap_ = 0; ///< mean time between arrivals in nanoseconds
  double on_ = 0;
  double off_ = 0;
  double elapsed_ = 0; ///< nanoseconds; for bursts, of the time that it was on
  std::uint64_t count_ = 0;
  std::vector<std::chrono::nanoseconds> times_;
};

/// At a constant rate: the n-th arrives after n / rate, without drift.
[[nodiscard]] arrival_process evenly(rate mean);

/// Independent of each other: exponential gaps.
[[nodiscard]] arrival_process poisson(rate mean);

/// Poisson while it is on, nothing while it is off (an interrupted Poisson process with fixed
/// periods). The mean rate is during * on / (on + off).
[[nodiscard]] arrival_process bursts(const burst_shape& shape);

/// At exactly these offsets, which must be ascending and not negative.
[[nodiscard]] arrival_process recorded(std::vector<std::chrono::nanoseconds> offsets);

} // namespace weir::world
