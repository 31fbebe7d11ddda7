#include "author/contents.hpp"
#include "author/fresh_modules.hpp"
#include "author/release.hpp"
#include "author/skeleton.hpp"
#include "base/errors.hpp"
#include "base/run_operation.hpp"
#include "commands/commands.hpp"
#include "commands/load_tools.hpp"
#include "judge/toolchain.hpp"

#include <fmt/format.h>

#include <memory>
#include <vector>

namespace weir::grader {

namespace fs = std::filesystem;

namespace {

/// What authors work on is not in a hand-out.
void require_repository(const context& ctx) {
  if (fs::exists(ctx.where.root / "grader/prebuilt")) {
    throw environment_error{
        "This is a hand-out for readers: solutions, calibration and the text of the hidden tests "
        "are not in it. `weir author` works in the repository that it was made from."};
  }
}

void release(context& ctx, const std::string& target) {
  const toolchain tools = load_tools(ctx);
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

void tell(context& ctx, const std::vector<fs::path>& written) {
  for (const fs::path& file : written) {
    ctx.out << file.string() << '\n';
  }
}

void add_making(subcommand author, context& ctx) {
  subcommand exercise = author.add_subcommand("new", "Write the skeleton of an exercise");
  auto name = std::make_shared<std::string>();
  exercise.add_option("NAME", *name, "NN-chapter/MM-name, like 01-back-pressure/07-credit")
      .required();
  exercise.callback([&ctx, name] {
    tell(ctx, write_skeleton(ctx.where.root, *name));
    const std::string folder = fs::path{*name}.filename().string();
    ctx.out << "It builds, fails and is graded as it stands: ./weir author check --quick "
            << folder.substr(folder.find('-') + 1)
            << "\n.github/CONTRIBUTING.md says what to make of it.\n";
  });

  subcommand chapter = author.add_subcommand("new-chapter", "Write the skeleton of a chapter");
  chapter.add_option("NAME", *name, "NN-name, like 05-structured-concurrency").required();
  chapter.callback([&ctx, name] {
    tell(ctx, write_chapter_skeleton(ctx.where.root, *name));
    ctx.out << "Its example is built and its quotes are checked: ./weir test -R '" << *name
            << "'\nIts first exercise: ./weir author new " << *name << "/01-NAME\n";
  });

  subcommand contents = author.add_subcommand(
      "contents", "Bring README's table of chapters and exercises up to date");
  contents.callback([&ctx] {
    ctx.out << (update_contents(ctx.where.root) ? "README.md lists what there is now\n"
                                                : "README.md lists what there is\n");
  });
}

} // namespace

void add_author(subcommand app, context& ctx) {
  subcommand author = app.add_subcommand(
      "author",
      "For those who write exercises: check, mutate, new, new-chapter, contents, release");
  author.require_subcommand();
  author.before([&ctx] { require_repository(ctx); });

  add_author_check(author, ctx);
  add_author_mutate(author, ctx);

  add_making(author, ctx);

  subcommand releasing = author.add_subcommand(
      "release", "Write the hand-out for readers: no solutions, hidden tests only as binaries");
  auto target = std::make_shared<std::string>();
  releasing.add_option("DIR", *target, "A new or empty folder").required();
  releasing.callback([&ctx, target] { release(ctx, *target); });
}

} // namespace weir::grader
