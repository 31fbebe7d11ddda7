/// \file
/// Private to the text picture: columns of characters, and its charts.
#pragma once

#include "model/cursor.hpp"
#include "model/timeline.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace weir::viz {

/// Characters, not bytes: of UTF-8 those that begin one.
[[nodiscard]] std::size_t width_of(std::string_view text);
/// `text` in exactly `width` columns; cut where it is longer.
[[nodiscard]] std::string fitted(std::string_view text, std::size_t width);

/// The whole run, a line a series, with the cursor below; empty where there is nothing to chart.
[[nodiscard]] std::string charts_as_text(const timeline& line, cursor at, std::size_t width);

} // namespace weir::viz
