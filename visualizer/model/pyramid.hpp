#pragma once

#include "model/trace_view.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace weir::viz {

/// What one pixel column shows of a step series. The value that stood when the column began counts,
/// because it was true for a moment of the column.
struct column {
  bool has_value = false;   ///< false before the first point of the series
  std::uint32_t points = 0; ///< points inside the column
  double first = 0;         ///< value at the column's left edge, or its first point
  double min = 0;
  double max = 0;
  double last = 0; ///< value at the column's right edge

  friend bool operator==(const column&, const column&) = default;
};

/// What a query cost: points, buckets and search steps looked at.
struct query_cost {
  std::size_t visited = 0;
};

/// The smallest and the largest of each run of `fan_out` points, of each `fan_out` such runs, and
/// so on. First and last need no storage: they stand in the series. Built in O(points), a third of
/// the values' size; the smallest and largest of any range in O(log points).
class pyramid {
public:
  static constexpr std::size_t fan_out = 4;

  struct extent {
    double min = 0;
    double max = 0;

    friend bool operator==(const extent&, const extent&) = default;
  };

  pyramid() = default;
  /// `values` has to outlive the pyramid and holds no NaN.
  explicit pyramid(std::span<const double> values);

  /// Of the points [from, to), which must not be empty. O(log points).
  [[nodiscard]] extent range(std::size_t from, std::size_t to, query_cost* cost = nullptr) const;

  [[nodiscard]] std::size_t levels() const noexcept { return offsets_.size(); }

private:
  std::span<const double> values_;
  std::vector<extent> buckets_;      ///< all levels, the finest first
  std::vector<std::size_t> offsets_; ///< where each level begins in `buckets_`
};

/// A value over time that changes only at its points. Times never decrease; several points may
/// share one time. Views into a timeline's arrays.
class step_series {
public:
  step_series() = default;
  step_series(std::span<const nanos> times, std::span<const double> values,
              std::span<const std::uint32_t> events);

  [[nodiscard]] bool empty() const noexcept { return times_.empty(); }

  [[nodiscard]] std::size_t size() const noexcept { return times_.size(); }

  [[nodiscard]] std::span<const nanos> times() const noexcept { return times_; }

  [[nodiscard]] std::span<const double> values() const noexcept { return values_; }

  /// Index of the event behind each point.
  [[nodiscard]] std::span<const std::uint32_t> events() const noexcept { return events_; }

  /// The value after the first `event_count` events of the trace, `otherwise` before the first
  /// point. O(log points).
  [[nodiscard]] double at_event(std::size_t event_count, double otherwise = 0) const noexcept;
  /// The value at `t_ns`, points at that very time included. O(log points).
  [[nodiscard]] double at_time(nanos t_ns, double otherwise = 0) const noexcept;

  /// The largest and smallest of all points; zeros for an empty series. O(log points).
  [[nodiscard]] pyramid::extent extent() const;

  /// Time-weighted mean over [from, to); the time before the first point doesn't count. O(points in
  /// the range).
  [[nodiscard]] double mean(time_range range) const noexcept;
  /// Share of the time in [from, to) for which the value was at least `level`. O(points in the
  /// range).
  [[nodiscard]] double share_at_least(double level, time_range range) const noexcept;

  /// Fills `out`: column i covers [from + i w, from + (i+1) w), w = length / columns; the last one
  /// includes the range's end. No zoom loses a maximum, a minimum or the last value. O(columns log
  /// (points in the range)).
  query_cost columns(time_range range, std::span<column> out) const;

private:
  std::span<const nanos> times_;
  std::span<const double> values_;
  std::span<const std::uint32_t> events_;
  pyramid index_;
};

/// Where column `index` of `columns` begins: the one definition that all queries and drawings
/// share.
[[nodiscard]] inline nanos column_start(time_range range, std::size_t index,
                                        std::size_t columns) noexcept {
  const auto length = static_cast<long double>(range.length());
  return range.from_ns + static_cast<nanos>(length * static_cast<long double>(index) /
                                            static_cast<long double>(columns));
}

/// Where the column ends in which `t_ns` lies; the last one reaches past the range's end.
[[nodiscard]] nanos column_end(time_range range, nanos t_ns, std::size_t columns) noexcept;

} // namespace weir::viz
