#pragma once

#include "commands/context.hpp"

#include <span>
#include <string>

namespace weir::grader {

/// Parses the command line (without the program's name), runs the command and turns every error
/// into a message on `ctx.err` and an exit code. Never throws.
exit_code run_cli(context& ctx, std::span<const std::string> arguments);

} // namespace weir::grader
