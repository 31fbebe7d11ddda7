#include "author/check.hpp"
#include "author/check_report.hpp"
#include "base/run_operation.hpp"
#include "commands/commands.hpp"
#include "judge/runner.hpp"
#include "terminal/progress_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

namespace weir::grader {

namespace fs = std::filesystem;

namespace {

struct author_check_options {
  std::vector<std::string> ids;
  std::size_t jobs{2};
  bool json{};
  bool quick{};
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

void check(context& ctx, const author_check_options& options) {
  const toolchain tools = toolchain::load(ctx.where.build);
  const check_request request = request_for(ctx, options);
  const std::vector<check_item> items = carry_out(ctx, tools, request, options.verbose);
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
  checking.add_flag("--verbose", options->verbose, "A line for each file as it is done");
  checking.callback([&ctx, options] { check(ctx, *options); });
}

} // namespace weir::grader
