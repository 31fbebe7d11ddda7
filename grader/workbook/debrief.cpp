#include "workbook/debrief.hpp"

#include <fstream>

namespace weir::grader {

namespace fs = std::filesystem;

fs::path debrief_file(const fs::path& root, const exercise& ex) {
  return root / "exercises" / ex.folder / "debrief.md";
}

std::string what_was_fixed(const fs::path& root, const exercise& ex) {
  std::ifstream stream{debrief_file(root, ex)};
  std::string line;
  while (std::getline(stream, line) && line != "## What you fixed") {
  }
  std::string words;
  while (std::getline(stream, line)) {
    if (line.empty() && words.empty()) {
      continue;
    }
    if (line.empty() || line.starts_with('#')) {
      break;
    }
    words += words.empty() ? line : " " + line;
  }
  std::erase_if(words, [](char c) { return c == '`' || c == '*'; });
  return words;
}

} // namespace weir::grader
