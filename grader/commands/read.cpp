#include "base/errors.hpp"
#include "base/files.hpp"
#include "commands/command_help.hpp"
#include "commands/commands.hpp"
#include "terminal/markdown.hpp"
#include "terminal/pager.hpp"
#include "workbook/chapters.hpp"

#include <fmt/format.h>

#include <memory>
#include <ostream>

namespace weir::grader {

void add_read(subcommand app, context& ctx) {
  struct arguments {
    std::string chapter;
    bool raw{};
  };

  subcommand command = app.add_subcommand("read", "Read a chapter");
  const auto given = std::make_shared<arguments>();
  command.add_option("CHAPTER", given->chapter,
                     "Its number or name, or an exercise of it; the current one when left out");
  command.add_flag("--raw", given->raw, "The Markdown as it was written");
  explain(
      command, ctx,
      "Shows the chapter's prose in $PAGER (less when it is not set), or plainly when output is "
      "no terminal.\n\nExamples: `weir read`, `weir read 1`, `weir read back-pressure`.");
  command.callback([&ctx, given] {
    const chapter& found = ctx.require_chapter(given->chapter);
    if (!std::filesystem::exists(found.prose)) {
      throw environment_error{fmt::format("Chapter {} has no prose yet: there is no {}.",
                                          found.folder, found.prose.string())};
    }
    const std::string text = read_file(found.prose);
    if (given->raw) {
      ctx.out << text;
    } else {
      show_paged(ctx, render_markdown(text, ctx.terminal));
    }
  });
}

} // namespace weir::grader
