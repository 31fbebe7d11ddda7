#include "base/files.hpp"
#include "commands/command_help.hpp"
#include "commands/commands.hpp"
#include "terminal/markdown.hpp"
#include "terminal/pager.hpp"

#include <memory>
#include <ostream>

namespace weir::grader {

void add_brief(subcommand app, context& ctx) {
  struct arguments {
    std::string id;
    bool raw{};
  };

  subcommand command = app.add_subcommand("brief", "Read what an exercise asks for");
  const auto given = std::make_shared<arguments>();
  command.add_option("ID", given->id, "The exercise; the current one when left out");
  command.add_flag("--raw", given->raw, "The Markdown as it was written");
  explain(command, ctx,
          "The story, and the promises that your code has to keep: everything that is graded "
          "stands there. Long texts are shown in $PAGER.\n\nExamples: `weir brief`, `weir brief "
          "bounded-queue`, `weir brief 1.2 --raw`.");
  command.callback([&ctx, given] {
    const exercise& ex = ctx.exercise_or_current(given->id);
    const std::string text = read_file(ctx.exercises().folder_of(ex) / "brief.md");
    if (given->raw) {
      ctx.out << text;
    } else {
      show_paged(ctx, render_markdown(text, ctx.terminal));
    }
  });
}

} // namespace weir::grader
