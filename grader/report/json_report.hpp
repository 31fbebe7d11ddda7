#pragma once

#include "judge/verdict.hpp"
#include "workbook/exercise.hpp"

#include <boost/json/object.hpp>

namespace weir::grader {

/// Results in exercism's results.json version 3 (`version`, `status`, `message`, `tests[]` with
/// `name`, `status`, `message`, `output`, `task_id`), and beside those fields Weir's own:
/// `verdict`, `points`, `max_points`, `token`, `trace_file`, `schedules`, `handlers`, `seed`,
/// `stages` (microseconds), `sandbox`, `cached`, `tier`, `exercise`.
///
/// `test_code` is never there: hidden tests stay hidden. Limits of the format hold: `message`
/// 65,535 characters, `output` 500.
boost::json::object to_json(const verdict& v, const exercise& ex);

} // namespace weir::grader
