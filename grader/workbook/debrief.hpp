#pragma once

#include "workbook/exercise.hpp"

#include <filesystem>
#include <string>

namespace weir::grader {

/// What to read after a pass: `debrief.md` beside the brief. It may not exist.
std::filesystem::path debrief_file(const std::filesystem::path& root, const exercise& ex);

/// The paragraph below its heading "What you fixed", in one line, without Markdown's back-ticks and
/// asterisks; empty where there is no debrief.
std::string what_was_fixed(const std::filesystem::path& root, const exercise& ex);

} // namespace weir::grader
