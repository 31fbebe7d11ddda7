#include "commands/command_help.hpp"

#include "base/errors.hpp"
#include "base/text_distance.hpp"
#include "terminal/markdown.hpp"
#include "terminal/text.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

namespace weir::grader {

namespace {

constexpr std::size_t name_column = 26;
constexpr std::size_t narrowest_description = 24;

class wrapping_formatter : public CLI::Formatter {
public:
  explicit wrapping_formatter(const terminal_info& terminal)
      : width_{static_cast<std::size_t>(std::min(terminal.width, 100))} {}

  std::string make_option(const CLI::Option* option, bool is_positional) const override {
    return two_columns(make_option_name(option, is_positional) +
                           (is_positional ? "" : make_option_opts(option)),
                       make_option_desc(option));
  }

  std::string make_option_opts(const CLI::Option* option) const override {
    if (!option->get_option_text().empty()) {
      return " " + option->get_option_text();
    }
    return option->get_type_size() == 0 ? "" : " " + option->get_type_name();
  }

  std::string make_subcommand(const CLI::App* command) const override {
    return two_columns(command->get_name(), command->get_description());
  }

private:
  std::size_t width_;

  std::string two_columns(const std::string& name, const std::string& description) const {
    std::string line = "  " + name;
    // A name that reaches into the right column has a line to itself.
    std::string out;
    if (display_width(line) + 1 >= name_column) {
      out = line + '\n';
      line.clear();
    }
    const std::size_t width =
        std::max(narrowest_description, width_ - std::min(width_, name_column));
    for (const std::string& part : wrap(description, width, {.colour = false})) {
      out += pad(line, name_column) + part + '\n';
      line.clear();
    }
    return out;
  }
};

} // namespace

const char* const exit_codes_text =
    "Exit codes: 0 done, or the exercise passed; 1 the exercise did not pass; 2 the command line "
    "was not understood; 3 something on this machine or in the workbook's files is in the way.";

std::shared_ptr<CLI::FormatterBase> help_formatter(const terminal_info& terminal) {
  auto formatter = std::make_shared<wrapping_formatter>(terminal);
  formatter->label("Positionals", "Arguments");
  formatter->label("SUBCOMMAND", "COMMAND");
  return formatter;
}

void explain(subcommand command, const context& ctx, const std::string& markdown) {
  std::string text = render_markdown(markdown + "\n\n" + exit_codes_text, ctx.terminal);
  while (text.ends_with('\n')) {
    text.pop_back();
  }
  command.handle().footer(text);
}

std::string help_of(subcommand app, const std::string& name) {
  const CLI::App& all = app.handle();
  if (name.empty()) {
    // App::help would answer for the command that was parsed, which is `help`.
    return all.get_formatter()->make_help(&all, all.get_name(), CLI::AppFormatMode::Normal);
  }
  std::vector<std::string> names;
  for (const CLI::App* each : all.get_subcommands({})) {
    if (each->get_name() == name) {
      return each->help(all.get_name());
    }
    names.push_back(each->get_name());
  }
  throw usage_error{fmt::format("There is no command '{}'.{} `weir --help` shows them all.", name,
                                did_you_mean(nearest(name, names)))};
}

} // namespace weir::grader
