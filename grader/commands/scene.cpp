#include "base/errors.hpp"
#include "base/run_operation.hpp"
#include "commands/commands.hpp"
#include "commands/grading.hpp"
#include "commands/load_tools.hpp"
#include "judge/build_module.hpp"
#include "judge/run_scene.hpp"
#include "report/report.hpp"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <memory>
#include <variant>

namespace weir::grader {

namespace {

struct scene_options {
  std::string id;
  std::string file;
  std::vector<std::string> settings;
  std::uint64_t seed{1};
  bool json{};
  bool text{};
};

/// The scene's outcome, or the verdict when there is nothing to run.
using built_scene = std::variant<scene_outcome, verdict>;

boost::asio::awaitable<built_scene> build_and_run(const toolchain& tools, build_request wanted,
                                                  scene_request scene,
                                                  part_progress_handler on_waiting) {
  const sandbox box = co_await sandbox::probe();
  build_outcome built = co_await build_module(tools, box, std::move(wanted));
  built_scene result;
  if (built.failure) {
    verdict v;
    v.kind = *built.failure;
    v.detail = std::move(built.detail);
    v.compiler_output = std::move(built.compiler_output);
    v.stages = std::move(built.stages);
    result = std::move(v);
  } else {
    co_await provide(tools, part{.kind = part_kind::scene, .exercise = scene.ex->id}, on_waiting);
    scene.module = built.module;
    result = co_await run_scene(tools, box, std::move(scene));
  }
  co_return result;
}

void print(context& ctx, const exercise& ex, const scene_options& options, scene_outcome outcome) {
  if (outcome.what == scene_outcome::kind::bad_knob) {
    throw usage_error{outcome.problem};
  }
  if (options.json) {
    outcome.json["exercise"] = ex.id;
    outcome.json["trace_file"] = outcome.trace_file.string();
    if (!outcome.problem.empty()) {
      outcome.json["problem"] = outcome.problem;
    }
    ctx.out << boost::json::serialize(outcome.json) << '\n';
  } else {
    ctx.out << outcome.text << outcome.program_output;
    if (!outcome.problem.empty()) {
      ctx.out << outcome.problem << '\n';
    }
    if (!outcome.trace_file.empty()) {
      ctx.out << "\nThe whole run: "
              << ctx.paint().cyan("weir trace --text " + outcome.trace_file.string()) << '\n';
    }
  }
  ctx.result =
      outcome.what == scene_outcome::kind::finished ? exit_code::passed : exit_code::not_passed;
}

void scene(context& ctx, const scene_options& options) {
  const exercise& ex = ctx.exercise_or_current(options.id);
  const grade_request defaults = request_for(ctx, ex);
  build_request wanted;
  wanted.ex = &ex;
  wanted.repository_root = defaults.repository_root;
  wanted.source = options.file.empty() ? defaults.source : std::filesystem::absolute(options.file);
  wanted.output_folder = defaults.build_folder;
  scene_request request;
  request.ex = &ex;
  request.kept_folder = defaults.build_folder / "scene";
  request.settings = options.settings;
  request.seed = options.seed;
  const toolchain tools = load_tools(ctx);
  waiting_line line{ctx};
  built_scene result =
      run_operation(build_and_run(tools, std::move(wanted), std::move(request), line.handler()));
  line.clear();
  if (auto* failed = std::get_if<verdict>(&result)) {
    ctx.out << report(*failed, ex, report_options_for(ctx, ex, false));
    ctx.result = exit_code_of(*failed);
  } else {
    print(ctx, ex, options, std::move(std::get<scene_outcome>(result)));
  }
}

} // namespace

void add_scene(subcommand app, context& ctx) {
  subcommand command =
      app.add_subcommand("scene", "Run an exercise's scene around your code, and turn its knobs");
  auto options = std::make_shared<scene_options>();
  command.add_option(
      "ID", options->id,
      "Exercise: id, number or path (default: the one you stand in, or the next pending)");
  command
      .add_option("--set", options->settings,
                  "A knob's value; may be repeated. A wrong name lists the knobs")
      .type_name("KNOB=VALUE")
      .one_at_a_time();
  command.add_option("--seed", options->seed, "Of the scene's random streams").show_default();
  command.add_option("--file", options->file, "Use this file instead of the one in the workspace")
      .type_name("FILE");
  command_option text =
      command.add_flag("--text", options->text, "Charts and figures for people (default)");
  command.add_flag("--json", options->json, "The same for programs").excludes(text);
  command.callback([&ctx, options] { scene(ctx, *options); });
}

} // namespace weir::grader
