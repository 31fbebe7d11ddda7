#pragma once

#include "commands/command_line.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace weir::grader {

/// What a shell can offer for a command's arguments.
enum class completed_words { nothing, exercises, chapters, commands, shells, folders, files };

/// One option for completion: "--json" and what it does.
struct completed_option {
  std::vector<std::string> names; ///< "-y", "--yes"
  std::string description;
  bool takes_value{};
};

/// One command for completion.
struct completed_command {
  std::string name;
  std::string description;
  completed_words arguments{completed_words::nothing};
  std::vector<completed_option> options;
};

/// Reads the commands off the application. Arguments are told by their name in the help: ID,
/// CHAPTER, COMMAND, SHELL, DIR, FILE.
std::vector<completed_command> completed_commands(const subcommand& app);

/// Scripts for the shells. Names of exercises and chapters are asked of `weir complete` each time,
/// so that they are always those of the workbook.
std::string bash_completions(const std::vector<completed_command>& commands);
std::string zsh_completions(const std::vector<completed_command>& commands);
std::string fish_completions(const std::vector<completed_command>& commands);

} // namespace weir::grader
