#include "commands/command_help.hpp"
#include "commands/commands.hpp"
#include "terminal/text.hpp"
#include "workbook/route.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <ostream>
#include <span>
#include <string>
#include <vector>

namespace weir::grader {

namespace json = boost::json;

namespace {

constexpr const char* help = R"(One line an exercise: its number, its short name, its title, and how
far you are: passed, or points of the last grading and what came of it. An arrow marks the current
one.

`--json` writes one object: `format` (1), `current`, `passed`, `points`, `max_points` and
`exercises`, each with `id`, `number`, `chapter`, `title`, `summary`, `minutes`, `points`,
`max_points`, `passed`, `first_passed_at`, `last_verdict`, `attempts`, `hints`, `hints_seen` and
`file`.)";

struct totals {
  int passed{};
  int points{};
  int max_points{};
};

/// Points that count: all of them once passed, else the last grading's.
int points_of(const exercise& ex, const exercise_progress& known) {
  return known.passed ? ex.max_points() : std::min(known.points, ex.max_points());
}

totals total(const catalog& all, const progress& known) {
  totals sum;
  for (const exercise& ex : all.exercises()) {
    const exercise_progress each = known.of(ex.id);
    sum.passed += each.passed ? 1 : 0;
    sum.points += points_of(ex, each);
    sum.max_points += ex.max_points();
  }
  return sum;
}

std::string state_text(const exercise& ex, const exercise_progress& known, const painter& paint) {
  if (known.passed) {
    return paint.green(fmt::format("passed, {} points", ex.max_points()));
  }
  const std::string cost = fmt::format("{} of {} points", points_of(ex, known), ex.max_points());
  if (known.last_verdict.empty()) {
    return paint.dim(fmt::format("{} min, {} points", ex.minutes, ex.max_points()));
  }
  return paint.yellow(fmt::format("{}, {}", known.last_verdict, cost));
}

std::string mark(const context& ctx, bool passed, bool current) {
  const painter paint = ctx.paint();
  if (current) {
    return paint.bold(ctx.terminal.unicode ? "➜" : ">");
  }
  return passed ? paint.green(ctx.terminal.unicode ? "✓" : "x") : " ";
}

/// One line an exercise, in columns. On a terminal that is too narrow for all, titles give way.
class list_layout {
public:
  list_layout(const context& ctx, const progress& known, std::span<const exercise> exercises)
      : ctx_{ctx}, known_{known} {
    std::size_t state = 0;
    for (const exercise& ex : exercises) {
      id_width_ = std::max(id_width_, ex.id.size());
      title_width_ = std::max(title_width_, display_width(ex.title));
      state = std::max(state, display_width(state_of(ex)));
    }
    if (ctx.terminal.output) {
      const std::size_t others = mark_and_number + id_width_ + 2 * gap + state;
      const auto width = static_cast<std::size_t>(ctx.terminal.width);
      title_width_ = std::clamp(width - std::min(width, others), narrowest_title,
                                std::max(narrowest_title, title_width_));
    }
  }

  std::string line(const exercise& ex, bool current) const {
    const text_style style{.colour = ctx_.terminal.colour, .unicode = ctx_.terminal.unicode};
    const std::string whole =
        fmt::format("{} {:<5} {}  {}  {}", mark(ctx_, known_.of(ex.id).passed, current), ex.number,
                    pad(ex.id, id_width_), pad(clip(ex.title, title_width_, style), title_width_),
                    state_of(ex));
    return ctx_.terminal.output ? clip(whole, static_cast<std::size_t>(ctx_.terminal.width), style)
                                : whole;
  }

private:
  static constexpr std::size_t mark_and_number = 8;
  static constexpr std::size_t gap = 2;
  static constexpr std::size_t narrowest_title = 8;

  const context& ctx_;
  const progress& known_;
  std::size_t id_width_{};
  std::size_t title_width_{};

  std::string state_of(const exercise& ex) const {
    return state_text(ex, known_.of(ex.id), ctx_.paint());
  }
};

/// The heading above a chapter's exercises.
std::string heading_of(context& ctx, const route& way, const exercise& ex) {
  const std::vector<chapter>& chapters = ctx.chapters();
  const auto found = std::ranges::find(chapters, ex.chapter, &chapter::folder);
  const bool known = found != chapters.end() && way.is_known(*found);
  return ctx.paint().bold(fmt::format("{} {}", ex.number.substr(0, ex.number.find('.')),
                                      found != chapters.end() ? found->title : ex.chapter)) +
         (known ? ctx.paint().green(fmt::format("  known, by {}", found->fast_track)) : "");
}

void show_text(context& ctx) {
  const catalog& all = ctx.exercises();
  const progress known = ctx.progress().load();
  const exercise* current = ctx.first_pending();
  const route way{all.exercises(), ctx.chapters(), known};
  const list_layout layout{ctx, known, all.exercises()};
  std::string previous_chapter;
  for (const exercise& ex : all.exercises()) {
    if (ex.chapter != previous_chapter) {
      ctx.out << (previous_chapter.empty() ? "" : "\n") << heading_of(ctx, way, ex) << '\n';
      previous_chapter = ex.chapter;
    }
    ctx.out << layout.line(ex, &ex == current) << '\n';
  }
  const totals sum = total(all, known);
  ctx.out << fmt::format("\n{} of {} passed, {} of {} points\n", sum.passed, all.exercises().size(),
                         sum.points, sum.max_points);
}

void show_json(context& ctx) {
  const catalog& all = ctx.exercises();
  const progress known = ctx.progress().load();
  const exercise* current = ctx.first_pending();
  const totals sum = total(all, known);
  json::array exercises;
  for (const exercise& ex : all.exercises()) {
    const exercise_progress each = known.of(ex.id);
    exercises.push_back(json::object{{"id", ex.id},
                                     {"number", ex.number},
                                     {"chapter", ex.chapter},
                                     {"title", ex.title},
                                     {"summary", ex.summary},
                                     {"minutes", ex.minutes},
                                     {"points", points_of(ex, each)},
                                     {"max_points", ex.max_points()},
                                     {"passed", each.passed},
                                     {"first_passed_at", each.first_passed_at},
                                     {"last_verdict", each.last_verdict},
                                     {"attempts", each.attempts},
                                     {"hints", ex.hints.size()},
                                     {"hints_seen", each.hints_seen},
                                     {"file", ctx.work().file_of(ex).string()}});
  }
  json::object document{{"format", 1},
                        {"current", current != nullptr ? json::value(current->id) : json::value{}},
                        {"passed", sum.passed},
                        {"points", sum.points},
                        {"max_points", sum.max_points},
                        {"exercises", std::move(exercises)}};
  ctx.out << json::serialize(document) << '\n';
}

} // namespace

void add_list(subcommand app, context& ctx) {
  subcommand command = app.add_subcommand("list", "Show all exercises and how far you are");
  const auto as_json = std::make_shared<bool>(false);
  command.add_flag("--json", *as_json, "Write one JSON object");
  explain(command, ctx, help);
  command.callback([&ctx, as_json] { *as_json ? show_json(ctx) : show_text(ctx); });
}

} // namespace weir::grader
