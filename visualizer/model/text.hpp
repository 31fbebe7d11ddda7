#pragma once

#include "model/advice.hpp"
#include "model/cursor.hpp"
#include "model/fold.hpp"
#include "model/timeline.hpp"

#include <cstddef>
#include <span>
#include <string>

namespace weir::viz {

struct text_options {
  std::size_t width = 78;
};

/// The picture at a cursor for a terminal: flow with slots and bins, breaker, charts as sparklines
/// over the whole run with a mark at the cursor, advice. UTF-8, every line ended.
[[nodiscard]] std::string picture_as_text(const timeline& line, folder& state, cursor at,
                                          std::span<const advice> warnings = {},
                                          text_options options = {});

} // namespace weir::viz
