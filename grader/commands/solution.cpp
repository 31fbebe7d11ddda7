#include "base/errors.hpp"
#include "base/files.hpp"
#include "commands/command_help.hpp"
#include "commands/commands.hpp"
#include "terminal/pager.hpp"

#include <fmt/format.h>

#include <memory>
#include <ostream>

namespace weir::grader {

void add_solution(subcommand app, context& ctx) {
  struct arguments {
    std::string id;
    bool anyway{};
  };

  subcommand command = app.add_subcommand("solution", "See the model answer, after a pass");
  const auto given = std::make_shared<arguments>();
  command.add_option("ID", given->id, "The exercise; the current one when left out");
  command.add_flag("--anyway", given->anyway, "Show it although the exercise has not passed yet");
  explain(command, ctx,
          "One good way to solve the exercise, for comparison with yours; others pass too. It is "
          "shown once the exercise has passed, even if you reset it since, or with `--anyway`.");
  command.callback([&ctx, given] {
    const exercise& ex = ctx.exercise_or_current(given->id);
    const std::filesystem::path file = ctx.require_solution(ex);
    const bool passed = !ctx.progress().load().of(ex.id).first_passed_at.empty();
    if (!passed && !given->anyway) {
      throw not_yet_error{fmt::format(
          "'{}' has not passed yet, so its solution stays closed. `weir hint {}` helps a step "
          "further; `weir solution {} --anyway` opens it all the same.",
          ex.id, ex.id, ex.id)};
    }
    const std::string text = read_file(file);
    ctx.progress().update([&](progress& known) {
      exercise_progress each = known.of(ex.id);
      each.solution_seen = true;
      known.set(ex.id, each);
    });
    show_paged(ctx, text);
  });
}

} // namespace weir::grader
