#include "author/check.hpp"
#include "author/check_report.hpp"
#include "author/proof.hpp"
#include "base/run_operation.hpp"
#include "commands/commands.hpp"
#include "commands/load_tools.hpp"
#include "judge/runner.hpp"
#include "terminal/progress_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

namespace weir::grader {

namespace fs = std::filesystem;

namespace {

struct author_check_options {
  std::vector<std::string> ids;
  std::size_t jobs{2};
  bool json{};
  bool quick{};
  bool unless_proven{};
  bool verbose{};
};

boost::asio::awaitable<std::vector<check_item>> probe_and_check(const toolchain& tools,
                                                                check_request request) {
  const sandbox box = co_await sandbox::probe();
  std::vector<check_item> items = co_await check_exercises(tools, box, std::move(request));
  co_return items;
}

check_request request_for(context& ctx, const author_check_options& options) {
  check_request request;
  request.repository_root = ctx.where.root;
  request.jobs = std::max<std::size_t>(options.jobs, 1);
  request.sanitized = !options.quick;
  if (options.quick) {
    request.seeds.resize(1);
  }
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

std::vector<check_item> carry_out(context& ctx, const toolchain& tools, check_request request,
                                  bool verbose) {
  const scratch_folder scratch{fs::temp_directory_path()};
  request.scratch = scratch.path();
  progress_line line{ctx, ctx.now};
  waiting_line waiting{ctx};
  request.on_waiting = waiting.handler();
  request.on_item = [&](std::size_t done, std::size_t all, const check_item& last) {
    const std::string name = fmt::format("{} {} ({})", last.exercise, last.subject, last.way);
    if (verbose || !last.good) {
      line.keep(fmt::format("[{}/{}] {}: {}", done, all, name,
                            last.good ? "as it should be" : last.detail));
    }
    line.show(done, all, name);
  };
  return run_operation(probe_and_check(tools, std::move(request)));
}

/// Takes out of the request what is proven already, and returns it.
std::vector<const exercise*> take_proven(const proofs& known, check_request& request) {
  std::vector<const exercise*> proven;
  std::vector<const exercise*> open;
  for (const exercise* ex : request.exercises) {
    (known.hold(*ex) ? proven : open).push_back(ex);
  }
  request.exercises = std::move(open);
  return proven;
}

/// Notes those exercises of which nothing was wrong.
void note_proven(const proofs& known, const check_request& request,
                 const std::vector<check_item>& items) {
  for (const exercise* ex : request.exercises) {
    const bool wrong = std::ranges::any_of(
        items, [&](const check_item& item) { return item.exercise == ex->id && !item.good; });
    if (!wrong) {
      known.note(*ex);
    }
  }
}

void check(context& ctx, const author_check_options& options) {
  const toolchain tools = load_tools(ctx);
  const proofs known{ctx.where.root, ctx.where.build, tools};
  check_request request = request_for(ctx, options);
  std::vector<const exercise*> proven;
  if (options.unless_proven && ctx.env("WEIR_PROVE").value_or("") != "all") {
    proven = take_proven(known, request);
  }
  std::vector<check_item> items = carry_out(ctx, tools, request, options.verbose);
  if (!options.quick) {
    note_proven(known, request, items);
  }
  // What is only read costs nothing, and depends on more.
  for (const exercise* ex : proven) {
    std::ranges::move(check_files(ctx.where.root, *ex), std::back_inserter(items));
    ctx.note(fmt::format("{}: nothing has changed since it was proven", ex->id));
    request.exercises.push_back(ex);
  }
  const auto bad = std::ranges::count(items, false, &check_item::good);
  if (options.json) {
    ctx.out << check_results(items) << '\n';
  } else {
    print_check(ctx.out, request.exercises, items);
    ctx.out << fmt::format("{} things checked, {} wrong{}\n", items.size(), bad,
                           options.quick ? "; one seed, no sanitizers"
                           : tools.asan
                               ? ""
                               : "; no sanitized build (configure with -DWEIR_ASAN_GRADER=ON)");
  }
  ctx.result = bad == 0 ? exit_code::passed : exit_code::not_passed;
}

} // namespace

void add_author_check(subcommand author, context& ctx) {
  subcommand checking =
      author.add_subcommand("check", "Prove that starters fail, solutions and accepts pass, and "
                                     "every reject is caught by the test it names");
  auto options = std::make_shared<author_check_options>();
  checking.add_option("ID", options->ids, "Exercises: id, number or path (default: all)");
  checking.add_option("--jobs", options->jobs, "Files graded at a time").show_default();
  checking.add_flag("--json", options->json,
                    "Print every item as JSON, in the fields of exercism's results");
  checking.add_flag("--quick", options->quick, "One seed, no sanitizers");
  checking.add_flag("--unless-proven", options->unless_proven,
                    "Grade nothing of an exercise that has not changed since it was proven here "
                    "(WEIR_PROVE=all does all the same)");
  checking.add_flag("--verbose", options->verbose, "A line for each file as it is done");
  checking.callback([&ctx, options] { check(ctx, *options); });
}

} // namespace weir::grader
