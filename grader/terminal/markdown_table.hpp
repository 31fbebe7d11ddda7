#pragma once

#include "terminal/terminal.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace weir::grader {

/// Whether a line belongs to a table: it begins with a bar.
bool is_table_line(std::string_view line);

/// Lays out the lines of one table in columns. Where they don't fit `width`, the widest columns are
/// narrowed and their cells broken into several lines.
std::string render_table(std::span<const std::string> lines, std::size_t width,
                         const terminal_info& terminal);

} // namespace weir::grader
