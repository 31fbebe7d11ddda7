#pragma once

#include "weir/trace/recording.hpp"

#include <string>

namespace weir::trace {

/// What happened, in words, without the time and the task. Never throws for an event that makes no
/// sense.
[[nodiscard]] std::string describe(const recording& in, const event& e);

} // namespace weir::trace
