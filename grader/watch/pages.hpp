#pragma once

#include "terminal/text.hpp"
#include "watch/state.hpp"

#include <string>

namespace weir::grader::watch {

/// The text in the middle of the screen, before it is wrapped: the verdict's report, or the page
/// that is open.
/// Laid out for the state's width; wrapping it once more does no harm.
std::string page_of(const watch_state& state, const text_style& style);

/// The line that says where the reader stands: "checking", "passed, searching deeper".
std::string status_of(const watch_state& state);

/// What to do next, after a pass; empty otherwise.
std::string offer_of(const watch_state& state);

/// The key line, as much of it as fits `width` columns.
std::string keys_of(const watch_state& state, std::size_t width);

} // namespace weir::grader::watch
