#include "workbook/debrief.hpp"

#include "base/errors.hpp"
#include "base/files.hpp"
#include "commands/command_help.hpp"
#include "commands/commands.hpp"
#include "terminal/markdown.hpp"
#include "terminal/pager.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <ostream>

namespace weir::grader {

void add_debrief(subcommand app, context& ctx) {
  struct arguments {
    std::string id;
    bool anyway{};
    bool raw{};
  };

  subcommand command = app.add_subcommand("debrief", "What an exercise was about, after a pass");
  const auto given = std::make_shared<arguments>();
  command.add_option("ID", given->id, "The exercise; the one you stand in when left out");
  command.add_flag("--anyway", given->anyway, "Show it although the exercise has not passed yet");
  command.add_flag("--raw", given->raw, "The Markdown as it was written");
  explain(command, ctx,
          "What you fixed in a sentence, where the same fault has happened in public, two other "
          "right ways with what each costs, and what to read next. It opens once the exercise has "
          "passed, even if you reset it since, or with `--anyway`: it tells the answer.\n\n"
          "Examples: `weir debrief bounded-queue`, `weir debrief 1.2 --raw`.");
  command.callback([&ctx, given] {
    const exercise& ex = ctx.exercise_or_current(given->id);
    const std::filesystem::path file = debrief_file(ctx.where.root, ex);
    if (!std::filesystem::exists(file)) {
      throw environment_error{
          fmt::format("'{}' has no debrief: there is no {}.", ex.id, file.string())};
    }
    if (ctx.progress().load().of(ex.id).first_passed_at.empty() && !given->anyway) {
      throw not_yet_error{fmt::format(
          "'{}' has not passed yet, so its debrief stays closed. `weir hint {}` helps a step "
          "further; `weir debrief {} --anyway` opens it all the same.",
          ex.id, ex.id, ex.id)};
    }
    const std::string text = read_file(file);
    if (given->raw) {
      ctx.out << text;
    } else {
      show_paged(ctx, render_markdown(text, ctx.terminal));
    }
  });
}

} // namespace weir::grader
