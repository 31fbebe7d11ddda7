#include "commands/completion_scripts.hpp"

#include <fmt/format.h>

#include <utility>

namespace weir::grader {

namespace {

completed_words words_for(const std::string& argument) {
  const std::pair<const char*, completed_words> known[] = {
      {"ID", completed_words::exercises},     {"CHAPTER", completed_words::chapters},
      {"COMMAND", completed_words::commands}, {"SHELL", completed_words::shells},
      {"DIR", completed_words::folders},      {"FILE", completed_words::files}};
  for (const auto& [name, words] : known) {
    if (argument == name) {
      return words;
    }
  }
  return completed_words::nothing;
}

completed_command command_of(const subcommand& command) {
  completed_command result;
  result.name = command.name();
  result.description = command.description();
  for (option_facts& option : command.options()) {
    if (!option.argument.empty()) {
      result.arguments = words_for(option.argument);
    }
    if (!option.names.empty()) {
      result.options.push_back({.names = std::move(option.names),
                                .description = std::move(option.description),
                                .takes_value = option.takes_value});
    }
  }
  return result;
}

/// Inside single quotes, for all three shells.
std::string shell_quoted(std::string_view text) {
  std::string result = "'";
  for (const char c : text) {
    result += c == '\'' ? std::string{"'\\''"} : std::string(1, c);
  }
  return result + "'";
}

std::string names_of(const std::vector<completed_command>& commands) {
  std::string names;
  for (const completed_command& command : commands) {
    names += (names.empty() ? "" : " ") + command.name;
  }
  return names;
}

/// A shell expression that gives the words, or the empty text.
std::string words_expression(completed_words words, const std::string& commands) {
  switch (words) {
  case completed_words::exercises:
    return "$(weir complete exercises 2>/dev/null)";
  case completed_words::chapters:
    return "$(weir complete chapters 2>/dev/null)";
  case completed_words::commands:
    return commands;
  case completed_words::shells:
    return "bash zsh fish";
  default:
    return {};
  }
}

/// "[", "]" and ":" have a meaning in zsh's argument specifications.
std::string zsh_escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    result += std::string_view{"[]:\\"}.find(c) != std::string_view::npos ? "\\" : "";
    result += c;
  }
  return result;
}

std::string zsh_argument(completed_words words, const std::string& commands) {
  switch (words) {
  case completed_words::nothing:
    return {};
  case completed_words::folders:
    return shell_quoted("*:folder:_files -/");
  case completed_words::files:
    return shell_quoted("*:file:_files");
  default:
    return shell_quoted("*:word:{_values word " + words_expression(words, commands) + "}");
  }
}

} // namespace

std::vector<completed_command> completed_commands(const subcommand& app) {
  std::vector<completed_command> commands;
  for (const subcommand& command : app.commands()) {
    commands.push_back(command_of(command));
  }
  return commands;
}

std::string bash_completions(const std::vector<completed_command>& commands) {
  const std::string names = names_of(commands);
  std::string script = "# bash completion for weir; load it with: source <(weir completions bash)\n"
                       "_weir() {\n"
                       "  local word=${COMP_WORDS[COMP_CWORD]} words= folders=\n"
                       "  if [[ $COMP_CWORD -eq 1 ]]; then\n";
  script += fmt::format("    words='{} --help --version'\n  else\n    case ${{COMP_WORDS[1]}} in\n",
                        names);
  for (const completed_command& command : commands) {
    std::string words;
    for (const completed_option& option : command.options) {
      words += option.names.back() + " ";
    }
    script += fmt::format("      {})\n        words=\"{}{}\"\n", command.name, words,
                          words_expression(command.arguments, names));
    if (command.arguments == completed_words::folders) {
      script += "        folders=-d\n";
    } else if (command.arguments == completed_words::files) {
      script += "        folders=-f\n";
    }
    script += "        ;;\n";
  }
  return script + "    esac\n  fi\n"
                  "  # shellcheck disable=SC2207,SC2086\n"
                  "  COMPREPLY=($(compgen $folders -W \"$words\" -- \"$word\"))\n"
                  "}\n"
                  "complete -F _weir weir ./weir\n";
}

std::string zsh_completions(const std::vector<completed_command>& commands) {
  std::string script = "#compdef weir\n"
                       "# zsh completion for weir; load it with: source <(weir completions zsh)\n"
                       "_weir() {\n"
                       "  if (( CURRENT == 2 )); then\n"
                       "    local -a commands=(\n";
  for (const completed_command& command : commands) {
    script += fmt::format("      {}\n",
                          shell_quoted(command.name + ":" + zsh_escaped(command.description)));
  }
  script += "    )\n"
            "    _describe command commands\n"
            "    return\n"
            "  fi\n"
            "  local command=$words[2]\n"
            "  shift words\n"
            "  (( CURRENT-- ))\n"
            "  case $command in\n";
  const std::string names = names_of(commands);
  for (const completed_command& command : commands) {
    script += fmt::format("    {})\n      _arguments", command.name);
    for (const completed_option& option : command.options) {
      for (const std::string& name : option.names) {
        script += " \\\n        " +
                  shell_quoted(fmt::format("{}[{}]{}", name, zsh_escaped(option.description),
                                           option.takes_value ? ":value:" : ""));
      }
    }
    const std::string argument = zsh_argument(command.arguments, names);
    script += argument.empty() ? "" : " \\\n        " + argument;
    script += "\n      ;;\n";
  }
  return script + "  esac\n}\ncompdef _weir weir\n";
}

std::string fish_completions(const std::vector<completed_command>& commands) {
  std::string script =
      "# fish completion for weir; load it with: weir completions fish | source\n"
      "complete -c weir -f\n"
      "complete -c weir -n __fish_use_subcommand -l help -d 'Show the help'\n"
      "complete -c weir -n __fish_use_subcommand -l version -d 'Show the version'\n";
  const std::string names = names_of(commands);
  for (const completed_command& command : commands) {
    script += fmt::format("complete -c weir -n __fish_use_subcommand -a {} -d {}\n", command.name,
                          shell_quoted(command.description));
    const std::string when = shell_quoted("__fish_seen_subcommand_from " + command.name);
    for (const completed_option& option : command.options) {
      script += fmt::format("complete -c weir -n {}", when);
      for (const std::string& name : option.names) {
        script += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
      }
      script += fmt::format("{} -d {}\n", option.takes_value ? " -x" : "",
                            shell_quoted(option.description));
    }
    std::string words = words_expression(command.arguments, names);
    if (words.starts_with('$')) {
      words.erase(0, 1); // fish substitutes (…), without the dollar
    }
    if (!words.empty()) {
      script += fmt::format("complete -c weir -n {} -a {}\n", when, shell_quoted(words));
    } else if (command.arguments == completed_words::folders) {
      script += fmt::format("complete -c weir -n {} -a '(__fish_complete_directories)'\n", when);
    } else if (command.arguments == completed_words::files) {
      script += fmt::format("complete -c weir -n {} -F\n", when);
    }
  }
  return script;
}

} // namespace weir::grader
