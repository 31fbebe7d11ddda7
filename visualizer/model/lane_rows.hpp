/// \file
/// Private to the timeline: the bars of the lanes, row by row, and a quick way to those in view.
#pragma once

#include "model/timeline.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace weir::viz {

/// Gives every span its lane and level; returns how many levels each lane has. O(spans log lanes).
[[nodiscard]] std::vector<std::uint8_t> place_spans(std::span<span_bar> spans);

/// A lane has a row for each level of its spans. Within a row the bars stand in the order of their
/// begin; only in the deepest row can they overlap. Over each row lies a pyramid: the end and the
/// outcomes of every 4 bars, of every 16, and so on, so that a view of many bars costs what its
/// columns cost and still misses none of them.
class lane_rows {
public:
  lane_rows() = default;
  /// Gives every span its lane and level, and lists the bars of each row. O(spans log lanes).
  explicit lane_rows(std::span<span_bar> spans);

  [[nodiscard]] std::uint32_t lanes() const noexcept {
    return static_cast<std::uint32_t>(first_row_.size() - 1);
  }

  /// Rows of all lanes before this one; of `lanes()`: all there are.
  [[nodiscard]] std::uint32_t rows_before(std::uint32_t lane) const noexcept {
    return first_row_[lane];
  }

  /// The source that the most of a lane's time in its first row goes to.
  [[nodiscard]] trace::source_id main_source(std::uint32_t lane) const noexcept {
    return main_sources_[lane];
  }

  /// Indices into the spans, by begin.
  [[nodiscard]] std::span<const std::uint32_t> row(std::uint32_t row) const noexcept {
    return std::span(bars_).subspan(offsets_[row], offsets_[row + std::size_t{1}] - offsets_[row]);
  }

  /// See timeline::lane_bars.
  query_cost draw(std::span<const span_bar> spans, std::uint32_t row, time_range range,
                  std::size_t columns, std::vector<drawn_bar>& out) const;

  [[nodiscard]] std::size_t bytes() const noexcept;

private:
  friend class row_walk;

  /// What several bars amount to; where they begin is where the first one does.
  struct summary {
    nanos end_ns = 0; ///< of the one that ends last
    outcome_set outcomes = {};
  };

  static constexpr std::size_t fan_out = 4;

  void summarize(std::span<const span_bar> spans);
  void name_lanes(std::span<const span_bar> spans);

  std::vector<std::uint32_t> first_row_{0};    ///< by lane, and one more
  std::vector<trace::source_id> main_sources_; ///< by lane
  std::vector<std::uint32_t> bars_;            ///< row after row
  std::vector<std::size_t> offsets_{0};        ///< where each row begins in `bars_`, and one more
  std::vector<summary> summaries_;             ///< row after row, in each the finest level first
  std::vector<std::size_t> summary_offsets_;   ///< where those of each row begin
};

} // namespace weir::viz
