#include "commands/commands.hpp"
#include "commands/grading.hpp"
#include "report/json_report.hpp"
#include "report/replay_report.hpp"
#include "report/report.hpp"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <memory>

namespace weir::grader {

namespace {

struct replay_options {
  std::string token;
  std::string file;
  bool json{};
  bool verbose{};
};

void replay(context& ctx, const replay_options& options) {
  const exercise& ex = require_exercise_of_token(ctx, options.token);
  grade_request request = request_for(ctx, ex);
  if (!options.file.empty()) {
    request.source = std::filesystem::absolute(options.file);
  }
  request.search.replay = options.token;
  request.verbose = options.verbose;
  const verdict v = grade_now(ctx, std::move(request));
  if (options.json) {
    ctx.out << boost::json::serialize(to_json(v, ex)) << '\n';
  } else if (v.passed()) {
    const replay_report seen = report_replay(v, nullptr, ex);
    const bool passed = seen.what == replay_report::kind::passed;
    ctx.out << fmt::format("{}: {} {}\n",
                           passed ? ctx.paint().green("replayed") : ctx.paint().yellow("replayed"),
                           seen.title, seen.text);
  } else {
    ctx.out << report(v, ex, report_options_for(ctx, ex, options.verbose));
    if (!v.trace_file.empty()) {
      ctx.out << fmt::format("\n  The whole run: {}\n",
                             ctx.paint().cyan("weir trace --text " + v.trace_file));
    }
  }
  ctx.result = exit_code_of(v);
}

} // namespace

void add_replay(subcommand app, context& ctx) {
  subcommand command =
      app.add_subcommand("replay", "Run your code again under the one schedule that a token names");
  auto options = std::make_shared<replay_options>();
  command.add_option("TOKEN", options->token, "From a failure report: w2:...").required();
  command.add_option("--file", options->file, "Run this file instead of the one in the workspace")
      .type_name("FILE");
  command.add_flag("--json", options->json, "Print the verdict as JSON");
  command.add_flag("--verbose", options->verbose, "The whole timeline, compiler messages in full");
  command.callback([&ctx, options] { replay(ctx, *options); });
}

} // namespace weir::grader
