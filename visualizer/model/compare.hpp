#pragma once

#include "model/figures.hpp"

#include <string>
#include <vector>

namespace weir::viz {

enum class verdict : std::uint8_t { same, better, worse, different };

struct comparison_row {
  std::string name = {}; ///< "throughput"
  std::string left = {}; ///< "212 /s", "–" where that run has none
  std::string right = {};
  std::string difference = {}; ///< "+12 %", "−3", empty where there is nothing to compare
  verdict right_is = verdict::same;
};

struct comparison {
  time_range axis = {}; ///< holds both runs
  bool same_seed = true;
  std::vector<std::string> other_knobs = {}; ///< "capacity: 64 | 16", those that differ
  std::vector<comparison_row> rows = {};
};

/// Two runs on one axis. Differences below 1 % count as the same.
[[nodiscard]] comparison compare(const timeline& left, const timeline& right);

} // namespace weir::viz
