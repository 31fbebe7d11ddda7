#include "author/calibration.hpp"
#include "author/check.hpp"
#include "author/contents.hpp"
#include "author/cpp_tokens.hpp"
#include "base/files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <set>

namespace weir::grader {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t least_hints = 3;
constexpr std::size_t least_accepts = 2;
constexpr std::size_t least_rejects = 6;
constexpr int least_minutes = 10;
constexpr int most_minutes = 40;

/// The anchor that a Markdown heading gets: lower case, dashes for spaces, no punctuation.
std::string anchor_of(std::string_view heading) {
  std::string anchor;
  for (const char c : heading) {
    const auto u = static_cast<unsigned char>(c);
    if (std::isalnum(u) != 0 || c == '_' || c == '-') {
      anchor += static_cast<char>(std::tolower(u));
    } else if (c == ' ') {
      anchor += '-';
    }
  }
  return anchor;
}

std::set<std::string> anchors_in(const std::string& markdown) {
  std::set<std::string> anchors;
  bool in_code = false;
  for (std::size_t at = 0; at < markdown.size();) {
    const auto end = std::min(markdown.find('\n', at), markdown.size());
    const std::string_view line{markdown.data() + at, end - at};
    at = end + 1;
    if (line.starts_with("```")) {
      in_code = !in_code;
    }
    if (!in_code && line.starts_with('#')) {
      const auto text = line.find_first_not_of("# ");
      if (text != std::string_view::npos) {
        anchors.insert(anchor_of(line.substr(text)));
      }
    }
  }
  return anchors;
}

/// Whether a scene names goals: `.goals = {…}` in its WEIR_SCENE.
bool names_goals(const std::string& scene) {
  const std::vector<cpp_token> tokens = cpp_tokens(scene);
  return std::ranges::any_of(tokens, [](const cpp_token& token) {
    return token.kind == cpp_token::sort::word && token.text == "goals";
  });
}

class files_check {
public:
  files_check(const fs::path& root, const exercise& ex) : root_{root}, ex_{ex} {}

  std::vector<check_item> operator()() {
    expect("exercise.toml", ex_.minutes >= least_minutes && ex_.minutes <= most_minutes,
           fmt::format("{} minutes, wanted {} to {}", ex_.minutes, least_minutes, most_minutes));
    expect("exercise.toml", ex_.hints.size() >= least_hints,
           fmt::format("{} hints, wanted at least {}", ex_.hints.size(), least_hints));
    const fs::path folder = root_ / "exercises" / ex_.folder;
    const fs::path scene = folder / "scene.cpp";
    expect("scene.cpp", fs::exists(scene), fs::exists(scene) ? "is there" : "is missing");
    if (fs::exists(scene)) {
      const bool goals = names_goals(read_file(scene));
      expect("scene.cpp", goals,
             goals ? "names goals" : "names no goal: what does the reader try to reach with it?");
    }
    expect("exercise.toml", ex_.picture.has_value(),
           ex_.picture ? "has a [picture]"
                       : "has no [picture]: whose code the chapter's picture shows, and when");
    check_contents();
    check_debrief(folder / "debrief.md");
    check_anchors(root_ / "chapters" / ex_.chapter / "README.md");
    check_calibration();
    return std::move(items_);
  }

private:
  void expect(const std::string& subject, bool good, const std::string& detail) {
    items_.push_back({ex_.id, subject, "", good, detail});
  }

  void check_contents() {
    const fs::path file = root_ / "README.md";
    const bool current = fs::exists(file) && read_file(file) == readme_with_contents(root_);
    expect("README.md", current,
           current ? "lists the chapters and their exercises"
                   : "does not list the chapters and their exercises as they are: run ./weir "
                     "author contents");
  }

  void check_debrief(const fs::path& file) {
    const std::set<std::string> anchors =
        fs::exists(file) ? anchors_in(read_file(file)) : std::set<std::string>{};
    std::vector<std::string> missing;
    for (const char* part : {"What you fixed", "Where it happened", "Two other ways", "Read on"}) {
      if (!anchors.contains(anchor_of(part))) {
        missing.emplace_back(part);
      }
    }
    expect("debrief.md", missing.empty(),
           missing.empty() ? "has its four parts"
                           : fmt::format("lacks the part '{}'", fmt::join(missing, "', '")));
  }

  void check_anchors(const fs::path& prose) {
    const std::set<std::string> anchors =
        fs::exists(prose) ? anchors_in(read_file(prose)) : std::set<std::string>{};
    std::vector<std::string> dead;
    for (const test_info& test : ex_.tests) {
      if (!test.read.empty() && !anchors.contains(test.read)) {
        dead.push_back(test.read);
      }
    }
    expect("exercise.toml", dead.empty(),
           dead.empty() ? "points to headings that exist"
                        : fmt::format("no heading in {} has the anchor {}", prose.string(),
                                      fmt::join(dead, ", ")));
  }

  void check_calibration() {
    const auto files = read_calibration(root_, ex_);
    const auto accepts = static_cast<std::size_t>(
        std::ranges::count(files, calibration_file::side::accept, &calibration_file::which));
    const std::size_t rejects = files.size() - accepts;
    expect("accept/", accepts >= least_accepts,
           fmt::format("{} files, wanted at least {}", accepts, least_accepts));
    expect("reject/", rejects >= least_rejects,
           fmt::format("{} files, wanted at least {}", rejects, least_rejects));
    std::set<std::string> caught;
    for (const auto& file : files) {
      caught.insert(file.test);
    }
    std::vector<std::string> idle;
    for (const test_info& test : ex_.tests) {
      if (!caught.contains(test.id)) {
        idle.push_back(test.id);
      }
    }
    expect("reject/", idle.empty(),
           idle.empty()
               ? "every test has something to catch"
               : fmt::format("no reject names {}: is there a mistake that only it catches?",
                             fmt::join(idle, ", ")));
  }

  const fs::path& root_;
  const exercise& ex_;
  std::vector<check_item> items_;
};

} // namespace

std::vector<check_item> check_files(const fs::path& root, const exercise& ex) {
  return files_check{root, ex}();
}

} // namespace weir::grader
