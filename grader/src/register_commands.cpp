#include "commands.hpp"

namespace weir::grader {

void register_commands(CLI::App& app, context& ctx) {
  add_list(app, ctx);
}

} // namespace weir::grader
