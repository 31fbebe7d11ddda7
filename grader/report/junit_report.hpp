#pragma once

#include "judge/verdict.hpp"
#include "workbook/exercise.hpp"

#include <chrono>
#include <span>
#include <string>

namespace weir::grader {

/// One exercise's verdict, for a report over several.
struct graded_exercise {
  const exercise* ex{};
  verdict result;
};

/// JUnit XML as CI systems read it: one testsuite for each exercise, one testcase for each hidden
/// test. A broken promise is a `failure`; a test that was not judged (crash, time-out, does not
/// compile) is an `error`, typed by the verdict. An exercise of which no test was run has one
/// testcase of its own that says why: an empty suite would look like a pass.
std::string to_junit(std::span<const graded_exercise> graded,
                     std::chrono::system_clock::time_point when, const std::string& hostname);

} // namespace weir::grader
