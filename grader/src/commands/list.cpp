#include "commands.hpp"

#include <CLI/CLI.hpp>

namespace weir::grader {

void add_list(CLI::App& app, context& ctx) {
  CLI::App* command = app.add_subcommand("list", "Show all exercises and how far you are");
  command->callback([&ctx] {
    for (const exercise& ex : ctx.exercises().exercises()) {
      ctx.out << ex.number << "  " << ex.id << '\n';
    }
  });
}

} // namespace weir::grader
