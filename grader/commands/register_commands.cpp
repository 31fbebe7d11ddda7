#include "commands/commands.hpp"

namespace weir::grader {

void register_commands(subcommand app, context& ctx) {
  add_watch(app, ctx);
  add_list(app, ctx);
  add_run(app, ctx);
  add_replay(app, ctx);
  add_trace(app, ctx);
  add_scene(app, ctx);
  add_viz(app, ctx);
  add_bench(app, ctx);
  add_brief(app, ctx);
  add_hint(app, ctx);
  add_debrief(app, ctx);
  add_solution(app, ctx);
  add_reset(app, ctx);
  add_fast_track(app, ctx);
  add_read(app, ctx);
  add_quiz(app, ctx);
  add_init(app, ctx);
  add_doctor(app, ctx);
  add_completions(app, ctx);
  add_author(app, ctx);
  add_help(app, ctx);
}

} // namespace weir::grader
