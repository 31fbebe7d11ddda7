#pragma once

#include "workbook/open_workbook.hpp"

#include <filesystem>
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
};

/// In order of number.
std::vector<chapter> load_chapters(const std::filesystem::path& root);

/// What the reader means by `typed`: a chapter's number, name, folder or path, or an exercise of
/// it; when empty, the chapter of the current exercise, else the first. Throws usage_error with the
/// nearest names.
chapter require_chapter(open_workbook& book, std::string_view typed);

} // namespace weir::grader
