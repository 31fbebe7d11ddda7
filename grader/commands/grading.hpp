#pragma once

#include "commands/context.hpp"
#include "judge/pipeline.hpp"
#include "report/report.hpp"

namespace weir::grader {

/// The reader's file in the workspace, to be graded with everything at its default.
/// Throws environment_error when it isn't there.
grade_request request_for(context& ctx, const exercise& ex);

/// The exercise whose test a token was made by. Throws usage_error for a token that names none.
const exercise& require_exercise_of_token(context& ctx, const std::string& token);

/// Loads the toolchain, probes the sandbox and grades. SIGINT ends it with interrupted_error.
verdict grade_now(const context& ctx, grade_request request);

/// Notes the verdict in the progress file, unless nothing was judged. False: the exercise has been
/// reset meanwhile, and nothing is noted.
/// \param resets of the exercise, before its file was read
bool record_grading(context& ctx, const exercise& ex, const verdict& v, int resets);

report_options report_options_for(context& ctx, const exercise& ex, bool verbose);

/// 0 for a pass, 3 when nothing was judged, else 1.
exit_code exit_code_of(const verdict& v);

} // namespace weir::grader
