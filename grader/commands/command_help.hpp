#pragma once

#include "commands/command_line.hpp"
#include "commands/context.hpp"

#include <memory>
#include <string>

namespace CLI {
class FormatterBase;
}

namespace weir::grader {

/// Lays out `--help` for the terminal's width. Set on the application before commands are added:
/// they inherit it.
std::shared_ptr<CLI::FormatterBase> help_formatter(const terminal_info& terminal);

/// Puts a long text, Markdown, below the options in `command`'s help.
void explain(subcommand command, const context& ctx, const std::string& markdown);

/// The help of the command that is called `name`; the overview when that is empty. Throws
/// usage_error with the nearest names.
std::string help_of(subcommand app, const std::string& name);

/// What every command's help ends with.
extern const char* const exit_codes_text;

} // namespace weir::grader
