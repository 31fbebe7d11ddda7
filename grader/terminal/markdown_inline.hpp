#pragma once

#include "terminal/terminal.hpp"

#include <string>
#include <string_view>

namespace weir::grader {

/// Renders emphasis, code, links and escapes of one paragraph. Links to the web keep their address;
/// links into the repository keep their text only.
std::string render_inline(std::string_view text, const painter& paint);

} // namespace weir::grader
