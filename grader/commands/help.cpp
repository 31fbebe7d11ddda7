#include "commands/command_help.hpp"
#include "commands/commands.hpp"

#include <memory>
#include <ostream>
#include <string>

namespace weir::grader {

void add_help(subcommand app, context& ctx) {
  subcommand command = app.add_subcommand("help", "Show the help of a command");
  const auto wanted = std::make_shared<std::string>();
  command.add_option("COMMAND", *wanted, "Which; the overview when left out");
  command.callback([app, &ctx, wanted] { ctx.out << help_of(app, *wanted); });
}

} // namespace weir::grader
