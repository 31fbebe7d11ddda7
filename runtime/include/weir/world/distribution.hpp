#pragma once

#include <weir/random.hpp>

#include <chrono>
#include <cstdint>

namespace weir::world {

/// A random duration: how long a service takes to answer, how long a consumer needs for an item.
/// A small value; made by the functions below, which throw `std::invalid_argument` for parameters
/// outside the stated range. Results are whole nanoseconds, never negative, at most 10,000 days.
class latency_distribution {
public:
  /// Always zero.
  latency_distribution() = default;

  /// Draws from `random`. How many numbers it takes depends on the kind alone, except for
  /// `lognormal`.
  [[nodiscard]] std::chrono::nanoseconds draw(random_stream& random) const noexcept;

  /// The expected value in seconds.
  [[nodiscard]] double mean_seconds() const noexcept;

  /// The squared coefficient of variation, variance / mean^2: 0 for a constant, 1 for an
  /// exponential, infinite for a Pareto with shape <= 2. It is what queueing formulas ask for.
  [[nodiscard]] double squared_variation() const noexcept;

private:
  enum class kind : std::uint8_t { constant, uniform, exponential, lognormal, bimodal, pareto };

  latency_distribution(kind what, double first, double second = 0, double share = 0) noexcept
      : kind_(what), first_(first), second_(second), share_(share) {}

  friend latency_distribution constant(std::chrono::nanoseconds);
  friend latency_distribution uniform(std::chrono::nanoseconds, std::chrono::nanoseconds);
  friend latency_distribution exponential(std::chrono::nanoseconds);
  friend latency_distribution lognormal(std::chrono::nanoseconds, double);
  friend latency_distribution bimodal(const struct bimodal_shape&);
  friend latency_distribution pareto(std::chrono::nanoseconds, double);

  kind kind_ = kind::constant;
  double first_ = 0; ///< nanoseconds; what it means depends on the kind
  double second_ = 0;
  double share_ = 0;
};

/// Always `value` >= 0.
[[nodiscard]] latency_distribution constant(std::chrono::nanoseconds value);

/// Evenly spread over [low, high), 0 <= low <= high.
[[nodiscard]] latency_distribution uniform(std::chrono::nanoseconds low,
                                           std::chrono::nanoseconds high);

/// Memoryless, mean > 0: the service time of the M/M/... queues.
[[nodiscard]] latency_distribution exponential(std::chrono::nanoseconds mean);

/// The usual shape of measured latencies: half of the draws lie below `median` > 0, and one in a
/// thousand above median * exp(3.09 sigma). 0 < sigma <= 5; about 0.5 for a healthy service,
/// above 1 for a bad tail.
[[nodiscard]] latency_distribution lognormal(std::chrono::nanoseconds median, double sigma);

/// A cache that mostly hits: `common`, but `rare` for `rare_share` of the draws.
struct bimodal_shape {
  std::chrono::nanoseconds common{}; ///< >= 0
  std::chrono::nanoseconds rare{};   ///< >= 0
  double rare_share = 0;             ///< in [0, 1]
};

[[nodiscard]] latency_distribution bimodal(const bimodal_shape& shape);

/// A power-law tail: P(X > x) = (minimum / x)^shape, minimum > 0, shape > 1 (the mean is infinite
/// below). With a shape of 2 or less the variance is infinite.
[[nodiscard]] latency_distribution pareto(std::chrono::nanoseconds minimum, double shape);

} // namespace weir::world
