#include "workbook/chapters.hpp"

#include "base/errors.hpp"
#include "base/text_distance.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <set>
#include <tuple>

namespace weir::grader {

namespace fs = std::filesystem;

namespace {

int number_of(const std::string& folder) {
  int number = -1;
  std::from_chars(folder.data(), folder.data() + folder.size(), number);
  return number;
}

std::string title_of(const fs::path& prose, const std::string& name) {
  std::ifstream stream{prose};
  for (std::string line; std::getline(stream, line);) {
    if (line.starts_with("# ")) {
      return line.substr(2);
    }
  }
  std::string title = name;
  std::replace(title.begin(), title.end(), '-', ' ');
  return title;
}

const chapter* find_chapter(const std::vector<chapter>& all, std::string_view typed) {
  const std::string word = fs::path{typed}.lexically_normal().filename().string();
  // "chapters/01-back-pressure/" has an empty file name.
  const std::string last =
      word.empty() ? fs::path{typed}.lexically_normal().parent_path().filename().string() : word;
  int number = -1;
  const auto [end, error] = std::from_chars(last.data(), last.data() + last.size(), number);
  const bool is_number = error == std::errc{} && end == last.data() + last.size();
  const auto found = std::find_if(all.begin(), all.end(), [&](const chapter& each) {
    return each.folder == last || each.name == last ||
           (is_number && number_of(each.folder) == number);
  });
  return found == all.end() ? nullptr : &*found;
}

chapter chapter_of(const std::vector<chapter>& all, const exercise& ex) {
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const chapter& each) { return each.folder == ex.chapter; });
  return found == all.end() ? all.front() : *found;
}

} // namespace

std::vector<chapter> load_chapters(const fs::path& root) {
  std::set<std::tuple<int, std::string>> folders;
  for (const char* room : {"chapters", "exercises"}) {
    std::error_code error;
    for (const fs::directory_entry& entry : fs::directory_iterator{root / room, error}) {
      const std::string name = entry.path().filename().string();
      if (number_of(name) >= 0 && name.find('-') != std::string::npos && entry.is_directory()) {
        folders.emplace(number_of(name), name);
      }
    }
  }
  std::vector<chapter> chapters;
  for (const auto& [number, folder] : folders) {
    chapter each;
    each.folder = folder;
    each.number = std::to_string(number);
    each.name = folder.substr(folder.find('-') + 1);
    each.prose = root / "chapters" / folder / "README.md";
    each.quiz = root / "chapters" / folder / "quiz.toml";
    each.title = title_of(each.prose, each.name);
    chapters.push_back(std::move(each));
  }
  return chapters;
}

chapter require_chapter(open_workbook& book, std::string_view typed) {
  const std::vector<chapter> all = load_chapters(book.where.root);
  if (all.empty()) {
    throw environment_error{
        fmt::format("There are no chapters below {}. Start weir from the repository, or set "
                    "WEIR_ROOT to it.",
                    book.where.root.string())};
  }
  const catalog* exercises = book.exercises_if_any();
  if (typed.empty()) {
    const bool any = exercises != nullptr && !exercises->exercises().empty();
    const exercise* current = any ? exercises->find(".") : nullptr;
    current = any && current == nullptr ? book.first_pending() : current;
    return current != nullptr ? chapter_of(all, *current) : all.front();
  }
  if (const chapter* found = find_chapter(all, typed)) {
    return *found;
  }
  if (const exercise* ex = exercises != nullptr ? exercises->find(typed) : nullptr) {
    return chapter_of(all, *ex);
  }
  std::vector<std::string> names;
  for (const chapter& each : all) {
    names.push_back(each.name);
  }
  throw usage_error{fmt::format("There is no chapter '{}'.{} The chapters are: {}.", typed,
                                did_you_mean(nearest(typed, names)), fmt::join(names, ", "))};
}

} // namespace weir::grader
