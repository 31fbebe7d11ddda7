#pragma once

#include <stdexcept>

namespace weir::grader {

/// A file of the workbook (`exercise.toml`, `quiz.toml`) does not say what its format asks for.
/// The message holds file:line:column, what was expected, what was found and what to do. Exit
/// code 3.
struct content_error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The machine is in the way: a missing file, a read-only folder, a full disk, a workspace of
/// another version. The message says what was tried, what came of it and what to do. Exit code 3.
struct environment_error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The command line names something that does not exist or cannot be done. Exit code 2.
struct usage_error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The command was understood but the answer is "not yet", as for a solution before its pass. Exit
/// code 1.
struct not_yet_error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

} // namespace weir::grader
