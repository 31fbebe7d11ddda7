#pragma once

#include "model/figures.hpp"

#include <weir/knob.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace weir::viz {

/// One run of a sweep.
struct sweep_point {
  double value = 0; ///< of the knob
  headline figures = {};
  /// In the order of the scene's goals; empty ones could not be judged.
  std::vector<std::optional<bool>> goals_met = {};
};

/// L = lambda W (Little 1961) for one run: mean number in the system, rate of arrival, mean time in
/// it.
struct little {
  double in_flight = 0; ///< L, measured from the spans that were open
  double rate = 0;      ///< lambda, per second
  double wait_s = 0;    ///< W

  [[nodiscard]] double predicted() const noexcept { return rate * wait_s; }

  /// (L - lambda W) / L; 0 where L is 0. Ends of the run keep it from being exactly 0.
  [[nodiscard]] double deviation() const noexcept {
    return in_flight == 0 ? 0 : (in_flight - predicted()) / in_flight;
  }
};

enum class knee_method : std::uint8_t {
  /// Satopaa, Albrecht, Irwin, Raghavan: "Finding a 'Kneedle' in a Haystack", ICDCSW 2011; offline,
  /// sensitivity 1, on throughput against the knob.
  kneedle,
  /// Kleinrock: "Power and deterministic rules of thumb for probabilistic problems in computer
  /// communications", ICC 1979: the largest throughput ÷ latency.
  power,
};
[[nodiscard]] std::string_view to_string(knee_method method) noexcept;

struct sweep_result {
  std::vector<sweep_point> points = {}; ///< by value, ascending
  std::vector<little> littles = {};     ///< of each point; all zero where it has no spans
  std::optional<std::size_t> knee = {}; ///< index of the point; empty where the curve has none
  knee_method method = knee_method::kneedle;
  /// Little's law applied: the concurrency that the best throughput needs, L = lambda_max * W. W is
  /// the shortest that the work itself took (headline::mean_service) among the points which come
  /// near to that throughput. Empty without spans.
  std::optional<double> little_bound = {};
};

/// Sorts by value and analyses. O(points log points).
[[nodiscard]] sweep_result analyse_sweep(std::vector<sweep_point> points,
                                         knee_method method = knee_method::kneedle);

/// Index of the knee of a rising, concave curve; empty for one that has none: fewer than five
/// points, flat, straight, or falling.
[[nodiscard]] std::optional<std::size_t> find_knee(std::span<const double> x,
                                                   std::span<const double> y);

/// `count` values for a knob: both ends of its range, evenly between them (by ratio where the range
/// spans more than two decades and does not begin at 0), on the knob's steps, whole where the knob
/// is whole; distinct, so that a coarse knob has fewer.
[[nodiscard]] std::vector<double> sweep_values(const knob_info& knob, std::size_t count);

} // namespace weir::viz
