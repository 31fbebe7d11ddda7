#pragma once

#include "panels/time_plot.hpp"

#include <string>
#include <string_view>

/// What the tracks have in common.
namespace weir::viz {

[[nodiscard]] std::string duration_text(double ns);
/// The round number at or above `value` that ends an axis; of bytes a round number of KiB or MiB,
/// of percent never more than 100 without need.
[[nodiscard]] double scale_top(double value, std::string_view unit);
/// "12 items", "50%", "60/s", "1.5 KiB".
[[nodiscard]] std::string with_unit(double value, std::string_view unit);
/// Where a value stands in a plot from `low` to `high`; held within it.
[[nodiscard]] float y_of(const box& area, double low, double high, double value);
/// Name, the value at the cursor and a line of small print, in the gutter. The name keeps clear of
/// `beside_name`, what else stands at the right of its line.
void draw_gutter(const ui& with, ImDrawList& to, const box& area, std::string_view name,
                 std::string_view value, std::string_view small, ImU32 colour,
                 float beside_name = 0);
/// The scale's top, in the plot's upper left corner on a ground of its own.
void draw_top_label(const ui& with, ImDrawList& to, const box& plot, std::string_view text);
/// The same in the lower left corner, for a scale that does not begin at 0.
void draw_bottom_label(const ui& with, ImDrawList& to, const box& plot, std::string_view text);

} // namespace weir::viz
