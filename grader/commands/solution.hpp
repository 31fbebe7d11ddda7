#pragma once

#include "commands/context.hpp"

#include <filesystem>

namespace weir::grader {

/// The model answer's file. Throws environment_error, with words for a hand-out's reader, when
/// there is none.
std::filesystem::path require_solution(const context& ctx, const exercise& ex);

} // namespace weir::grader
