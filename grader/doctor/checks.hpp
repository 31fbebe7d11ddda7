#pragma once

#include "doctor/facts.hpp"

#include <string>
#include <vector>

namespace weir::grader {

/// How bad it is.
enum class check_state {
  fine,
  notice, ///< works, though less well than it could
  missing ///< grading can't work; `weir doctor` then exits with 3
};

/// One line of the doctor's report.
struct doctor_check {
  std::string topic; ///< "compiler"
  check_state state{check_state::fine};
  std::string found;  ///< what there is, and why it is used
  std::string advice; ///< what to do; empty when nothing need be done
};

/// "fine", "notice", "missing".
const char* to_string(check_state state);

/// Judges the facts; nothing else is looked at. In the order in which the report shows them.
std::vector<doctor_check> doctor_checks(const doctor_facts& facts);

} // namespace weir::grader
