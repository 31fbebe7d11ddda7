#include "base/errors.hpp"
#include "commands/command_help.hpp"
#include "commands/commands.hpp"
#include "workbook/route.hpp"

#include <fmt/format.h>

#include <memory>
#include <ostream>

namespace weir::grader {

namespace {

constexpr const char* help =
    R"(For a chapter whose matter you know. Each has a door: one exercise that shows it. Once you have taken the fast track,
passing the door marks the chapter as known, and the way goes on behind it. Its other exercises stay open; they are just not
offered any more.

Without a chapter it lists the doors. `--leave` goes back to the whole chapter; what you passed stays passed.

Examples: `weir fast-track`, `weir fast-track 03`, `weir fast-track back-pressure --leave`.)";

std::string state_of(const route& way, const progress& reached, const chapter& each) {
  if (way.is_known(each)) {
    return "known";
  }
  return reached.fast_track(each.folder) ? "taken; the door has not passed yet" : "not taken";
}

void list_doors(context& ctx) {
  const progress reached = ctx.progress().load();
  const route way{ctx.exercises().exercises(), ctx.chapters(), reached};
  for (const chapter& each : ctx.chapters()) {
    if (!each.fast_track.empty()) {
      ctx.out << fmt::format("{} {}\n    {}: {}\n    {}\n", each.number,
                             ctx.paint().bold(each.title), each.fast_track,
                             state_of(way, reached, each), each.fast_track_why);
    }
  }
}

void leave(context& ctx, const chapter& about) {
  ctx.progress().update([&](progress& known) { known.set_fast_track(about.folder, false); });
  ctx.out << fmt::format("Chapter {} is open as a whole again. `weir list` shows it.\n",
                         about.number);
}

void take(context& ctx, const chapter& about) {
  const exercise* door = ctx.exercises().find(about.fast_track);
  if (door == nullptr) {
    throw environment_error{fmt::format("Chapter {} has no fast track.{}", about.folder,
                                        about.fast_track.empty()
                                            ? ""
                                            : " Its chapter.toml names '" + about.fast_track +
                                                  "', and there is no such exercise.")};
  }
  const progress reached = ctx.progress().update([&](progress& known) {
    known.set_fast_track(about.folder, true);
    if (known.of(door->id).first_passed_at.empty()) {
      known.set_current(door->id);
    }
  });
  if (!reached.of(door->id).first_passed_at.empty()) {
    ctx.out << fmt::format("You have passed '{}': chapter {} is known.\n", door->id, about.number);
    return;
  }
  ctx.out << fmt::format("The door is '{}', {}.\n{}\n\n  {}\n", door->id, door->title,
                         about.fast_track_why, ctx.paint().cyan("weir brief " + door->id));
}

} // namespace

void add_fast_track(subcommand app, context& ctx) {
  struct arguments {
    std::string chapter;
    bool leave{};
  };

  subcommand command =
      app.add_subcommand("fast-track", "Show that you know a chapter by one of its exercises");
  const auto given = std::make_shared<arguments>();
  command.add_option("CHAPTER", given->chapter, "Its number or name; all are listed when left out");
  command.add_flag("--leave", given->leave, "Back to the whole chapter");
  explain(command, ctx, help);
  command.callback([&ctx, given] {
    if (given->chapter.empty() && !given->leave) {
      return list_doors(ctx);
    }
    const chapter& about = ctx.require_chapter(given->chapter);
    given->leave ? leave(ctx, about) : take(ctx, about);
  });
}

} // namespace weir::grader
