#include "base/files.hpp"
#include "commands/cli.hpp"
#include "commands/command_help.hpp"
#include "commands/commands.hpp"
#include "commands/grading.hpp"
#include "commands/load_tools.hpp"
#include "judge/process.hpp"
#include "parts/background_builder.hpp"
#include "viz/show.hpp"
#include "watch/shell.hpp"
#include "workbook/debrief.hpp"
#include "workbook/route.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <exception>
#include <filesystem>
#include <map>
#include <memory>
#include <ostream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace weir::grader {

namespace {

constexpr const char* help =
    R"(Grades your file whenever you save it and shows what came of it. A save during a run starts
over. After a pass a deeper search goes on in the background and speaks up only if it finds something.

Without an ID it opens where you were last, at the first exercise that has not passed. `?` shows the keys, `q` quits.

Saves are noticed through the file system's events; where there are none (network mounts, folders shared with a virtual
machine) the file is looked at every half second, and you are told. `--poll` asks for that, `--manual` leaves it to the
`r` key.

Without a terminal the overview is printed and the exercise is graded once, as `weir run` would.

Examples: `weir watch`, `weir watch bounded-queue`, `weir watch --poll=250`.)";

constexpr std::uint64_t deep_seed =
    1000; // far from those of the first tier, which were tried just before

struct watch_options {
  std::string id;
  std::string poll; ///< milliseconds; empty: not asked for
  bool manual{};
};

/// What the loop works on: a context of its own, whose side remarks do not land on the screen.
struct session {
  std::ostringstream remarks;
  context ctx;
  sandbox box;
  parts::background_builder* builder{}; // while the loop runs
  std::map<std::string, int> resets;    // of exercises, before their files were read to be graded

  explicit session(const context& outer)
      : ctx{{.terminal = outer.terminal,
             .env = outer.env,
             .in = outer.in,
             .out = outer.out,
             .err = remarks},
            outer.where,
            outer.now} {}

  std::string take_remarks() {
    std::string text = remarks.str();
    remarks.str({});
    std::replace(text.begin(), text.end(), '\n', ' ');
    return text;
  }
};

/// The exercise that a pass of `ex` leads on to; empty when none is pending.
std::string next_after(session& loop, const exercise& ex) {
  const progress reached = loop.ctx.progress().load();
  const auto all = loop.ctx.exercises().exercises();
  const auto place = static_cast<std::size_t>(&ex - all.data());
  const exercise* next = route{all, loop.ctx.chapters(), reached}.next_pending(place + 1);
  return next != nullptr && next != &ex ? next->id : std::string{};
}

/// Throws environment_error when nothing was judged.
watch::run_outcome outcome_of(session& loop, const exercise& ex, verdict judged) {
  if (judged.kind == verdict_kind::environment_error) {
    throw environment_error{judged.detail};
  }
  watch::run_outcome outcome;
  outcome.passed = judged.passed();
  outcome.verdict = to_key(judged.kind);
  outcome.headline = headline(judged);
  outcome.points = judged.points;
  outcome.token = judged.token;
  report_options how = options_for(loop.ctx.terminal);
  how.next = next_after(loop, ex);
  how.fixed = what_was_fixed(loop.ctx.where.root, ex);
  how.solution = std::filesystem::exists(loop.ctx.where.root / "solutions");
  outcome.report = [&ex, how, judged = std::make_shared<const verdict>(std::move(judged))](
                       std::size_t width) mutable {
    how.width = static_cast<int>(width);
    return report(*judged, ex, how);
  };
  return outcome;
}

asio::awaitable<watch::run_outcome> judge(session& loop, std::string id, search_depth depth,
                                          watch::waiting_handler on_waiting) {
  const exercise& ex = loop.ctx.require_exercise(id);
  toolchain tools = toolchain::load(loop.ctx.where.build); // may have been built anew since
  tools.provide = [&loop](part which, part_progress_handler on_progress) {
    return loop.builder->need(std::move(which), std::move(on_progress));
  };
  loop.resets[id] = loop.ctx.progress().load().of(id).resets;
  grade_request request = request_for(loop.ctx, ex);
  if (depth == search_depth::deep) {
    request.depth = search_depth::deep;
    request.search.seed = deep_seed;
  }
  if (on_waiting) {
    request.on_waiting = [on_waiting](const part_progress& how_far) {
      on_waiting(to_string(how_far));
    };
  }
  verdict judged = co_await grade(tools, loop.box, std::move(request));
  co_return outcome_of(loop, ex, std::move(judged));
}

std::string page_text(session& loop, const std::string& id, watch::page_kind page) {
  const exercise& ex = loop.ctx.require_exercise(id);
  switch (page) {
  case watch::page_kind::brief:
    return read_file(loop.ctx.exercises().folder_of(ex) / "brief.md");
  case watch::page_kind::debrief:
    return read_file(debrief_file(loop.ctx.where.root, ex));
  case watch::page_kind::solution:
    break;
  }
  std::string text = read_file(loop.ctx.require_solution(ex));
  loop.ctx.progress().update([&](progress& known) {
    exercise_progress each = known.of(id);
    each.solution_seen = true;
    known.set(id, each);
  });
  return text;
}

std::string reset(session& loop, const std::string& id) {
  const exercise& ex = loop.ctx.require_exercise(id);
  const auto outcome = loop.ctx.work().reset(loop.ctx.exercises(), ex, loop.ctx.now());
  loop.ctx.progress().update([&](progress& known) { known.reset(id); });
  return outcome.backup ? fmt::format("The starter is back; your version is kept as {}",
                                      outcome.backup->string())
                        : std::string{"The starter is back; there was nothing to keep."};
}

void remember_result(session& loop, const watch::record_result& result) {
  const grading_note note{.passed = result.passed,
                          .verdict = result.verdict,
                          .points = result.points,
                          .at = loop.ctx.now(),
                          .resets = loop.resets[result.exercise]};
  loop.ctx.progress().update([&](progress& known) { known.record(result.exercise, note); });
}

void remember_hints(session& loop, const watch::record_hints& hints) {
  loop.ctx.progress().update([&](progress& known) {
    exercise_progress each = known.of(hints.exercise);
    each.hints_seen = static_cast<int>(hints.seen);
    known.set(hints.exercise, each);
  });
}

/// The end of what a program said, as one line.
std::string last_lines(std::string text, int count) {
  while (text.ends_with('\n')) {
    text.pop_back();
  }
  auto begin = text.size();
  while (count-- > 0 && begin != std::string::npos && begin != 0) {
    begin = text.rfind('\n', begin - 1);
  }
  text.erase(0, begin == std::string::npos ? 0 : begin + 1);
  std::ranges::replace(text, '\n', ' ');
  return text;
}

/// `weir viz` in a process group of its own: whatever it started ends with it.
asio::awaitable<std::string> visualize(session& loop, std::string id, std::string token) {
  static_cast<void>(viz::require_window_program(loop.ctx.where, loop.ctx.env));
  process_spec spec;
  spec.argv = {std::filesystem::read_symlink("/proc/self/exe").string(), "viz"};
  if (token.empty()) {
    spec.argv.push_back(std::move(id));
  } else {
    spec.argv.insert(spec.argv.end(), {"--replay", std::move(token)});
  }
  const paths& where = loop.ctx.where; // of two settings of a variable the first one counts
  spec.environment = {"WEIR_ROOT=" + where.root.string(), "WEIR_BUILD=" + where.build.string(),
                      "WEIR_WORKSPACE=" + where.workspace.string()};
  for (char** each = environ; *each != nullptr; ++each) {
    spec.environment.emplace_back(*each);
  }
  spec.limits.wall = std::chrono::hours{24 * 365};
  const process_result result = co_await run_process(std::move(spec));
  if (result.end.success()) {
    co_return std::string{};
  }
  const std::string said = last_lines(result.errors.text(), 2);
  co_return said.empty() ? fmt::format("The visualizer ended with {}.", to_string(result.end))
                         : said;
}

watch::watch_services services_of(session& loop) {
  watch::watch_services services;
  services.judge = [&loop](const std::string& id, search_depth depth,
                           watch::waiting_handler on_waiting) {
    return judge(loop, id, depth, std::move(on_waiting));
  };
  services.file_of = [&loop](const std::string& id) {
    return loop.ctx.work().file_of(loop.ctx.require_exercise(id));
  };
  services.page = [&loop](const std::string& id, watch::page_kind page) {
    return page_text(loop, id, page);
  };
  services.reset = [&loop](const std::string& id) {
    return reset(loop, id);
  };
  services.remember_result = [&loop](const watch::record_result& result) {
    remember_result(loop, result);
  };
  services.remember_hints = [&loop](const watch::record_hints& hints) {
    remember_hints(loop, hints);
  };
  services.remember_current = [&loop](const std::string& id) {
    loop.ctx.progress().update([&](progress& known) { known.set_current(id); });
  };
  services.visualize = [&loop](const std::string& id, const std::string& token) {
    return visualize(loop, id, token);
  };
  services.news = [&loop] {
    return loop.take_remarks();
  };
  return services;
}

/// As a path that the reader can type where they stand, if it is no longer than the full one.
std::string path_for_reader(const std::filesystem::path& file) {
  std::error_code error;
  const auto relative = std::filesystem::relative(file, error);
  return error || relative.empty() || relative.string().starts_with("../..") ? file.string()
                                                                             : relative.string();
}

std::vector<watch::watched_exercise> watched_exercises(context& ctx) {
  const progress known = ctx.progress().load();
  const route way{ctx.exercises().exercises(), ctx.chapters(), known};
  std::vector<watch::watched_exercise> all;
  for (const exercise& ex : ctx.exercises().exercises()) {
    const exercise_progress each = known.of(ex.id);
    watch::watched_exercise watched;
    watched.id = ex.id;
    watched.number = ex.number;
    watched.title = ex.title;
    watched.summary = ex.summary;
    watched.file = path_for_reader(ctx.work().file_of(ex));
    watched.hints = ex.hints;
    watched.hints_seen = static_cast<std::size_t>(std::max(each.hints_seen, 0));
    watched.passed = each.passed;
    watched.passed_once = each.passed || !each.first_passed_at.empty();
    watched.has_debrief = std::filesystem::exists(debrief_file(ctx.where.root, ex));
    watched.door = way.door_of(ex);
    watched.has_solution =
        std::filesystem::exists(ctx.where.root / "solutions" / ex.folder / ex.file);
    all.push_back(std::move(watched));
  }
  return all;
}

/// Where to open: the exercise asked for, else the first pending one, else the last one open.
const exercise& opening(context& ctx, const std::string& id) {
  const auto all = ctx.exercises().exercises();
  if (all.empty()) {
    throw environment_error{
        fmt::format("There are no exercises below {}.", (ctx.where.root / "exercises").string())};
  }
  if (!id.empty()) {
    return ctx.require_exercise(id);
  }
  if (const exercise* pending = ctx.first_pending()) {
    return *pending;
  }
  const exercise* last = ctx.exercises().find(ctx.progress().load().current());
  return last != nullptr ? *last : all.front();
}

watch_request watch_request_of(const watch_options& options) {
  watch_request request;
  request.manual = options.manual;
  if (!options.poll.empty()) {
    int milliseconds = 0;
    const char* const end = options.poll.data() + options.poll.size();
    const auto [rest, error] = std::from_chars(options.poll.data(), end, milliseconds);
    if (error != std::errc{} || rest != end || milliseconds < 1 || milliseconds > 60'000) {
      throw usage_error{
          fmt::format("--poll takes milliseconds, 1 to 60000, not '{}'.", options.poll)};
    }
    request.poll = std::chrono::milliseconds{milliseconds};
  }
  return request;
}

/// What the reader will need, in the order in which they will: where they are, then what comes
/// after.
std::vector<part> parts_from(session& loop, std::size_t current) {
  const auto all = loop.ctx.exercises().exercises();
  std::vector<part> wanted;
  for (std::size_t step = 0; step < all.size(); ++step) {
    const exercise& ex = all[(current + step) % all.size()];
    wanted.push_back({.kind = part_kind::tests, .exercise = ex.id});
    if (step == 0) {
      wanted.push_back({.kind = part_kind::deep_header}); // for what goes on behind a pass
    }
    if (viz::has_scene(loop.ctx.where, ex)) {
      wanted.push_back({.kind = part_kind::scene, .exercise = ex.id});
    }
  }
  return wanted;
}

/// The builder's scope is the loop's: whatever way the loop ends, the build has ended before this
/// returns.
asio::awaitable<void> run_loop(session& loop, watch::shell_settings settings) {
  const auto executor = co_await asio::this_coro::executor;
  loop.box = co_await sandbox::probe();
  parts::builder_services building = parts::services_at(site_of(loop.ctx));
  building.on_problem = [&loop](const std::string& problem) {
    loop.ctx.note("nothing is built ahead any more: " + problem);
  };
  parts::background_builder builder{executor, std::move(building),
                                    parts_from(loop, settings.current)};
  loop.builder = &builder;
  if (!settings.how_to_watch.manual) {
    builder.ask({.kind = part_kind::tests, .exercise = settings.exercises[settings.current].id});
  }
  watch::watch_shell shell{executor, std::move(settings), services_of(loop)};
  task_group background{executor};
  background.spawn(builder.run());
  std::exception_ptr thrown;
  try {
    co_await shell.run();
  } catch (...) {
    thrown = std::current_exception();
  }
  background.cancel();
  co_await background.join();
  if (thrown) {
    std::rethrow_exception(thrown);
  }
}

void watch_on_terminal(const context& outer, const watch_options& options) {
  session loop{outer};
  context& ctx = loop.ctx;
  static_cast<void>(toolchain::load(ctx.where.build)); // says now what would go wrong on every save
  ctx.work().prepare(ctx.exercises());
  watch::shell_settings settings;
  settings.how_to_watch = watch_request_of(options);
  settings.current =
      static_cast<std::size_t>(&opening(ctx, options.id) - ctx.exercises().exercises().data());
  settings.exercises = watched_exercises(ctx);
  settings.style = {.colour = ctx.terminal.colour, .unicode = ctx.terminal.unicode};
  settings.env = ctx.env;

  asio::io_context io{1};
  std::exception_ptr thrown;
  asio::co_spawn(io, run_loop(loop, std::move(settings)),
                 [&](const std::exception_ptr& error) { thrown = error; });
  io.run();
  if (const std::string remarks = loop.remarks.str(); !remarks.empty()) {
    outer.err << remarks;
  }
  if (thrown) {
    std::rethrow_exception(thrown);
  }
}

void grade_once(context& ctx, const watch_options& options) {
  ctx.work().prepare(ctx.exercises());
  const std::string id = opening(ctx, options.id).id;
  const bool pending = ctx.first_pending() != nullptr || !options.id.empty();
  const std::vector<std::string> list{"list"};
  ctx.result = run_cli(ctx, list);
  if (ctx.result == exit_code::passed && pending) {
    ctx.out << '\n';
    const std::vector<std::string> run{"run", id};
    ctx.result = run_cli(ctx, run);
  }
}

void watch_or_grade(context& ctx, const watch_options& options) {
  static_cast<void>(watch_request_of(options));
  if (ctx.terminal.input && ctx.terminal.output) {
    watch_on_terminal(ctx, options);
  } else {
    grade_once(ctx, options);
  }
}

} // namespace

void add_watch(subcommand app, context& ctx) {
  subcommand command = app.add_subcommand("watch", "Grade an exercise on every save (the default)");
  const auto options = std::make_shared<watch_options>();
  command.add_option("ID", options->id, "Where to begin; the first pending exercise when left out");
  command.add_flag("--poll{500}", options->poll,
                   "Look at the file every so many milliseconds (--poll=250)");
  command.add_flag("--manual", options->manual, "Grade only when you press r");
  explain(command, ctx, help);
  command.callback([&ctx, options] { watch_or_grade(ctx, *options); });
  ctx.default_action = [&ctx] {
    watch_or_grade(ctx, {});
  };
}

} // namespace weir::grader
