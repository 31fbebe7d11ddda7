#include "commands/command_help.hpp"
#include "commands/commands.hpp"

#include <fmt/format.h>

#include <memory>
#include <ostream>

namespace weir::grader {

void add_init(subcommand app, context& ctx) {
  subcommand command = app.add_subcommand("init", "Make a workspace in a folder of your choice");
  const auto folder = std::make_shared<std::string>();
  command.add_option("DIR", *folder, "A new or empty folder, or a workspace to bring up to date")
      .required();
  explain(
      command, ctx,
      "Copies the starters, the given headers and the briefs. In a workspace that is there "
      "already, exercises that are new are added and given files are renewed; what you wrote is "
      "not touched.\n\nWeir uses a workspace when you start it in that folder or below, or when "
      "WEIR_WORKSPACE names it. Without one it uses workspace/ in the repository.");
  command.callback([&ctx, folder] {
    const std::filesystem::path root = std::filesystem::absolute(*folder).lexically_normal();
    workspace made{root.has_filename() ? root : root.parent_path(),
                   [&ctx](const std::string& text) {
                     ctx.note(text);
                   }};
    const bool existed = made.exists();
    made.prepare(ctx.exercises());
    ctx.out << fmt::format("{} {} with {} exercises.\nWork there: cd {}, then start {}; or set "
                           "WEIR_WORKSPACE to it.\n",
                           existed ? "Brought up to date:" : "Made", made.root().string(),
                           ctx.exercises().exercises().size(), made.root().string(),
                           (ctx.where.root / "weir").string());
  });
}

} // namespace weir::grader
