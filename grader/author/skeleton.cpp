#include "author/skeleton.hpp"

#include "author/contents.hpp"
#include "author/skeleton_texts.hpp"
#include "base/errors.hpp"
#include "base/files.hpp"
#include "workbook/catalog.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <regex>
#include <string>
#include <utility>

namespace weir::grader {

namespace fs = std::filesystem;

namespace {

std::string replaced(std::string text, const std::string& mark, const std::string& by) {
  for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + by.size())) {
    text.replace(at, mark.size(), by);
  }
  return text;
}

/// The folder beside `wanted` that begins with its number; empty when there is none.
fs::path folder_with_number(const fs::path& wanted) {
  if (fs::is_directory(wanted.parent_path())) {
    const std::string number = wanted.filename().string().substr(0, 3);
    for (const auto& entry : fs::directory_iterator{wanted.parent_path()}) {
      if (entry.path().filename().string().starts_with(number)) {
        return entry.path();
      }
    }
  }
  return {};
}

fs::path write_new(const fs::path& root, const fs::path& file, const std::string& content) {
  make_folders((root / file).parent_path());
  replace_file(root / file, content);
  return file;
}

/// What is new stands in the table of the main README.md, too.
void list_in_readme(const fs::path& root, std::vector<fs::path>& written) {
  if (fs::exists(root / "README.md") && update_contents(root)) {
    written.emplace_back("README.md");
  }
}

/// A latch on a timer, as an answer that is right or wrong.
std::string timer_latch(const char* head, const char* expiry, const char* then) {
  const std::string code = replaced(skeleton::timer_latch, "@HEAD@", head);
  return replaced(replaced(code, "@EXPIRY@", expiry), "@THEN@", then);
}

} // namespace

std::vector<fs::path> write_skeleton(const fs::path& root, std::string_view name) {
  static const std::regex shape{
      "([0-9]{2}-[a-z0-9]+(?:-[a-z0-9]+)*)/([0-9]{2})-([a-z0-9]+(?:-[a-z0-9]+)*)"};
  std::cmatch parts;
  if (!std::regex_match(name.data(), name.data() + name.size(), parts, shape)) {
    throw usage_error{fmt::format(
        "'{}': expected NN-chapter/MM-name in lower case, like 01-back-pressure/07-credit", name)};
  }
  const std::string id = parts[3];
  const catalog known = catalog::load(root);
  if (const exercise* taken = known.find(id)) {
    throw usage_error{
        fmt::format("the id '{}' belongs to exercises/{}: ids are for good, choose another", id,
                    taken->folder)};
  }
  const fs::path folder{name};
  if (!fs::exists(root / "chapters" / parts[1].str() / "README.md")) {
    throw usage_error{fmt::format(
        "there is no chapters/{0}: write the chapter first, or begin it with ./weir author "
        "new-chapter {0}",
        parts[1].str())};
  }
  // Readers may type a number, so it has to mean one exercise. A folder without an exercise.toml
  // counts too.
  if (const fs::path taken = folder_with_number(root / "exercises" / folder); !taken.empty()) {
    throw usage_error{fmt::format("{} has that number already: choose another",
                                  taken.lexically_relative(root).string())};
  }
  const fs::path exercises = fs::path{"exercises"} / folder;
  const fs::path hidden = fs::path{"grader/hidden"} / folder;
  std::string stem = id;
  std::ranges::replace(stem, '-', '_');
  const std::vector<std::pair<fs::path, std::string>> files{
      {exercises / "exercise.toml", replaced(skeleton::manifest, "@ID@", id)},
      {exercises / "brief.md", skeleton::brief},
      {exercises / "debrief.md", skeleton::debrief},
      {exercises / (stem + ".hpp"), skeleton::interface_header},
      {exercises / (stem + ".cpp"), timer_latch("", "max", "")},
      {exercises / "scene.cpp", skeleton::scene},
      {fs::path{"solutions"} / folder / (stem + ".cpp"),
       timer_latch("", "max", skeleton::throw_unless_open)},
      {hidden / "tests.cpp", skeleton::hidden_tests},
      {hidden / "accept" / "channel.cpp", skeleton::channel_latch},
      {hidden / "reject" / "open_from_the_start.cpp",
       timer_latch("// reject: wait-waits failed\n// A timer that has expired when it is made.\n\n",
                   "min", "")},
      {hidden / "reject" / "cancelled_is_open.cpp",
       timer_latch("// reject: cancelled failed\n// Whatever ends the wait is taken for the "
                   "opening.\n\n",
                   "max", "")},
  };
  std::vector<fs::path> written;
  for (const auto& [file, content] : files) {
    written.push_back(write_new(root, file, replaced(content, "@FILE@", stem)));
  }
  list_in_readme(root, written);
  return written;
}

std::vector<fs::path> write_chapter_skeleton(const fs::path& root, std::string_view name) {
  static const std::regex shape{"[0-9]{2}-([a-z0-9]+(?:-[a-z0-9]+)*)"};
  std::cmatch parts;
  if (!std::regex_match(name.data(), name.data() + name.size(), parts, shape)) {
    throw usage_error{
        fmt::format("'{}': expected NN-name in lower case, like 05-structured-concurrency", name)};
  }
  const fs::path folder{name};
  for (const char* room : {"chapters", "exercises"}) {
    if (const fs::path taken = folder_with_number(root / room / folder);
        !taken.empty() && (taken.filename() != folder || fs::exists(taken / "README.md"))) {
      throw usage_error{fmt::format("{} has that number already: choose another",
                                    taken.lexically_relative(root).string())};
    }
  }
  std::string title = parts[1];
  std::ranges::replace(title, '-', ' ');
  title.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(title.front())));
  const fs::path place = fs::path{"chapters"} / folder;
  std::vector<fs::path> written;
  for (const auto& [file, content] : {std::pair{"README.md", skeleton::chapter_prose},
                                      {"quiz.toml", skeleton::chapter_quiz},
                                      {"examples/CMakeLists.txt", skeleton::chapter_examples},
                                      {"examples/idea.cpp", skeleton::chapter_example},
                                      {"examples/idea.out", skeleton::chapter_output}}) {
    written.push_back(write_new(root, place / file, replaced(content, "@TITLE@", title)));
  }
  list_in_readme(root, written);
  return written;
}

} // namespace weir::grader
