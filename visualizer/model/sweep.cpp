#include "model/sweep.hpp"

#include <algorithm>
#include <cmath>

namespace weir::viz {

namespace {

little little_of(const headline& figures) {
  if (!figures.mean_in_flight || !figures.mean_latency) {
    return {};
  }
  // The rate of the spans that are measured, not of what the outcomes count.
  const double wait = static_cast<double>(*figures.mean_latency) / 1e9;
  return {*figures.mean_in_flight, figures.latency_ended_per_s, wait};
}

std::optional<std::size_t> most_power(std::span<const sweep_point> points) {
  std::optional<std::size_t> best;
  double most = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const auto& figures = points[i].figures;
    if (figures.mean_latency && *figures.mean_latency > 0) {
      const double power =
          figures.throughput_per_s / (static_cast<double>(*figures.mean_latency) / 1e9);
      if (power > most) {
        most = power;
        best = i;
      }
    }
  }
  return best;
}

std::optional<nanos> service_of(const headline& figures) {
  return figures.mean_service ? figures.mean_service : figures.mean_latency;
}

std::optional<double> concurrency_needed(std::span<const sweep_point> points) {
  constexpr double near = 0.9;
  double rate = 0;
  for (const auto& one : points) {
    rate = std::max(rate, one.figures.throughput_per_s);
  }
  std::optional<double> wait;
  for (const auto& one : points) {
    const auto here = service_of(one.figures);
    if (here && *here > 0 && one.figures.throughput_per_s >= near * rate) {
      const double seconds = static_cast<double>(*here) / 1e9;
      wait = std::min(wait.value_or(seconds), seconds);
    }
  }
  return wait && rate > 0 ? std::optional(rate * *wait) : std::nullopt;
}

} // namespace

std::string_view to_string(knee_method method) noexcept {
  return method == knee_method::kneedle ? "Kneedle" : "Kleinrock's power";
}

std::optional<std::size_t> find_knee(std::span<const double> x, std::span<const double> y) {
  const std::size_t n = std::min(x.size(), y.size());
  if (n < 5) {
    return {};
  }
  // Up to the highest point: what falls after it is congestion, not part of the rise.
  const auto top = static_cast<std::size_t>(std::ranges::max_element(y.first(n)) - y.begin());
  const auto [low, high] = std::ranges::minmax(y.first(n));
  const double width = x[n - 1] - x[0];
  if (width <= 0 || high - low <= 0.05 * std::abs(high)) {
    return {};
  }
  // Both axes from 0 to 1; the knee is where the curve is farthest above the diagonal.
  std::vector<double> above(n);
  for (std::size_t i = 0; i < n; ++i) {
    above[i] = (y[i] - low) / (high - low) - (x[i] - x[0]) / width;
  }
  const auto highest = static_cast<std::size_t>(std::ranges::max_element(above) - above.begin());
  // The paper's threshold with sensitivity 1: a maximum counts once the difference has dropped by
  // the mean step of x below it.
  const double threshold = above[highest] - 1.0 / static_cast<double>(n - 1);
  const bool dropped = std::ranges::any_of(std::span(above).subspan(highest),
                                           [&](double later) { return later < threshold; });
  if (highest == 0 || highest > top || above[highest] < 0.1 || !dropped) {
    return {};
  }
  return highest;
}

sweep_result analyse_sweep(std::vector<sweep_point> points, knee_method method) {
  sweep_result result;
  std::ranges::sort(points, {}, &sweep_point::value);
  result.points = std::move(points);
  result.method = method;
  std::vector<double> x;
  std::vector<double> y;
  for (const auto& one : result.points) {
    x.push_back(one.value);
    y.push_back(one.figures.throughput_per_s);
    result.littles.push_back(little_of(one.figures));
  }
  result.knee = method == knee_method::kneedle ? find_knee(x, y) : most_power(result.points);
  result.little_bound = concurrency_needed(result.points);
  return result;
}

std::vector<double> sweep_values(const knob_info& knob, std::size_t count) {
  std::vector<double> values;
  if (knob.kind == knob_kind::choice) {
    count = knob.choices.size();
  }
  const bool by_ratio = knob.min > 0 && knob.max / knob.min > 100;
  const bool is_whole = knob.kind != knob_kind::real;
  for (std::size_t i = 0; i < count; ++i) {
    const double share = count == 1 ? 0 : static_cast<double>(i) / static_cast<double>(count - 1);
    double value = by_ratio ? knob.min * std::pow(knob.max / knob.min, share)
                            : knob.min + (knob.max - knob.min) * share;
    if (knob.step > 0) {
      value = knob.min + std::round((value - knob.min) / knob.step) * knob.step;
    }
    value = is_whole ? std::round(value) : value;
    value = i + 1 == count && count > 1 ? knob.max : std::clamp(value, knob.min, knob.max);
    if (values.empty() || value > values.back()) {
      values.push_back(value);
    }
  }
  return values;
}

} // namespace weir::viz
