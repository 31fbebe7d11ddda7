#pragma once

#include "judge/verdict.hpp"
#include "workbook/exercise.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace weir::grader {

/// A file of an exercise's calibration set: a solution in another style, or a plausible mistake.
struct calibration_file {
  enum class side { accept, reject };
  side which{side::accept};
  std::filesystem::path file;
  std::string style;                      ///< of accept: how it goes about it, in words
  std::string test;                       ///< of reject: the test that must catch it
  std::optional<verdict_kind> expected{}; ///< of reject: how that test must end; empty: any failure
};

/// Reads `<root>/grader/hidden/<exercise's folder>/{accept,reject}/*.cpp`, sorted by name. The
/// first line of each says what it is:
///
///     // accept: a list of callbacks, no coroutine waits
///     // reject: push-waits deadlock
///
/// Throws content_error for a first line of another shape, a test the exercise doesn't have, or a
/// verdict nobody knows. No folder, no files.
std::vector<calibration_file> read_calibration(const std::filesystem::path& root,
                                               const exercise& ex);

} // namespace weir::grader
