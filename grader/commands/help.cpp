#include "base/errors.hpp"
#include "base/text_distance.hpp"
#include "commands/commands.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <memory>
#include <ostream>
#include <vector>

namespace weir::grader {

void add_help(CLI::App& app, context& ctx) {
  CLI::App* command = app.add_subcommand("help", "Show the help of a command");
  const auto wanted = std::make_shared<std::string>();
  command->add_option("COMMAND", *wanted, "Which; the overview when left out");
  command->callback([&app, &ctx, wanted] {
    // App::help would answer for the command that was parsed, which is this one.
    if (wanted->empty()) {
      ctx.out << app.get_formatter()->make_help(&app, app.get_name(), CLI::AppFormatMode::Normal);
      return;
    }
    std::vector<std::string> names;
    for (const CLI::App* each : app.get_subcommands({})) {
      if (each->get_name() == *wanted) {
        ctx.out << each->help(app.get_name());
        return;
      }
      names.push_back(each->get_name());
    }
    throw usage_error{fmt::format("There is no command '{}'.{} `weir --help` shows them all.",
                                  *wanted, did_you_mean(nearest(*wanted, names)))};
  });
}

} // namespace weir::grader
