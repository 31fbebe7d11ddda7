/// \file
/// What a storm is going to do, drawn before it begins.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace weir::storm {

/// How many ways there are to draw each field. Each is at least 2, so that each draw is a choice of
/// its own in the token, at a place that does not depend on the other draws.
struct plan_shape {
  std::vector<std::size_t> header;  ///< drawn once: capacity, what happens at the end, …
  std::vector<std::size_t> command; ///< drawn for each command: what, with which value, when, …
  std::size_t commands = 8;         ///< how many are drawn; 0 in a first field can mean "none"
};

/// The draws. 0 should stand for the simplest in each field: it is what shrinking leads to.
struct plan {
  std::vector<std::size_t> header;
  std::vector<std::vector<std::size_t>> commands;

  friend bool operator==(const plan&, const plan&) = default;
};

/// Draws all of it, header first, by `weir::pick`: to be called before the scenario starts anything
/// else, so that nothing else is chosen in between.
/// \throws std::invalid_argument when a field has fewer than 2 ways
[[nodiscard]] plan draw_plan(const plan_shape& shape);

} // namespace weir::storm
