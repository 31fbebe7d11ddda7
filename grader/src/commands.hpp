#pragma once

#include "context.hpp"

namespace CLI {
class App;
}

namespace weir::grader {

// Each adds its subcommand to the application, in commands/<name>.cpp. The callback runs when the
// command line names it. `context` outlives the application.
void add_list(CLI::App& app, context& ctx);

/// All of the above, in the order in which `weir --help` shows them.
void register_commands(CLI::App& app, context& ctx);

} // namespace weir::grader
