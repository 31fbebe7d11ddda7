#pragma once

#include "commands/context.hpp"

namespace CLI {
class App;
}

namespace weir::grader {

// Each adds its subcommand to the application, in commands/<name>.cpp. The callback runs when the
// command line names it. `context` outlives the application.
void add_watch(CLI::App& app, context& ctx);
void add_list(CLI::App& app, context& ctx);
void add_run(CLI::App& app, context& ctx);
void add_replay(CLI::App& app, context& ctx);
void add_trace(CLI::App& app, context& ctx);
void add_scene(CLI::App& app, context& ctx);
void add_viz(CLI::App& app, context& ctx);
void add_bench(CLI::App& app, context& ctx);
void add_brief(CLI::App& app, context& ctx);
void add_hint(CLI::App& app, context& ctx);
void add_debrief(CLI::App& app, context& ctx);
void add_solution(CLI::App& app, context& ctx);
void add_reset(CLI::App& app, context& ctx);
void add_fast_track(CLI::App& app, context& ctx);
void add_read(CLI::App& app, context& ctx);
void add_quiz(CLI::App& app, context& ctx);
void add_init(CLI::App& app, context& ctx);
void add_doctor(CLI::App& app, context& ctx);
void add_completions(CLI::App& app, context& ctx);
void add_author(CLI::App& app, context& ctx);
void add_author_check(CLI::App& author, context& ctx);  // below `author`
void add_author_mutate(CLI::App& author, context& ctx); // below `author`
void add_help(CLI::App& app, context& ctx);

/// All of the above, in the order in which `weir --help` shows them.
void register_commands(CLI::App& app, context& ctx);

} // namespace weir::grader
