#include "commands/grading.hpp"

#include "base/errors.hpp"
#include "base/run_operation.hpp"
#include "commands/load_tools.hpp"
#include "workbook/debrief.hpp"

#include <boost/asio/awaitable.hpp>
#include <fmt/format.h>

namespace weir::grader {

namespace {

boost::asio::awaitable<verdict> probe_and_grade(const toolchain& tools, grade_request request) {
  const sandbox box = co_await sandbox::probe();
  verdict v = co_await grade(tools, box, std::move(request));
  co_return v;
}

} // namespace

grade_request request_for(context& ctx, const exercise& ex) {
  grade_request request;
  request.ex = &ex;
  request.repository_root = ctx.where.root;
  request.source = ctx.work().require_file(ctx.exercises(), ex);
  request.build_folder = build_folder_of(ctx.where.workspace, ex);
  return request;
}

const exercise& require_exercise_of_token(context& ctx, const std::string& token) {
  const std::string id = exercise_of_token(token);
  const exercise* found = ctx.exercises().find(id);
  if (!found) {
    throw usage_error{
        fmt::format("the token belongs to '{}', and there is no such exercise here", id)};
  }
  test_of_token(*found, token); // says so if the test is unknown
  return *found;
}

verdict grade_now(const context& ctx, grade_request request) {
  const toolchain tools = load_tools(ctx);
  waiting_line line{ctx};
  request.on_waiting = line.handler();
  return run_operation(probe_and_grade(tools, std::move(request)));
}

bool record_grading(context& ctx, const exercise& ex, const verdict& v, int resets) {
  if (v.kind == verdict_kind::environment_error) {
    return true;
  }
  const grading_note note{.passed = v.passed(),
                          .verdict = std::string{to_key(v.kind)},
                          .points = v.points,
                          .at = ctx.now(),
                          .resets = resets};
  bool noted = false;
  ctx.progress().update([&](progress& known) {
    noted = known.record(ex.id, note);
    known.set_current(ex.id);
  });
  return noted;
}

report_options report_options_for(context& ctx, const exercise& ex, bool verbose) {
  report_options how = options_for(ctx.terminal);
  how.verbose = verbose;
  how.fixed = what_was_fixed(ctx.where.root, ex);
  how.solution = std::filesystem::exists(ctx.where.root / "solutions");
  if (const exercise* pending = ctx.first_pending()) {
    how.next = pending->id;
  }
  return how;
}

exit_code exit_code_of(const verdict& v) {
  if (v.passed()) {
    return exit_code::passed;
  }
  return v.kind == verdict_kind::environment_error ? exit_code::environment : exit_code::not_passed;
}

} // namespace weir::grader
