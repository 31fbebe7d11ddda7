#pragma once

#include "terminal/text.hpp"
#include "watch/state.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace weir::grader::watch {

/// The whole screen for a state: exactly `state.size.height` lines of at most `state.size.width`
/// columns, without newlines. Any size will do; what does not fit goes in this order: rules, the
/// file's path, the key line, the report.
std::vector<std::string> render(const watch_state& state, const text_style& style);

/// Lines that the view has between header and footer.
std::size_t body_height(const watch_state& state);

/// The largest useful `state.scroll`: 0 when the view fits.
std::size_t scroll_limit(const watch_state& state);

} // namespace weir::grader::watch
