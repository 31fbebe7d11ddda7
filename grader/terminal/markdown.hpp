#pragma once

#include "terminal/terminal.hpp"

#include <string>
#include <string_view>

namespace weir::grader {

/// Renders the Markdown that Weir's own texts use for a terminal: headings, paragraphs, lists,
/// quotes, fenced code, tables, emphasis, code, links. HTML comments are dropped; what is not
/// understood is shown as it is. Lines keep to `terminal.width`, but for fenced code, which is
/// never broken, and at most 100 columns are used, since longer lines are hard to read.
/// Without colour, headings are underlined and code keeps its back-ticks.
std::string render_markdown(std::string_view text, const terminal_info& terminal);

} // namespace weir::grader
