#pragma once

#include "commands/context.hpp"

#include <memory>
#include <string>

namespace CLI {
class App;
class FormatterBase;
} // namespace CLI

namespace weir::grader {

/// Lays out `--help` for the terminal's width. Set on the application before commands are added:
/// they inherit it.
std::shared_ptr<CLI::FormatterBase> help_formatter(const terminal_info& terminal);

/// Puts a long text, Markdown, below the options in `command`'s help.
void explain(CLI::App& command, const context& ctx, const std::string& markdown);

/// What every command's help ends with.
extern const char* const exit_codes_text;

} // namespace weir::grader
