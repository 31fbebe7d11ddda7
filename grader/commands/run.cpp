#include "base/errors.hpp"
#include "commands/commands.hpp"
#include "commands/grading.hpp"
#include "report/json_report.hpp"
#include "report/junit_report.hpp"
#include "report/report.hpp"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <memory>
#include <stdexcept>

namespace weir::grader {

namespace {

struct run_options {
  std::string id;
  std::string file;
  std::string junit;
  search_options search;
  bool deep{};
  bool json{};
  bool verbose{};
};

std::string own_hostname() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "localhost";
}

void write_junit(const std::string& file, const exercise& ex, const verdict& v,
                 const context& ctx) {
  const std::array graded{graded_exercise{&ex, v}};
  std::ofstream out{file, std::ios::binary};
  out << to_junit(graded, ctx.now(), own_hostname());
  out.close();
  if (!out) {
    throw environment_error{fmt::format("{}: the JUnit report could not be written there", file)};
  }
}

void run(context& ctx, const run_options& options) {
  const exercise& ex = ctx.exercise_or_current(options.id);
  grade_request request = request_for(ctx, ex);
  if (!options.file.empty()) {
    request.source = std::filesystem::absolute(options.file);
  }
  request.depth = options.deep ? search_depth::deep : search_depth::quick;
  request.search = options.search;
  request.verbose = options.verbose;
  const int resets = ctx.progress().load().of(ex.id).resets;
  const verdict v = grade_now(ctx, std::move(request));
  if (options.file.empty() && v.passed() && !settles(options.search)) {
    ctx.note(
        fmt::format("This pass is not recorded: the search was narrower than that of `weir run "
                    "{}`, which is the one that counts.",
                    ex.id));
  } else if (options.file.empty() && !record_grading(ctx, ex, v, resets)) {
    ctx.note(fmt::format("This verdict is not recorded: {} has been reset since its file was read.",
                         ex.id));
  }
  if (options.json) {
    ctx.out << boost::json::serialize(to_json(v, ex)) << '\n';
  } else {
    report_options how = report_options_for(ctx, ex, options.verbose);
    how.show_next = options.file.empty();
    ctx.out << report(v, ex, how);
  }
  if (!options.junit.empty()) {
    write_junit(options.junit, ex, v, ctx);
  }
  ctx.result = exit_code_of(v);
}

schedule_model model_from(const std::string& text) {
  try {
    return parse_schedule_model(text);
  } catch (const std::invalid_argument& error) {
    throw usage_error{fmt::format("--model: {}", error.what())};
  }
}

} // namespace

void add_run(subcommand app, context& ctx) {
  subcommand command = app.add_subcommand("run", "Grade an exercise once and say what came of it");
  auto options = std::make_shared<run_options>();
  command.add_option(
      "ID", options->id,
      "Exercise: id, number or path (default: the one you stand in, or the next pending)");
  command.add_flag("--deep", options->deep,
                   "Search on: many more schedules, compiled with optimisation");
  command.add_flag("--json", options->json,
                   "Print the verdict as JSON: exercism's results version 3 and more");
  command.add_option("--junit", options->junit, "Also write the verdict as JUnit XML")
      .type_name("FILE");
  command
      .add_option("--seed", options->search.seed,
                  "Of the first schedule; later ones count up from it")
      .default_text("1");
  command
      .add_option(
          "--policy",
          [options](const std::string& name) { options->search.policy = parse_policy(name); },
          "How schedules are chosen")
      .one_of({"mixed", "fifo", "random", "pct", "dfs"})
      .default_text("mixed");
  command
      .add_option(
          "--model",
          [options](const std::string& text) { options->search.model = model_from(text); },
          "Which schedules there are: anything, pool-N or one-thread; with +1ms behind it, "
          "time may move by so much, and timers be late")
      .default_text("anything");
  command
      .add_option("--schedules", options->search.schedules,
                  "For each scenario (default: the tier's own number)")
      .positive();
  command
      .add_option("--file", options->file,
                  "Grade this file instead of the one in the workspace; progress is not touched")
      .type_name("FILE");
  command.add_flag("--verbose", options->verbose,
                   "Compiler messages, timeline and printed output in full");
  command.callback([&ctx, options] { run(ctx, *options); });
}

} // namespace weir::grader
