#pragma once

#include "judge/verdict.hpp"
#include "terminal/terminal.hpp"
#include "workbook/exercise.hpp"

#include <string>

namespace weir::grader {

struct report_options {
  int width{80};
  bool colour{};
  bool unicode{true};
  bool verbose{};       ///< all of the timeline, all of what the program printed
  std::string next;     ///< id of the exercise after a pass; empty: none is left
  std::string fixed;    ///< what was fixed, in a sentence; empty: the exercise has no debrief
  bool solution{true};  ///< false: there is none to compare with, as in a hand-out
  bool show_next{true}; ///< false: the file judged was not the reader's own
};

/// As `detect_terminal` found it.
report_options options_for(const terminal_info& terminal);

/// The verdict for people: its one word first, then why, what was seen, the last events, who waits,
/// how to replay it, where to read, and what it cost. Teaches by the brief's own words; a hidden
/// test's text or path is in none of it, because it is in no verdict. Text that the reader's
/// program or the compiler wrote can't command the terminal.
std::string report(const verdict& v, const exercise& ex, const report_options& how);

} // namespace weir::grader
