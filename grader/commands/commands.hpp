#pragma once

#include "commands/command_line.hpp"
#include "commands/context.hpp"

namespace weir::grader {

// Each adds its subcommand to the application, in <name>.cpp. The callback runs when the
// command line names it. `context` outlives the application.
void add_watch(subcommand app, context& ctx);
void add_list(subcommand app, context& ctx);
void add_run(subcommand app, context& ctx);
void add_replay(subcommand app, context& ctx);
void add_trace(subcommand app, context& ctx);
void add_scene(subcommand app, context& ctx);
void add_viz(subcommand app, context& ctx);
void add_bench(subcommand app, context& ctx);
void add_brief(subcommand app, context& ctx);
void add_hint(subcommand app, context& ctx);
void add_debrief(subcommand app, context& ctx);
void add_solution(subcommand app, context& ctx);
void add_reset(subcommand app, context& ctx);
void add_fast_track(subcommand app, context& ctx);
void add_read(subcommand app, context& ctx);
void add_quiz(subcommand app, context& ctx);
void add_init(subcommand app, context& ctx);
void add_doctor(subcommand app, context& ctx);
void add_completions(subcommand app, context& ctx);
void add_author(subcommand app, context& ctx);
void add_author_check(subcommand author, context& ctx);  // below `author`
void add_author_mutate(subcommand author, context& ctx); // below `author`
void add_help(subcommand app, context& ctx);

/// All of the above, in the order in which `weir --help` shows them.
void register_commands(subcommand app, context& ctx);

} // namespace weir::grader
