#include "base/version.hpp"
#include "commands/command_help.hpp"
#include "commands/commands.hpp"
#include "doctor/checks.hpp"
#include "terminal/text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <ostream>

namespace weir::grader {

namespace json = boost::json;

namespace {

constexpr std::size_t state_column = 9;
constexpr std::size_t topic_column = 14;

constexpr const char* help = R"(Looks at what grading needs: the workbook, your workspace, compilers
and linkers (which one is used, and why), the runner, libraries, and whether a sandbox can be had, which
is found out by trying. Starts the compiler and the linker once.

`--json` writes one object: `format` (1), `version`, `ok`, and `checks`, each with `topic`, `state` (fine,
notice or missing), `found` and `advice`. When something needed is missing the exit code is 3.)";

std::string painted_state(const painter& paint, check_state state) {
  switch (state) {
  case check_state::fine:
    return paint.green("fine");
  case check_state::notice:
    return paint.yellow("notice");
  default:
    return paint.red("MISSING");
  }
}

void show_text(const context& ctx, const std::vector<doctor_check>& checks) {
  const std::size_t lead = state_column + topic_column;
  const std::size_t width =
      std::max<std::size_t>(30, static_cast<std::size_t>(ctx.terminal.width)) - lead;
  const text_style style{.colour = ctx.terminal.colour, .unicode = true};
  ctx.out << ctx.paint().bold(fmt::format("Weir {}", version())) << "\n\n";
  for (const doctor_check& check : checks) {
    std::string start =
        pad(painted_state(ctx.paint(), check.state), state_column) + pad(check.topic, topic_column);
    for (const std::string* text : {&check.found, &check.advice}) {
      if (text->empty()) {
        continue;
      }
      for (const std::string& line : wrap(*text, width, style)) {
        ctx.out << start << (text == &check.advice ? ctx.paint().bold(line) : line) << '\n';
        start.assign(lead, ' ');
      }
    }
  }
}

void show_json(const context& ctx, const std::vector<doctor_check>& checks, bool ok) {
  json::array entries;
  for (const doctor_check& check : checks) {
    entries.push_back(json::object{{"topic", check.topic},
                                   {"state", to_string(check.state)},
                                   {"found", check.found},
                                   {"advice", check.advice}});
  }
  const json::object document{
      {"format", 1}, {"version", version()}, {"ok", ok}, {"checks", std::move(entries)}};
  ctx.out << json::serialize(document) << '\n';
}

} // namespace

void add_doctor(subcommand app, context& ctx) {
  subcommand command = app.add_subcommand("doctor", "Find out what is installed, used and missing");
  const auto as_json = std::make_shared<bool>(false);
  command.add_flag("--json", *as_json, "Write one JSON object");
  explain(command, ctx, help);
  command.callback([&ctx, as_json] {
    const std::vector<doctor_check> checks = doctor_checks(gather_doctor_facts(ctx, ctx.env));
    const bool ok = std::none_of(checks.begin(), checks.end(), [](const doctor_check& check) {
      return check.state == check_state::missing;
    });
    *as_json ? show_json(ctx, checks, ok) : show_text(ctx, checks);
    if (!*as_json) {
      ctx.out << (ok ? "\nAll that is needed is there.\n" : "\nSomething needed is missing.\n");
    }
    ctx.result = ok ? exit_code::passed : exit_code::environment;
  });
}

} // namespace weir::grader
