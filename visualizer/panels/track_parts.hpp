#pragma once

#include "panels/time_plot.hpp"

#include <string>
#include <string_view>

/// What the tracks have in common.
namespace weir::viz {

[[nodiscard]] std::string duration_text(double ns);
/// The round number at or above `value` that ends an axis; of bytes a round number of KiB or MiB.
[[nodiscard]] double scale_top(double value, std::string_view unit);
/// "12 items", "50%", "60/s", "1.5 KiB".
[[nodiscard]] std::string with_unit(double value, std::string_view unit);
/// Where a value stands in a plot from `low` to `high`; held within it.
[[nodiscard]] float y_of(const box& area, double low, double high, double value);
/// Name, the value at the cursor and a line of small print, in the gutter.
void draw_gutter(const ui& with, ImDrawList& to, const box& area, std::string_view name,
                 std::string_view value, std::string_view small, ImU32 colour);
/// The scale's top, in the plot's upper left corner on a ground of its own.
void draw_top_label(const ui& with, ImDrawList& to, const box& plot, std::string_view text);

} // namespace weir::viz
