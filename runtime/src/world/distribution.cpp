#include "weir/world/distribution.hpp"

#include "checked.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace weir::world {

std::chrono::nanoseconds latency_distribution::draw(random_stream& random) const noexcept {
  double drawn = first_;
  switch (kind_) {
  case kind::constant:
    break;
  case kind::uniform:
    drawn = random.uniform(first_, second_);
    break;
  case kind::exponential:
    drawn = random.exponential(first_);
    break;
  case kind::lognormal:
    drawn = first_ * random.lognormal(0, second_);
    break;
  case kind::bimodal:
    drawn = random.bernoulli(share_) ? second_ : first_;
    break;
  case kind::pareto:
    drawn = random.pareto(first_, second_);
    break;
  }
  return to_duration(drawn);
}

double latency_distribution::mean_seconds() const noexcept {
  const double first = first_ / nanoseconds_per_second;
  const double second = second_ / nanoseconds_per_second;
  switch (kind_) {
  case kind::constant:
  case kind::exponential:
    return first;
  case kind::uniform:
    return (first + second) / 2;
  case kind::lognormal:
    return first * std::exp(second_ * second_ / 2);
  case kind::bimodal:
    return first * (1 - share_) + second * share_;
  case kind::pareto:
    return first * second_ / (second_ - 1);
  }
  return 0;
}

double latency_distribution::squared_variation() const noexcept {
  const double mean = mean_seconds() * nanoseconds_per_second;
  if (mean == 0) {
    return 0;
  }
  switch (kind_) {
  case kind::constant:
    return 0;
  case kind::exponential:
    return 1;
  case kind::uniform:
    return (second_ - first_) * (second_ - first_) / (12 * mean * mean);
  case kind::lognormal:
    return std::exp(second_ * second_) - 1;
  case kind::bimodal:
    return share_ * (1 - share_) * (second_ - first_) * (second_ - first_) / (mean * mean);
  case kind::pareto:
    return second_ > 2 ? 1 / (second_ * (second_ - 2)) : std::numeric_limits<double>::infinity();
  }
  return 0;
}

latency_distribution constant(std::chrono::nanoseconds value) {
  require(value.count() >= 0, "constant latency: must not be negative");
  return {latency_distribution::kind::constant, in_nanoseconds(value)};
}

latency_distribution uniform(std::chrono::nanoseconds low, std::chrono::nanoseconds high) {
  require(low.count() >= 0 && low <= high, "uniform latency: wants 0 <= low <= high");
  return {latency_distribution::kind::uniform, in_nanoseconds(low), in_nanoseconds(high)};
}

latency_distribution exponential(std::chrono::nanoseconds mean) {
  require(mean.count() > 0, "exponential latency: the mean must be above 0");
  return {latency_distribution::kind::exponential, in_nanoseconds(mean)};
}

latency_distribution lognormal(std::chrono::nanoseconds median, double sigma) {
  require(median.count() > 0, "lognormal latency: the median must be above 0");
  require(sigma > 0 && sigma <= 5, "lognormal latency: sigma must be in (0, 5]");
  return {latency_distribution::kind::lognormal, in_nanoseconds(median), sigma};
}

latency_distribution bimodal(const bimodal_shape& shape) {
  require(shape.common.count() >= 0 && shape.rare.count() >= 0,
          "bimodal latency: must not be negative");
  require(shape.rare_share >= 0 && shape.rare_share <= 1,
          "bimodal latency: rare_share must be in [0, 1]");
  return {latency_distribution::kind::bimodal, in_nanoseconds(shape.common),
          in_nanoseconds(shape.rare), shape.rare_share};
}

latency_distribution pareto(std::chrono::nanoseconds minimum, double shape) {
  require(minimum.count() > 0, "pareto latency: the minimum must be above 0");
  require(shape > 1, "pareto latency: the shape must be above 1");
  return {latency_distribution::kind::pareto, in_nanoseconds(minimum), shape};
}

} // namespace weir::world
