#include "commands/cli.hpp"

#include "base/errors.hpp"
#include "base/text_distance.hpp"
#include "base/version.hpp"
#include "commands/command_help.hpp"
#include "commands/commands.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <ostream>

namespace weir::grader {

namespace {

constexpr const char* overview =
    R"(Without a command, weir watches the first exercise that has not passed: every save is graded.

An exercise is named by its short name (bounded-queue), its number (1.1), or the path of its folder
or of your file. Commands that take one exercise mean the current one when you name none: the one in
whose folder you stand, else the first that has not passed.

- WEIR_ROOT: the repository; found by itself as a rule.
- WEIR_WORKSPACE: where you work; else the nearest folder upward with a .weir-workspace file, else
  workspace/ in the repository.
- WEIR_BUILD: where the runner and the tests were built.
- NO_COLOR: no colours. PAGER: for long texts. VISUAL, EDITOR: for your file.)";

std::vector<std::string> command_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) {
    if (!command->get_group().empty()) {
      names.push_back(command->get_name());
    }
  }
  return names;
}

/// Every "--name" that the command takes.
std::vector<std::string> option_names(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) {
      names.push_back("--" + name);
    }
  }
  return names;
}

/// The deepest command that the command line named before it went wrong.
const CLI::App& named_command(const CLI::App& app) {
  const CLI::App* command = &app;
  while (!command->get_subcommands().empty()) {
    command = command->get_subcommands().back();
  }
  return *command;
}

std::string full_name(const CLI::App& command) {
  const CLI::App* parent = command.get_parent();
  return parent == nullptr ? command.get_name() : full_name(*parent) + " " + command.get_name();
}

/// What is wrong with a word that nothing on the command line has a place for.
std::string explain_extra(const CLI::App& command, const std::string& word) {
  if (word.starts_with('-')) {
    const std::string name = word.substr(0, word.find('='));
    return fmt::format("'{}' has no option {}.{}", full_name(command), name,
                       did_you_mean(nearest(name, option_names(command))));
  }
  const std::vector<std::string> commands = command_names(command);
  if (!commands.empty()) {
    return fmt::format("There is no command '{}'.{}", word, did_you_mean(nearest(word, commands)));
  }
  return fmt::format("'{}' takes no further argument '{}'.", full_name(command), word);
}

exit_code report_parse_error(const CLI::App& app, const CLI::ParseError& error, context& ctx) {
  if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) {
    app.exit(error, ctx.out, ctx.err); // --help, --version
    return exit_code::passed;
  }
  const CLI::App& command = named_command(app);
  std::string message = error.what();
  if (const auto extras = app.remaining(true);
      error.get_exit_code() == static_cast<int>(CLI::ExitCodes::ExtrasError) && !extras.empty()) {
    message = explain_extra(command, extras.front());
  }
  if (!message.ends_with('.') && !message.ends_with('?')) {
    message += '.';
  }
  ctx.note(fmt::format("{} `{} --help` tells more.", message, full_name(command)));
  return exit_code::usage;
}

exit_code parse_and_run(CLI::App& app, std::span<const std::string> arguments, context& ctx) {
  // CLI11 takes the arguments from the back.
  std::vector<std::string> reversed{arguments.rbegin(), arguments.rend()};
  try {
    app.parse(reversed);
    if (app.get_subcommands().empty() && ctx.default_action) {
      ctx.default_action();
    } else if (app.get_subcommands().empty()) {
      return run_cli(ctx, std::vector<std::string>{"list"});
    }
  } catch (const CLI::ParseError& error) {
    return report_parse_error(app, error, ctx);
  }
  return ctx.result;
}

} // namespace

exit_code run_cli(context& ctx, std::span<const std::string> arguments) {
  try {
    CLI::App app{"Weir: a workbook for asynchronous flow control in C++20", "weir"};
    app.formatter(help_formatter(ctx.terminal));
    app.get_help_ptr()->description("Show this text");
    app.set_version_flag("--version", fmt::format("weir {}", version()), "Show the version");
    // One command a line: a word after it is its argument, though a command have that name too.
    app.require_subcommand(0, 1);
    explain(subcommand{app}, ctx, overview);
    register_commands(subcommand{app}, ctx);
    for (CLI::App* command : app.get_subcommands({})) {
      if (command->get_group() == "Subcommands") {
        command->group("Commands");
      }
    }
    return parse_and_run(app, arguments, ctx);
  } catch (const usage_error& error) {
    ctx.note(error.what());
    return exit_code::usage;
  } catch (const not_yet_error& error) {
    ctx.note(error.what());
    return exit_code::not_passed;
  } catch (const std::exception& error) {
    ctx.note(error.what());
    return exit_code::environment;
  }
}

} // namespace weir::grader
