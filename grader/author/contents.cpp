#include "author/contents.hpp"

#include "base/errors.hpp"
#include "base/files.hpp"
#include "workbook/catalog.hpp"
#include "workbook/chapters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

namespace weir::grader {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view head = "| chapter | exercises |\n|---|---|\n";

std::string rows_of(const fs::path& root) {
  const catalog exercises = catalog::load(root);
  std::string rows;
  for (const chapter& each : load_chapters(root, [](const std::string&) {})) {
    if (!fs::exists(each.prose)) {
      continue;
    }
    std::vector<std::string_view> ids;
    for (const exercise& ex : exercises.exercises()) {
      if (ex.chapter == each.folder) {
        ids.push_back(ex.id);
      }
    }
    rows += fmt::format("| [{} {}](chapters/{}/README.md) | {} |\n",
                        each.folder.substr(0, each.folder.find('-')), each.title, each.folder,
                        ids.empty() ? "none yet" : fmt::format("{}", fmt::join(ids, ", ")));
  }
  return rows;
}

} // namespace

std::string readme_with_contents(const fs::path& root) {
  const fs::path file = root / "README.md";
  const std::string text = read_file(file);
  const auto at = text.find(head);
  if (at == std::string::npos) {
    throw content_error{
        fmt::format("{}:1:1: expected a table that begins with '| chapter | exercises |', found "
                    "none. It lists what is in the workbook.",
                    file.string())};
  }
  const auto first = at + head.size();
  auto last = first;
  while (last < text.size() && text[last] == '|') {
    last = std::min(text.find('\n', last), text.size() - 1) + 1;
  }
  return text.substr(0, first) + rows_of(root) + text.substr(last);
}

bool update_contents(const fs::path& root) {
  const fs::path file = root / "README.md";
  const std::string due = readme_with_contents(root);
  if (due == read_file(file)) {
    return false;
  }
  replace_file(file, due);
  return true;
}

} // namespace weir::grader
