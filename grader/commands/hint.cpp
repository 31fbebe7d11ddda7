#include "commands/command_help.hpp"
#include "commands/commands.hpp"
#include "terminal/markdown.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <ostream>

namespace weir::grader {

namespace {

void show_hint(const context& ctx, const exercise& ex, int number) {
  const std::string head =
      fmt::format("Hint {} of {} for {} {}", number, ex.hints.size(), ex.number, ex.id);
  ctx.out << ctx.paint().bold(head) << "\n\n"
          << render_markdown(ex.hints[static_cast<std::size_t>(number - 1)], ctx.terminal);
}

void show_seen(const context& ctx, const exercise& ex, int seen) {
  for (int number = 1; number <= seen; ++number) {
    ctx.out << (number > 1 ? "\n" : "");
    show_hint(ctx, ex, number);
  }
}

/// One more hint; all of them once there is no further one.
void next_hint(context& ctx, const exercise& ex) {
  const int last = static_cast<int>(ex.hints.size());
  int before = 0;
  ctx.progress().update([&](progress& known) {
    exercise_progress each = known.of(ex.id);
    before = std::min(each.hints_seen, last);
    each.hints_seen = std::min(before + 1, last);
    known.set(ex.id, each);
  });
  if (before == last) {
    show_seen(ctx, ex, last);
    ctx.out << fmt::format("\nThere are no further hints. The chapter says more: `weir read {}`.\n",
                           ex.number.substr(0, ex.number.find('.')));
    return;
  }
  show_hint(ctx, ex, before + 1);
  if (before + 1 < last) {
    ctx.out << ctx.paint().dim(fmt::format("\nThe next one: weir hint {}", ex.id)) << '\n';
  }
}

} // namespace

void add_hint(subcommand app, context& ctx) {
  struct arguments {
    std::string id;
    bool again{};
  };

  subcommand command = app.add_subcommand("hint", "Get one more hint for an exercise");
  const auto given = std::make_shared<arguments>();
  command.add_option("ID", given->id, "The exercise; the current one when left out");
  command.add_flag("--again", given->again, "Repeat the hints seen so far, without a further one");
  explain(command, ctx,
          "Hints go from a nudge to nearly the answer. Each call shows one more than before; how "
          "far you are is remembered, and a reset starts over. After the last one, all are shown.");
  command.callback([&ctx, given] {
    const exercise& ex = ctx.exercise_or_current(given->id);
    if (ex.hints.empty()) {
      ctx.out << fmt::format("There are no hints for {}.\n", ex.id);
      return;
    }
    if (!given->again) {
      next_hint(ctx, ex);
      return;
    }
    const int seen =
        std::min(ctx.progress().load().of(ex.id).hints_seen, static_cast<int>(ex.hints.size()));
    if (seen == 0) {
      ctx.out << fmt::format("No hint for {} was asked for yet; `weir hint {}` shows the first.\n",
                             ex.id, ex.id);
    }
    show_seen(ctx, ex, seen);
  });
}

} // namespace weir::grader
