#pragma once

#include <cstdint>

namespace weir::grader {

/// How thoroughly a submission is searched for a failing schedule: while its author waits, or in
/// the background, compiled with optimisation.
enum class search_depth : std::uint8_t { quick, deep };

} // namespace weir::grader
