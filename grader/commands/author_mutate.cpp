#include "author/mutate.hpp"
#include "base/run_operation.hpp"
#include "commands/commands.hpp"
#include "commands/load_tools.hpp"
#include "judge/runner.hpp"
#include "terminal/progress_line.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>

namespace weir::grader {

namespace json = boost::json;
namespace fs = std::filesystem;

namespace {

struct author_mutate_options {
  std::vector<std::string> ids;
  std::size_t jobs{2};
  bool deep{};
  bool json{};
  bool verbose{};
};

boost::asio::awaitable<std::vector<mutant_result>> probe_and_mutate(const toolchain& tools,
                                                                    mutate_request request) {
  const sandbox box = co_await sandbox::probe();
  std::vector<mutant_result> results = co_await mutate_exercises(tools, box, std::move(request));
  co_return results;
}

std::string_view to_key(mutant_fate fate) {
  switch (fate) {
  case mutant_fate::killed:
    return "killed";
  case mutant_fate::survived:
    return "survived";
  case mutant_fate::equivalent:
    return "equivalent";
  case mutant_fate::invalid:
    return "invalid";
  }
  return "?";
}

using counts = std::map<mutant_fate, std::size_t>;

/// Killed, of those that compile and are not known to be harmless.
std::string score_of(counts& seen) {
  const std::size_t killed = seen[mutant_fate::killed];
  const std::size_t judged = killed + seen[mutant_fate::survived];
  return judged == 0 ? "-" : fmt::format("{} %", 100 * killed / judged);
}

void print_row(std::ostream& out, const std::string& name, counts& seen) {
  out << fmt::format("  {:<20} {:>7} {:>9} {:>11} {:>10} {:>8}\n", name, seen[mutant_fate::killed],
                     seen[mutant_fate::survived], seen[mutant_fate::equivalent],
                     seen[mutant_fate::invalid], score_of(seen));
}

void print_text(std::ostream& out, const std::vector<const exercise*>& exercises,
                const std::vector<mutant_result>& results, bool verbose) {
  std::map<std::string, counts> by_exercise;
  counts all;
  for (const mutant_result& each : results) {
    ++by_exercise[each.exercise][each.fate];
    ++all[each.fate];
    if (each.fate == mutant_fate::survived || verbose) {
      out << fmt::format("{} line {}: {}: {}{}\n    was      {}\n    becomes  {}\n", each.exercise,
                         each.what.line, each.what.operation, to_key(each.fate),
                         each.detail.empty() ? "" : " (" + each.detail + ")", each.what.was,
                         each.what.becomes);
    }
  }
  out << fmt::format("  {:<20} {:>7} {:>9} {:>11} {:>10} {:>8}\n", "exercise", "killed", "survived",
                     "equivalent", "invalid", "score");
  for (const exercise* ex : exercises) {
    print_row(out, ex->id, by_exercise[ex->id]);
  }
  if (exercises.size() > 1) {
    print_row(out, "all", all);
  }
}

json::array to_json(const std::vector<mutant_result>& results) {
  json::array all;
  for (const mutant_result& each : results) {
    all.push_back({{"exercise", each.exercise},
                   {"line", each.what.line},
                   {"operation", each.what.operation},
                   {"was", each.what.was},
                   {"becomes", each.what.becomes},
                   {"fate", to_key(each.fate)},
                   {"detail", each.detail}});
  }
  return all;
}

mutate_request request_for(context& ctx, const author_mutate_options& options) {
  mutate_request request;
  request.repository_root = ctx.where.root;
  request.jobs = std::max<std::size_t>(options.jobs, 1);
  request.deep = options.deep;
  for (const std::string& id : options.ids) {
    request.exercises.push_back(&ctx.require_exercise(id));
  }
  if (options.ids.empty()) {
    for (const exercise& ex : ctx.exercises().exercises()) {
      request.exercises.push_back(&ex);
    }
  }
  return request;
}

std::vector<mutant_result> carry_out(context& ctx, const toolchain& tools, mutate_request request) {
  const scratch_folder scratch{fs::temp_directory_path()};
  request.scratch = scratch.path();
  progress_line line{ctx, ctx.now};
  waiting_line waiting{ctx};
  request.on_waiting = waiting.handler();
  request.on_result = [&](std::size_t done, std::size_t all, const mutant_result& last) {
    line.show(done, all,
              fmt::format("{} line {}: {}: {}", last.exercise, last.what.line, last.what.operation,
                          to_key(last.fate)));
  };
  return run_operation(probe_and_mutate(tools, std::move(request)));
}

void mutate(context& ctx, const author_mutate_options& options) {
  const toolchain tools = load_tools(ctx);
  const mutate_request request = request_for(ctx, options);
  const std::vector<mutant_result> results = carry_out(ctx, tools, request);
  if (options.json) {
    ctx.out << json::serialize(to_json(results)) << '\n';
  } else {
    print_text(ctx.out, request.exercises, results, options.verbose);
  }
  const bool all_caught =
      std::ranges::count(results, mutant_fate::survived, &mutant_result::fate) == 0;
  ctx.result = all_caught ? exit_code::passed : exit_code::not_passed;
}

} // namespace

void add_author_mutate(subcommand author, context& ctx) {
  subcommand mutating = author.add_subcommand(
      "mutate", "Break each solution in many small ways, and see which breaks no test notices");
  auto options = std::make_shared<author_mutate_options>();
  mutating.add_option("ID", options->ids, "Exercises: id, number or path (default: all)");
  mutating.add_option("--jobs", options->jobs, "Files graded at a time").show_default();
  mutating.add_flag("--deep", options->deep, "Judge survivors again by the deeper search");
  mutating.add_flag("--json", options->json, "Print every mutant as JSON");
  mutating.add_flag("--verbose", options->verbose, "Show every mutant, not only survivors");
  mutating.callback([&ctx, options] { mutate(ctx, *options); });
}

} // namespace weir::grader
