#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace weir::grader {

/// A folder below chapters/ or exercises/, or both.
struct chapter {
  std::string folder;          ///< "01-back-pressure"
  std::string number;          ///< "1"
  std::string name;            ///< "back-pressure"
  std::string title;           ///< the prose's first heading, else the name with spaces
  std::filesystem::path prose; ///< README.md; may not exist
  std::filesystem::path quiz;  ///< quiz.toml; may not exist
  /// The fast-track door: id of the exercise that, passed, marks the chapter as known. Empty where
  /// there is none.
  std::string fast_track;
  std::string fast_track_why; ///< one line: what passing it shows
};

/// In order of number. Reads `chapter.toml` of each, format 1:
///
///     format = 1
///     fast_track = "limiter"  # id of one of its exercises
///     why = "…"
///
/// A malformed one is told to `complain` with file:line:column, and its chapter then has no door.
std::vector<chapter> load_chapters(const std::filesystem::path& root,
                                   const std::function<void(const std::string&)>& complain);

/// The chapter with this number, name, folder or path; null when there is none.
const chapter* find_chapter(const std::vector<chapter>& all, std::string_view typed);

} // namespace weir::grader
