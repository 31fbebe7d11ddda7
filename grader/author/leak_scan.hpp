#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <vector>

namespace weir::grader {

/// What a hand-out is made of, relative to the repository.
inline constexpr std::array handed_out{
    "CMakeLists.txt", "CMakePresets.json", "README.md",       "weir",
    ".gitignore",     ".clang-format",     ".github",         "runtime",
    "chapters",       "exercises",         "visualizer",      "grader/CMakeLists.txt",
    "grader/cmake",   "grader/base",       "grader/workbook", "grader/terminal",
    "grader/judge",   "grader/parts",      "grader/report",   "grader/watch",
    "grader/viz",     "grader/author",     "grader/doctor",   "grader/commands",
    "grader/harness", "grader/launcher",   "grader/tests"};

/// What no reader may see.
inline constexpr std::array secret{"solutions", "grader/hidden", "grader/adversarial"};

/// The regular files below a folder, or the file itself; sorted.
std::vector<std::filesystem::path> files_below(const std::filesystem::path& folder);

/// Something in a hand-out that should not be there.
struct leak {
  std::filesystem::path file; ///< relative to the hand-out
  std::string what;           ///< the line or the name that gives it away
};

/// Looks into every file below `target` for what only the secret files of `root` hold: their lines
/// and their paths; in binaries also for what is left of their code, and for the names of hidden
/// tests (hidden_names.hpp). What the texts of hidden tests say to readers is no leak, nor are
/// lines that readers' files hold as well.
std::vector<leak> scan_for_leaks(const std::filesystem::path& root,
                                 const std::filesystem::path& target);

} // namespace weir::grader
