#include "workbook/catalog.hpp"

#include "base/text_distance.hpp"
#include "workbook/exercise_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <map>
#include <optional>
#include <stdexcept>
#include <utility>

namespace weir::grader {

namespace fs = std::filesystem;

namespace {

/// The subfolders whose names begin with a number, by that number, then by name.
std::vector<fs::path> numbered_folders(const fs::path& parent) {
  std::vector<std::pair<int, fs::path>> found;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator{parent, error}) {
    const std::string name = entry.path().filename().string();
    int number = 0;
    const auto [end, failure] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (failure == std::errc{} && *end == '-' && entry.is_directory()) {
      found.emplace_back(number, entry.path());
    }
  }
  if (error) {
    throw environment_error{
        fmt::format("The folder {} can't be read: {}. Weir needs its repository; start it by the "
                    "repository's ./weir, or set WEIR_ROOT to the folder that holds exercises/.",
                    parent.string(), error.message())};
  }
  std::sort(found.begin(), found.end());
  std::vector<fs::path> folders;
  for (auto& [number, path] : found) {
    folders.push_back(std::move(path));
  }
  return folders;
}

/// "1.1", "01.01" -> {1, 1}.
std::optional<std::pair<int, int>> parse_number(std::string_view text) {
  std::pair<int, int> number;
  const char* const end = text.data() + text.size();
  const auto chapter = std::from_chars(text.data(), end, number.first);
  if (chapter.ec != std::errc{} || chapter.ptr == end || *chapter.ptr != '.') {
    return std::nullopt;
  }
  const auto place = std::from_chars(chapter.ptr + 1, end, number.second);
  if (place.ec != std::errc{} || place.ptr != end) {
    return std::nullopt;
  }
  return number;
}

bool lies_in(const std::string& path, const std::string& folder) {
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

} // namespace

catalog catalog::load(const fs::path& repository_root, const problem_handler& on_problem) {
  catalog result;
  result.root_ = repository_root;
  std::map<std::string, fs::path> seen;
  std::vector<std::string> problems;
  const auto add = [&](const fs::path& folder) {
    exercise ex = read_exercise_file(folder);
    if (const auto [other, fresh] = seen.emplace(ex.id, folder); !fresh) {
      throw content_error{fmt::format(
          "{}:1:1: expected an id of its own, found '{}', which {} has too. Change one of them.",
          (folder / "exercise.toml").string(), ex.id, other->second.string())};
    }
    result.exercises_.push_back(std::move(ex));
  };
  for (const fs::path& chapter : numbered_folders(repository_root / "exercises")) {
    for (const fs::path& folder : numbered_folders(chapter)) {
      try {
        add(folder);
      } catch (const std::runtime_error& error) { // malformed, or can't be read
        if (!on_problem) {
          throw;
        }
        problems.emplace_back(error.what());
      }
    }
  }
  if (result.exercises_.empty() && !problems.empty()) {
    throw content_error{problems.front()};
  }
  for (const std::string& problem : problems) {
    on_problem(problem);
  }
  result.recognise_below(repository_root / "exercises");
  result.recognise_below(repository_root / "solutions");
  return result;
}

const exercise* catalog::find(std::string_view typed) const {
  const auto number = parse_number(typed);
  for (const exercise& ex : exercises_) {
    if (ex.id == typed || ex.folder == typed || (number && parse_number(ex.number) == number)) {
      return &ex;
    }
  }
  return typed.empty() ? nullptr : find_by_path(fs::path{typed});
}

void catalog::recognise_below(const fs::path& workspace_root) {
  std::error_code error;
  fs::path canonical = fs::weakly_canonical(workspace_root, error);
  if (error) {
    canonical = workspace_root;
  }
  path_roots_.push_back(std::move(canonical));
}

std::vector<std::string> catalog::suggest(std::string_view typed) const {
  // A mistyped path is near to an id by its last folder.
  const std::string last = fs::path{typed}.filename().string();
  const std::string_view word = last.empty() ? typed : std::string_view{last};
  std::vector<std::string> candidates;
  for (const exercise& ex : exercises_) {
    candidates.push_back(ex.id);
  }
  return nearest(word, candidates);
}

const exercise* catalog::find_by_path(const fs::path& typed) const {
  std::error_code error;
  const fs::path canonical = fs::weakly_canonical(fs::absolute(typed), error);
  if (error) {
    return nullptr;
  }
  const std::string path = canonical.string();
  for (const fs::path& root : path_roots_) {
    for (const exercise& ex : exercises_) {
      if (lies_in(path, (root / ex.folder).string())) {
        return &ex;
      }
    }
  }
  return nullptr;
}

} // namespace weir::grader
