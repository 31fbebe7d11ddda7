#pragma once

#include "process/simulation.hpp"

#include <cstdint>
#include <string_view>

namespace weir::viz {

/// What the run on show is compared with.
enum class rival : std::uint8_t { none, previous, mine, starter, solution, other };

[[nodiscard]] rival rival_of(submission which);
[[nodiscard]] submission code_of(rival which); ///< the reader's for those that are no code

[[nodiscard]] std::string_view name_of(submission which); ///< "your code", "starter", ...
[[nodiscard]] std::string_view name_of(rival which);      ///< "the previous run", ...

} // namespace weir::viz
