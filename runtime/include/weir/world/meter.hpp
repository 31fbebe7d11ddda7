#pragma once

#include <chrono>
#include <cstddef>
#include <span>
#include <vector>

/// How the models measure themselves. Times are the steady clock's, which is virtual inside a run.
namespace weir::world {

/// A level that rises and falls (a queue's depth, calls in flight), with its peak and its exact
/// time-weighted mean. One thread at a time.
class level_meter {
public:
  /// Starts at level 0, now.
  level_meter();

  void rise() { move_to(level_ + 1); }

  /// The level must be above 0.
  void fall() { move_to(level_ - 1); }

  [[nodiscard]] std::size_t level() const noexcept { return level_; }

  [[nodiscard]] std::size_t peak() const noexcept { return peak_; }

  /// The level integrated over time: the sum, over everything that was ever counted, of the time
  /// that it was. Exact up to 292 years.
  [[nodiscard]] std::chrono::nanoseconds integral() const;

  /// The integral over the time since construction; 0 when no time has passed.
  [[nodiscard]] double mean() const;

private:
  void move_to(std::size_t level);

  std::chrono::steady_clock::time_point since_;
  std::chrono::steady_clock::time_point changed_;
  std::chrono::nanoseconds integral_{};
  std::size_t level_ = 0;
  std::size_t peak_ = 0;
};

/// Every duration of a kind, kept. 8 bytes a sample.
class duration_samples {
public:
  void add(std::chrono::nanoseconds sample) {
    values_.push_back(sample);
    total_ += sample;
  }

  [[nodiscard]] std::size_t size() const noexcept { return values_.size(); }

  [[nodiscard]] std::chrono::nanoseconds total() const noexcept { return total_; }

  /// In seconds; 0 without samples.
  [[nodiscard]] double mean_seconds() const noexcept;

  /// The smallest sample that at least `share` of all samples do not exceed (nearest rank): 0.5 is
  /// the median, 0.99 is p99, 1 the maximum. 0 without samples. O(n), on a copy.
  [[nodiscard]] std::chrono::nanoseconds percentile(double share) const;

  /// In the order in which they came.
  [[nodiscard]] std::span<const std::chrono::nanoseconds> values() const noexcept {
    return values_;
  }

private:
  std::vector<std::chrono::nanoseconds> values_;
  std::chrono::nanoseconds total_{};
};

} // namespace weir::world
