#include "base/errors.hpp"
#include "commands/command_help.hpp"
#include "commands/commands.hpp"
#include "commands/grading.hpp"
#include "report/report.hpp"
#include "viz/show.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <vector>

namespace weir::grader {

namespace {

namespace fs = std::filesystem;

constexpr const char* help =
    R"(Opens a window on the exercise's scene with your code in it: turn its knobs, rewind it, and save your file to see what changed.

`--compare` puts two versions side by side, each of them `mine`, `starter`, `solution` or a file. `--replay` opens a failure from a report at the moment where the promise was broken, and runs its schedule again whenever you save.

`--text`, `--screenshot` and `--record` need no person; `--text` needs no display either.

Examples: `weir viz bounded-queue`, `weir viz --compare mine starter`, `weir viz breaker --set timeout=500ms`,
`weir viz --replay w2:...`, `weir viz breaker --starter --screenshot breaker.png --at 6s`.)";

struct viz_options {
  std::string id;
  std::string file;
  std::string replay;
  std::vector<std::string> compare;
  std::vector<std::string> settings;
  std::optional<std::uint64_t> seed;
  bool solution{};
  bool starter{};
  bool anyway{};
  bool presenter{};
  std::vector<std::string> for_window;
};

struct window_option {
  const char* name;
  const char* type; ///< empty: a flag
  const char* description;
  const char* group; ///< empty: not shown
};

/// What the window's program takes as it was typed.
constexpr std::array window_options{
    window_option{"--text", "", "Print the picture as text instead of opening a window",
                  "Pictures"},
    window_option{"--screenshot", "FILE", "Draw one picture (PNG) and leave", "Pictures"},
    window_option{"--record", "DIR", "Draw the run frame by frame, and as a film with ffmpeg",
                  "Pictures"},
    window_option{"--at", "TIME", "Put the cursor there: 1.25s, or `promise`", "Pictures"},
    window_option{"--size", "WxH", "Of the window or the picture", "Pictures"},
    window_option{"--scale", "S", "Of everything; the display's if left out", "Pictures"},
    window_option{"--fps", "N", "Frames per second of virtual time, for --record", "Pictures"},
    window_option{"--tab", "NAME", "Open a tab: charts, lanes, tree, events, compare, sweep",
                  "Pictures"},
    window_option{"--reduced-motion", "", "Steps instead of moving things", "Pictures"},
    window_option{"--keys", "", "Open with the list of keys", ""},
    window_option{"--widgets", "FILE", "", ""},
    window_option{"--timings", "FILE", "", ""}};

/// The exercise that is meant; the first with a scene for presenters, who need not have one open.
const exercise& exercise_of(context& ctx, const viz_options& options) {
  const auto all = ctx.exercises().exercises();
  if (options.presenter && options.id.empty()) {
    for (const exercise& each : all) {
      if (viz::has_scene(ctx.where, each)) {
        return each;
      }
    }
    throw environment_error{"No exercise has a scene that is built. Build the workbook: ./weir"};
  }
  const exercise& ex = ctx.exercise_or_current(options.id);
  if (viz::has_scene(ctx.where, ex)) {
    return ex;
  }
  std::string others;
  for (const exercise& each : all) {
    if (viz::has_scene(ctx.where, each)) {
      others += (others.empty() ? "" : ", ") + each.id;
    }
  }
  throw usage_error{fmt::format("'{}' has no scene to show. These have one: {}.", ex.id,
                                others.empty() ? "none; build the workbook with ./weir" : others)};
}

viz::live_request live_request_for(context& ctx, const viz_options& options) {
  using protocol::submission;
  viz::live_request request;
  request.ex = &exercise_of(ctx, options);
  request.settings = options.settings;
  request.seed = options.seed;
  request.window_options = options.for_window;
  request.gate = options.anyway || options.presenter ? viz::live_request::solutions::open
                                                     : viz::live_request::solutions::after_a_pass;
  if (!options.file.empty()) {
    request.own_file = fs::absolute(options.file);
  }
  if (options.compare.size() == 2) {
    const auto first = viz::parse_chosen(options.compare[0]);
    const auto second = viz::parse_chosen(options.compare[1]);
    if (first == second) {
      throw usage_error{
          fmt::format("--compare takes two different things, not '{}' twice.", options.compare[0])};
    }
    request.shown = first.which;
    request.beside = second.which;
    request.other_file = second.which == submission::other ? second.file : first.file;
    if (first.which == submission::other && second.which == submission::other) {
      request.shown =
          submission::mine; // there is room for one other file: this one plays the reader's
      request.own_file = first.file;
    }
  } else if (options.solution) {
    request.shown = submission::solution;
  } else if (options.starter || (options.presenter && options.id.empty())) {
    request.shown = submission::starter;
  }
  return request;
}

void show_trace(context& ctx, const viz_options& options) {
  std::vector<std::string> for_window = options.for_window;
  if (std::ranges::find(for_window, "--at") == for_window.end()) {
    for_window.emplace_back("--at-failure");
  }
  ctx.result = static_cast<exit_code>(
      viz::show_trace(ctx.where, ctx.env, fs::absolute(options.replay), for_window));
}

/// A trace stands as it is; a token is run again, and once more after every save.
void replay(context& ctx, const viz_options& options) {
  static_cast<void>(viz::require_window_program(ctx.where, ctx.env));
  std::error_code error;
  if (const auto what = fs::status(options.replay, error); fs::is_regular_file(what)) {
    return show_trace(ctx, options);
  } else if (fs::exists(what)) { // reading a device or a pipe might never end
    throw usage_error{fmt::format("'{}' is no trace: it is not a regular file.", options.replay)};
  }
  if (options.replay.find(':') == std::string::npos) {
    throw usage_error{
        fmt::format("'{}' is neither a trace file nor a token (w2:...) from a failure "
                    "report.",
                    options.replay)};
  }
  viz::replay_request request;
  request.ex = &require_exercise_of_token(ctx, options.replay);
  request.token = options.replay;
  request.file =
      options.file.empty() ? request_for(ctx, *request.ex).source : fs::absolute(options.file);
  request.window_options = options.for_window;
  ctx.result = static_cast<exit_code>(viz::show_replay(ctx, ctx.env, request));
}

void show(context& ctx, viz_options& options) {
  if (options.presenter) {
    options.for_window.emplace_back("--presenter");
  }
  if (!options.replay.empty()) {
    return replay(ctx, options);
  }
  ctx.result = static_cast<exit_code>(viz::show_live(ctx, ctx.env, live_request_for(ctx, options)));
}

void add_window_options(subcommand command, const std::shared_ptr<viz_options>& options) {
  for (const auto& each : window_options) {
    const std::string name = each.name;
    const auto take = [options, name](std::initializer_list<std::string> words) {
      options->for_window.insert(options->for_window.end(), words);
    };
    if (*each.type == '\0') {
      command.add_flag(name, [take, name] { take({name}); }, each.description).group(each.group);
    } else {
      command
          .add_option(
              name, [take, name](const std::string& value) { take({name, value}); },
              each.description)
          .type_name(each.type)
          .group(each.group);
    }
  }
}

} // namespace

void add_viz(subcommand app, context& ctx) {
  subcommand command =
      app.add_subcommand("viz", "Watch an exercise's scene in a window, and tune it");
  auto options = std::make_shared<viz_options>();
  command.add_option(
      "ID", options->id,
      "Exercise: id, number or path (default: the one you stand in, or the next pending)");
  command_option solution = command.add_flag("--solution", options->solution,
                                             "The model answer instead of your code, after a pass");
  command_option starter =
      command.add_flag("--starter,--naive", options->starter, "The starter instead of your code");
  command_option compare =
      command.add_option("--compare", options->compare,
                         "Two of `mine`, `starter`, `solution` and files, side by side");
  compare.type_name("A B").expected(2);
  command_option replaying = command.add_option("--replay", options->replay,
                                                "A failing run: its token, or the trace it left");
  replaying.type_name("TOKEN|FILE");
  command.add_flag("--anyway", options->anyway,
                   "Show solutions although the exercise has not passed yet");
  command.add_option("--file", options->file, "Use this file instead of the one in the workspace")
      .type_name("FILE");
  command.add_option("--set", options->settings, "A knob's value; may be repeated")
      .type_name("KNOB=VALUE")
      .one_at_a_time();
  command.add_option("--seed", options->seed, "Of the scene's random streams");
  command.add_flag(
      "--presenter", options->presenter,
      "For lectures: large type, every chapter's scenes in a menu, starters and solutions");
  solution.excludes(starter);
  for (const command_option each : {solution, starter, replaying}) {
    compare.excludes(each);
  }
  replaying.excludes(solution).excludes(starter);
  add_window_options(command, options);
  explain(command, ctx, help);
  command.callback([&ctx, options] { show(ctx, *options); });
}

} // namespace weir::grader
