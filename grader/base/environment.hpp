#pragma once

// Before `environment` below: g++ 12 would take exit_code::environment for a name that shadows it.
#include "base/exit_code.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace weir::grader {

/// Looks up an environment variable; empty optional when it is not set.
using environment = std::function<std::optional<std::string>(std::string_view)>;

/// The process's own environment.
environment process_environment();

} // namespace weir::grader
