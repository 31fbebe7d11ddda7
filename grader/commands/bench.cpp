#include "author/bench.hpp"

#include "base/run_operation.hpp"
#include "commands/commands.hpp"
#include "commands/load_tools.hpp"
#include "judge/pipeline.hpp"
#include "judge/runner.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <memory>

namespace weir::grader {

namespace json = boost::json;
namespace fs = std::filesystem;

namespace {

struct bench_options {
  std::vector<std::string> ids;
  int repetitions{5};
  bool no_peers{};
  bool json{};
};

struct bench_result {
  std::string compiler;
  std::string sandbox;
  std::vector<turn_timing> turns;
  std::vector<peer_timing> peers;
};

double milliseconds(std::chrono::microseconds length) {
  return static_cast<double>(length.count()) / 1000.0;
}

std::string stages_text(const std::vector<stage_timing>& stages) {
  std::string text;
  for (const auto& each : stages) {
    text += fmt::format("{}{} {:.0f}", text.empty() ? "" : ", ", each.name,
                        milliseconds(each.duration));
  }
  return text;
}

boost::asio::awaitable<bench_result> measure(const toolchain& tools, const bench_request& request,
                                             const std::vector<const exercise*>& exercises,
                                             bool with_peers,
                                             const std::function<void(const std::string&)>& tell) {
  bench_result result;
  const sandbox box = co_await sandbox::probe();
  result.compiler = tools.describe();
  result.sandbox = box.describe();
  for (const exercise* ex : exercises) {
    for (const char* name : {"starter", "solution"}) {
      const bool is_starter = std::string_view{name} == "starter";
      const fs::path source = request.repository_root / (is_starter ? "exercises" : "solutions") /
                              ex->folder / ex->file;
      if (fs::exists(source)) {
        tell(ex->id + ", " + name);
        turn_timing turn = co_await time_turn(tools, box, request, *ex, source, name);
        result.turns.push_back(std::move(turn));
      }
    }
    if (with_peers) {
      tell(ex->id + ", as one plain Catch2 file");
      peer_timing peer = co_await time_plain_catch2(tools, request, *ex);
      result.peers.push_back(std::move(peer));
    }
  }
  if (with_peers) {
    tell("cargo");
    peer_timing peer = co_await time_cargo(request);
    result.peers.push_back(std::move(peer));
  }
  co_return result;
}

std::chrono::microseconds median(std::vector<std::chrono::microseconds> all) {
  if (all.empty()) {
    return {};
  }
  std::ranges::sort(all);
  return all[all.size() / 2];
}

/// Median over the turns, and over the plain files.
struct summary {
  std::chrono::microseconds turn{};
  std::chrono::microseconds longest{};
  std::chrono::microseconds plain{};
};

summary summarise(const bench_result& result) {
  std::vector<std::chrono::microseconds> turns;
  std::vector<std::chrono::microseconds> plain;
  summary all;
  for (const auto& each : result.turns) {
    turns.push_back(each.total);
    all.longest = std::max(all.longest, each.longest);
  }
  for (const auto& each : result.peers) {
    if (each.problem.empty() && each.name.starts_with("plain")) {
      plain.push_back(total_of(each.stages));
    }
  }
  all.turn = median(std::move(turns));
  all.plain = median(std::move(plain));
  return all;
}

void print(std::ostream& out, const bench_result& result, int repetitions) {
  out << fmt::format("From an edit to its verdict, warm, median of {}; {}, sandbox: {}\n\n",
                     repetitions, result.compiler, result.sandbox);
  out << fmt::format("  {:<22} {:<9} {:<17} {:>9} {:>9} {:>10}   {}\n", "exercise", "file",
                     "verdict", "ms", "longest", "schedules", "stages, ms");
  for (const auto& each : result.turns) {
    out << fmt::format("  {:<22} {:<9} {:<17} {:>9.0f} {:>9.0f} {:>10}   {}\n", each.exercise,
                       each.file, to_key(each.kind), milliseconds(each.total),
                       milliseconds(each.longest), each.schedules, stages_text(each.stages));
  }
  for (const auto& each : result.peers) {
    out << fmt::format(
        "  {:<50} {:>9} {:>20}   {}\n", each.name,
        each.problem.empty() ? fmt::format("{:.0f}", milliseconds(total_of(each.stages))) : "-", "",
        each.problem.empty() ? stages_text(each.stages) : each.problem);
  }
  const summary all = summarise(result);
  out << fmt::format("\n  median {:.0f} ms, longest {:.0f} ms", milliseconds(all.turn),
                     milliseconds(all.longest));
  if (all.plain.count() != 0 && all.turn.count() != 0) {
    out << fmt::format("; the plain file takes {:.1f} times as long",
                       milliseconds(all.plain) / milliseconds(all.turn));
  }
  out << '\n';
}

json::array to_json(const std::vector<stage_timing>& stages) {
  json::array all;
  for (const auto& each : stages) {
    all.push_back({{"name", each.name}, {"us", each.duration.count()}});
  }
  return all;
}

json::object to_json(const bench_result& result) {
  json::array turns;
  for (const auto& each : result.turns) {
    turns.push_back({{"exercise", each.exercise},
                     {"file", each.file},
                     {"verdict", to_key(each.kind)},
                     {"schedules", each.schedules},
                     {"total_us", each.total.count()},
                     {"longest_us", each.longest.count()},
                     {"stages", to_json(each.stages)}});
  }
  json::array peers;
  for (const auto& each : result.peers) {
    peers.push_back({{"name", each.name},
                     {"total_us", total_of(each.stages).count()},
                     {"stages", to_json(each.stages)},
                     {"problem", each.problem}});
  }
  const summary all = summarise(result);
  return {{"compiler", result.compiler},         {"sandbox", result.sandbox},
          {"turns", std::move(turns)},           {"peers", std::move(peers)},
          {"median_us", all.turn.count()},       {"longest_us", all.longest.count()},
          {"plain_median_us", all.plain.count()}};
}

void bench(context& ctx, const bench_options& options) {
  std::vector<const exercise*> exercises;
  for (const auto& id : options.ids) {
    exercises.push_back(&ctx.require_exercise(id));
  }
  const toolchain tools = load_tools(ctx);
  if (options.ids.empty()) {
    for (const exercise& ex : ctx.exercises().exercises()) {
      exercises.push_back(&ex);
    }
  }
  const scratch_folder scratch{fs::temp_directory_path()};
  bench_request request;
  request.repository_root = ctx.where.root;
  request.build = ctx.where.build;
  request.scratch = scratch.path();
  request.repetitions = std::max(1, options.repetitions);
  const auto tell = [&ctx](const std::string& what) {
    ctx.note("measuring " + what);
  };
  const bench_result result =
      run_operation(measure(tools, request, exercises, !options.no_peers, tell));
  if (options.json) {
    ctx.out << json::serialize(to_json(result)) << '\n';
  } else {
    print(ctx.out, result, request.repetitions);
  }
}

} // namespace

void add_bench(subcommand app, context& ctx) {
  subcommand command = app.add_subcommand(
      "bench", "Measure the wait from an edit to its verdict, beside other ways to build the same");
  auto options = std::make_shared<bench_options>();
  command.add_option("ID", options->ids, "Exercises (default: all)");
  command
      .add_option("--repetitions", options->repetitions,
                  "Turns for each file, after one to warm up")
      .show_default();
  command.add_flag("--no-peers", options->no_peers,
                   "Leave out the plain Catch2 file and cargo, which take long");
  command.add_flag("--json", options->json, "Print the figures as JSON");
  command.callback([&ctx, options] { bench(ctx, *options); });
}

} // namespace weir::grader
