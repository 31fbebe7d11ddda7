#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

namespace weir::grader {

/// Writes a new exercise that builds, fails as it says and is calibrated with one file a side: all
/// that is left to do is to replace its content. `name` is "NN-chapter/MM-name"; returns the files,
/// relative to `root`, the main README.md among them when its table changes. Throws usage_error for
/// a name of another shape, one whose number or id is taken, or one whose chapter has no prose yet;
/// environment_error for a disk that refuses.
std::vector<std::filesystem::path> write_skeleton(const std::filesystem::path& root,
                                                  std::string_view name);

/// Writes a new chapter: prose that quotes one example, that example with what it prints, and a
/// quiz of one question. `name` is "NN-name". Otherwise as `write_skeleton`.
std::vector<std::filesystem::path> write_chapter_skeleton(const std::filesystem::path& root,
                                                          std::string_view name);

} // namespace weir::grader
