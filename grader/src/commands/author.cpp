#include "author/check.hpp"
#include "author/fresh_modules.hpp"
#include "author/release.hpp"
#include "author/skeleton.hpp"
#include "commands.hpp"
#include "errors.hpp"
#include "run_operation.hpp"
#include "runner.hpp"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>

namespace weir::grader {

namespace json = boost::json;
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

/// What the closing table counts for one exercise.
struct tally {
  std::size_t accepts{}, accepts_good{}, rejects{}, rejects_good{}, others{}, others_good{};

  void count(const check_item& item) {
    const bool accept = item.subject.starts_with("accept/") && !item.way.empty();
    const bool reject = item.subject.starts_with("reject/") && !item.way.empty();
    const std::size_t good = item.good ? 1 : 0;
    (accept ? accepts : reject ? rejects : others) += 1;
    (accept ? accepts_good : reject ? rejects_good : others_good) += good;
  }
};

void print_matrix(std::ostream& out, const std::vector<const exercise*>& exercises,
                  const std::vector<check_item>& items) {
  std::map<std::string, tally> by_exercise;
  for (const check_item& item : items) {
    by_exercise[item.exercise].count(item);
  }
  out << fmt::format("  {:<20} {:>14} {:>14} {:>22}\n", "exercise", "accept runs", "reject runs",
                     "starter, solution, paper");
  for (const exercise* ex : exercises) {
    const tally& t = by_exercise[ex->id];
    out << fmt::format("  {:<20} {:>10}/{:<3} {:>10}/{:<3} {:>18}/{:<3}\n", ex->id, t.accepts_good,
                       t.accepts, t.rejects_good, t.rejects, t.others_good, t.others);
  }
}

json::array to_json(const std::vector<check_item>& items) {
  json::array all;
  for (const check_item& item : items) {
    all.push_back({{"exercise", item.exercise},
                   {"subject", item.subject},
                   {"way", item.way},
                   {"good", item.good},
                   {"detail", item.detail}});
  }
  return all;
}

void check(context& ctx, const author_check_options& options) {
  const toolchain tools = toolchain::load(ctx.where.build);
  const scratch_folder scratch{fs::temp_directory_path()};
  check_request request;
  request.repository_root = ctx.where.root;
  request.scratch = scratch.path();
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
  request.on_item = [&](std::size_t done, std::size_t all, const check_item& last) {
    if (!last.good || options.verbose || ctx.terminal.output) {
      ctx.note(fmt::format("[{}/{}] {} {} ({}): {}", done, all, last.exercise, last.subject,
                           last.way, last.good ? "as it should be" : last.detail));
    }
  };
  const auto exercises = request.exercises;
  const std::vector<check_item> items = run_operation(probe_and_check(tools, std::move(request)));
  const auto bad = std::ranges::count(items, false, &check_item::good);
  if (options.json) {
    ctx.out << json::serialize(json::object{{"items", to_json(items)}, {"bad", bad}}) << '\n';
  } else {
    for (const check_item& item : items) {
      if (!item.good) {
        ctx.out << fmt::format("{} {}{}: {}\n", item.exercise, item.subject,
                               item.way.empty() ? "" : " (" + item.way + ")", item.detail);
      }
    }
    print_matrix(ctx.out, exercises, items);
    ctx.out << fmt::format(
        "{} things checked, {} wrong{}\n", items.size(), bad,
        tools.asan ? "" : "; no sanitized build (configure with -DWEIR_ASAN_GRADER=ON)");
  }
  ctx.result = bad == 0 ? exit_code::passed : exit_code::not_passed;
}

/// What authors work on is not in a hand-out.
void require_repository(const context& ctx) {
  if (fs::exists(ctx.where.root / "grader/prebuilt")) {
    throw environment_error{
        "This is a hand-out for readers: solutions, calibration and the text of the hidden tests "
        "are not in it. `weir author` works in the repository that it was made from."};
  }
}

void release(context& ctx, const std::string& target) {
  const toolchain tools = toolchain::load(ctx.where.build);
  if (run_operation(refresh_modules(ctx.where.build))) {
    ctx.note("brought the modules of the hidden tests up to date with their sources");
  }
  release_request request;
  request.root = ctx.where.root;
  request.tests_dir = tools.tests_dir;
  request.target = fs::absolute(target);
  const release_result result = write_release(request);
  for (const leak& each : result.leaks) {
    ctx.out << fmt::format("leak: {}: {}\n", each.file.string(), each.what);
  }
  if (result.leaks.empty()) {
    ctx.out << fmt::format(
        "{} files in {}; nothing in them gives a hidden test or a solution away\n", result.files,
        request.target.string());
  } else {
    ctx.out << fmt::format("{} leaks: do not hand {} out\n", result.leaks.size(),
                           request.target.string());
    ctx.result = exit_code::not_passed;
  }
}

} // namespace

void add_author(CLI::App& app, context& ctx) {
  CLI::App* author =
      app.add_subcommand("author", "For those who write exercises: check, mutate, new, release");
  author->require_subcommand(1);
  author->parse_complete_callback([&ctx] { require_repository(ctx); });

  CLI::App* checking =
      author->add_subcommand("check", "Prove that starters fail, solutions and accepts pass, and "
                                      "every reject is caught by the test it names");
  auto options = std::make_shared<author_check_options>();
  checking->add_option("ID", options->ids, "Exercises: id, number or path (default: all)");
  checking->add_option("--jobs", options->jobs, "Files graded at a time")->capture_default_str();
  checking->add_flag("--json", options->json, "Print every item as JSON");
  checking->add_flag("--quick", options->quick, "One seed, no sanitizers");
  checking->add_flag("--verbose", options->verbose, "A line for each file as it is done");
  checking->callback([&ctx, options] { check(ctx, *options); });

  add_author_mutate(*author, ctx);

  CLI::App* making = author->add_subcommand("new", "Write the skeleton of an exercise");
  auto name = std::make_shared<std::string>();
  making->add_option("NAME", *name, "NN-chapter/MM-name, like 01-back-pressure/07-credit")
      ->required();
  making->callback([&ctx, name] {
    for (const fs::path& file : write_skeleton(ctx.where.root, *name)) {
      ctx.out << file.string() << '\n';
    }
    const std::string folder = fs::path{*name}.filename().string();
    ctx.out << "It builds, fails and is graded as it stands: ./weir author check "
            << folder.substr(folder.find('-') + 1)
            << "\n.github/CONTRIBUTING.md says what to make of it.\n";
  });

  CLI::App* releasing = author->add_subcommand(
      "release", "Write the hand-out for readers: no solutions, hidden tests only as binaries");
  auto target = std::make_shared<std::string>();
  releasing->add_option("DIR", *target, "A new or empty folder")->required();
  releasing->callback([&ctx, target] { release(ctx, *target); });
}

} // namespace weir::grader
