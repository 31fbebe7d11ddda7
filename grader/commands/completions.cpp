#include "commands/command_help.hpp"
#include "commands/commands.hpp"
#include "commands/completion_scripts.hpp"
#include "workbook/chapters.hpp"

#include <memory>
#include <ostream>

namespace weir::grader {

namespace {

constexpr const char* help = R"(Writes a script for your shell to standard output.

- bash: `source <(weir completions bash)` in ~/.bashrc
- zsh: `source <(weir completions zsh)` in ~/.zshrc, after compinit
- fish: `weir completions fish > ~/.config/fish/completions/weir.fish`)";

/// What the scripts ask for: one word a line, and nothing when there is trouble.
void complete(context& ctx, const std::string& kind) {
  if (kind == "chapters") {
    for (const chapter& each : ctx.chapters()) {
      ctx.out << each.name << '\n';
    }
  } else if (const catalog* all = ctx.exercises_if_any()) {
    for (const exercise& ex : all->exercises()) {
      ctx.out << ex.id << '\n';
    }
  }
}

} // namespace

void add_completions(subcommand app, context& ctx) {
  subcommand command = app.add_subcommand("completions", "Write a completion script for a shell");
  const auto shell = std::make_shared<std::string>();
  command.add_option("SHELL", *shell, "bash, zsh or fish")
      .required()
      .one_of({"bash", "zsh", "fish"});
  explain(command, ctx, help);
  command.callback([app, &ctx, shell] {
    const auto commands = completed_commands(app);
    if (*shell == "bash") {
      ctx.out << bash_completions(commands);
    } else if (*shell == "zsh") {
      ctx.out << zsh_completions(commands);
    } else {
      ctx.out << fish_completions(commands);
    }
  });

  subcommand words = app.add_subcommand("complete", "Words for the completion scripts");
  words.hide();
  const auto kind = std::make_shared<std::string>();
  words.add_option("KIND", *kind, "exercises or chapters").required();
  words.callback([&ctx, kind] { complete(ctx, *kind); });
}

} // namespace weir::grader
