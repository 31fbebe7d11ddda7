#include "workbook/chapters.hpp"

#include "base/errors.hpp"
#include "workbook/toml_reader.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <set>
#include <string>
#include <tuple>
#include <utility>

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

void read_manifest(const fs::path& file, chapter& into) {
  if (!fs::exists(file)) {
    return;
  }
  const toml::table table = toml_reader::parse(file);
  const toml_reader reader{file, table};
  reader.require_format(1);
  reader.only({"format", "fast_track", "why"});
  std::string door = reader.text("fast_track");
  into.fast_track_why = reader.text("why"); // may throw: then there is no door
  into.fast_track = std::move(door);
}

} // namespace

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

std::vector<chapter> load_chapters(const fs::path& root,
                                   const std::function<void(const std::string&)>& complain) {
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
    try {
      read_manifest(root / "chapters" / folder / "chapter.toml", each);
    } catch (const content_error& problem) {
      complain(problem.what());
    }
    each.title = title_of(each.prose, each.name);
    chapters.push_back(std::move(each));
  }
  return chapters;
}

} // namespace weir::grader
