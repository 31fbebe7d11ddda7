#pragma once

#include "author/leak_scan.hpp"

#include <cstddef>
#include <filesystem>
#include <vector>

namespace weir::grader {

/// What a reader may have: the workbook without solutions, calibration sets and the hidden tests'
/// text. The hidden tests come as prebuilt modules, which the hand-out's own build takes instead of
/// their sources.
struct release_request {
  std::filesystem::path root;      ///< the repository
  std::filesystem::path tests_dir; ///< built modules of the hidden tests, and made-with.txt
  std::filesystem::path target;    ///< must be empty or not exist
};

struct release_result {
  std::size_t files{};
  std::vector<leak> leaks;
};

/// Copies, then scans. With leaks the hand-out is left where it is, for inspection.
/// Throws usage_error when the target is not empty or lies in the repository's own folders,
/// environment_error when a module is missing or the disk refuses.
release_result write_release(const release_request& request);

} // namespace weir::grader
