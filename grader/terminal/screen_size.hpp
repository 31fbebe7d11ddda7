#pragma once

#include <cstddef>

namespace weir::grader {

/// Columns and lines of the terminal.
struct screen_size {
  std::size_t width{80};
  std::size_t height{24};

  bool operator==(const screen_size&) const = default;
};

} // namespace weir::grader
