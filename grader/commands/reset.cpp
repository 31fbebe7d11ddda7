#include "base/errors.hpp"
#include "commands/command_help.hpp"
#include "commands/commands.hpp"
#include "terminal/prompt.hpp"

#include <fmt/format.h>

#include <memory>
#include <ostream>
#include <vector>

namespace weir::grader {

namespace {

constexpr const char* help = R"(Puts the starter back. Your version goes to
`.weir/backups/<date>/` in the workspace first; if that fails, nothing is changed. The exercise counts as
not passed afterwards and its hints start over; that it passed once is remembered.

On a terminal you are asked back unless you say `--yes`; without a terminal nothing is asked.

Examples: `weir reset bounded-queue`, `weir reset 1.1 1.2 --yes`, `weir reset --all`.)";

struct arguments {
  std::vector<std::string> ids;
  bool all{};
  bool yes{};
};

std::vector<const exercise*> chosen(context& ctx, const arguments& given) {
  if (given.all == !given.ids.empty()) {
    throw usage_error{"Say which exercise to reset, or --all: `weir reset bounded-queue`."};
  }
  std::vector<const exercise*> result;
  if (given.all) {
    for (const exercise& ex : ctx.exercises().exercises()) {
      result.push_back(&ex);
    }
  }
  for (const std::string& id : given.ids) {
    result.push_back(&ctx.require_exercise(id));
  }
  return result;
}

void reset_one(context& ctx, const exercise& ex) {
  const auto outcome = ctx.work().reset(ctx.exercises(), ex, ctx.now());
  ctx.progress().update([&](progress& known) { known.reset(ex.id); });
  if (outcome.backup) {
    ctx.out << fmt::format("{} is the starter again; your version is kept as {}\n", ex.id,
                           outcome.backup->string());
  } else {
    ctx.out << fmt::format("{} is the starter; there was nothing to keep\n", ex.id);
  }
}

} // namespace

void add_reset(subcommand app, context& ctx) {
  subcommand command = app.add_subcommand("reset", "Start an exercise over; your version is kept");
  const auto given = std::make_shared<arguments>();
  command.add_option("ID", given->ids, "The exercises");
  command.add_flag("--all", given->all, "Every exercise");
  command.add_flag("-y,--yes", given->yes, "Don't ask back");
  explain(command, ctx, help);
  command.callback([&ctx, given] {
    const std::vector<const exercise*> exercises = chosen(ctx, *given);
    const std::string what = given->all ? fmt::format("all {} exercises", exercises.size())
                                        : fmt::format("{}", fmt::join(given->ids, ", "));
    const bool ask_back = ctx.terminal.input && ctx.terminal.output && !given->yes;
    if (ask_back && !confirm(ctx, fmt::format("Reset {}? Your versions are kept in {}.", what,
                                              ctx.work().backup_folder().string()))) {
      ctx.out << "Nothing was changed.\n";
      return;
    }
    for (const exercise* ex : exercises) {
      reset_one(ctx, *ex);
    }
  });
}

} // namespace weir::grader
