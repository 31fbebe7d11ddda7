#include "base/files.hpp"
#include "testing/catch.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

// Which part of the project includes which: read from the sources, and held against what is
// allowed.

namespace fs = std::filesystem;
using namespace weir::grader;

namespace {

const fs::path root{WEIR_SOURCE_ROOT};

/// A folder, and the other folders whose headers its files may include. Its own it may always.
struct territory {
  std::string folder;
  std::vector<std::string> may_include;
};

/// All but the grader's rooms, whose arrows are in grader/CMakeLists.txt.
const std::vector<territory> outside_the_rooms{
    {"runtime/include", {}},
    {"runtime/support/tests", {"runtime/support", "runtime/testing"}},
    {"runtime/protocol/tests", {"runtime/include", "runtime/protocol", "runtime/testing"}},
    {"runtime/support", {"runtime/include"}},
    {"runtime/protocol", {"runtime/include", "runtime/support"}},
    {"runtime/testing", {}},
    {"runtime/src", {"runtime/include"}},
    {"runtime/bench", {"runtime/include"}},
    {"runtime/tests", {"runtime"}},
    {"chapters", {"runtime/include"}},
    {"exercises", {"runtime/include"}},
    {"solutions", {"runtime/include", "exercises"}},
    {"visualizer/model", {"runtime/include"}},
    {"visualizer/process", {"runtime"}},
    {"visualizer/session", {"runtime", "visualizer/model", "visualizer/process/simulation.hpp"}},
    {"visualizer/panels", {"runtime/include", "visualizer/model", "visualizer/session"}},
    {"visualizer/tests", {"runtime", "visualizer", "grader/harness/weir_catch.hpp"}},
    {"visualizer", {"runtime"}},
    {"grader/hidden", {"runtime/include", "exercises", "grader/harness/weir_catch.hpp"}},
    {"grader/harness", {"runtime"}},
    {"grader/tests/processes", {"runtime", "exercises"}},
    {"grader/tests", {"runtime", "grader"}},
};

/// "judge=base,workbook" for each room.
std::vector<territory> rooms() {
  std::vector<territory> all;
  std::istringstream table{WEIR_ROOMS};
  for (std::string row; table >> row;) {
    const std::size_t equals = row.find('=');
    territory room{.folder = "grader/" + row.substr(0, equals), .may_include = {"runtime"}};
    std::istringstream others{row.substr(equals + 1)};
    for (std::string other; std::getline(others, other, ',');) {
      room.may_include.push_back("grader/" + other);
    }
    all.push_back(std::move(room));
  }
  return all;
}

bool lies_in(const std::string& file, const std::string& folder) {
  return file == folder || (file.starts_with(folder) && file[folder.size()] == '/');
}

const territory* territory_of(const std::string& file, const std::vector<territory>& all) {
  const auto found =
      std::ranges::find_if(all, [&](const territory& each) { return lies_in(file, each.folder); });
  return found == all.end() ? nullptr : &*found;
}

/// The folder of the exercise that a solution, a hidden test, or the test of a process is about;
/// empty for other files.
fs::path exercise_behind(const fs::path& file) {
  for (const char* base : {"solutions", "grader/hidden", "grader/tests/processes"}) {
    if (lies_in(file.string(), base)) {
      const fs::path below = file.lexically_relative(base);
      auto part = below.begin();
      const fs::path chapter = *part++;
      return "exercises" / chapter / *part;
    }
  }
  return {};
}

/// Where the build would find `named`, relative to the repository.
std::optional<std::string> resolve(const fs::path& file, const std::string& named) {
  const std::array folders{file.parent_path(),      exercise_behind(file),
                           fs::path{"grader"},      fs::path{"grader/harness"},
                           fs::path{"visualizer"},  fs::path{"visualizer/tests"},
                           fs::path{"runtime"},     fs::path{"runtime/include"},
                           fs::path{"runtime/src"}, fs::path{"runtime/tests"}};
  for (const fs::path& folder : folders) {
    const fs::path candidate = (folder / named).lexically_normal();
    if (!folder.empty() && fs::is_regular_file(root / candidate)) {
      return candidate.string();
    }
  }
  return std::nullopt;
}

/// The name in a line that includes a header of ours; empty for others.
std::string included_by(const std::string& line) {
  for (const auto& [opening, closing] : {std::pair{"#include \"", '"'}, {"#include <weir/", '>'}}) {
    if (line.starts_with(opening)) {
      const std::size_t begin = std::string_view{"#include <"}.size();
      return line.substr(begin, line.find(closing, begin) - begin);
    }
  }
  return {};
}

/// What is wrong with the includes of one file, a line each.
std::string wrong_arrows(const fs::path& file, const territory& from) {
  std::string wrong;
  std::istringstream text{read_file(root / file)};
  for (std::string line; std::getline(text, line);) {
    const std::string named = included_by(line);
    if (named.empty()) {
      continue;
    }
    const std::optional<std::string> target = resolve(file, named);
    const auto leads_to = [&](const std::string& folder) {
      return lies_in(*target, folder);
    };
    if (!target) {
      wrong += file.string() + ": nobody has " + named + '\n';
    } else if (!leads_to(from.folder) && std::ranges::none_of(from.may_include, leads_to)) {
      wrong += file.string() + ": may not include " + *target + '\n';
    }
  }
  return wrong;
}

/// Holds the texts of files, whose includes are not its own.
bool is_text_of_files(const fs::path& file) {
  return file == "grader/author/skeleton_texts.hpp";
}

} // namespace

TEST_CASE("no file includes what lies above it", "[rooms]") {
  std::vector<territory> all = rooms();
  REQUIRE(all.size() >= 10);
  all.insert(all.end(), outside_the_rooms.begin(), outside_the_rooms.end());
  std::string wrong;
  std::size_t looked_at = 0;
  for (const char* top :
       {"runtime", "chapters", "exercises", "solutions", "visualizer", "grader"}) {
    std::error_code missing; // a hand-out has no solutions
    for (const fs::directory_entry& each : fs::recursive_directory_iterator{root / top, missing}) {
      const fs::path file = each.path().lexically_relative(root);
      const territory* from = territory_of(file.string(), all);
      const bool source = file.extension() == ".cpp" || file.extension() == ".hpp";
      if (source && from != nullptr && !is_text_of_files(file)) {
        wrong += wrong_arrows(file, *from);
        ++looked_at;
      }
    }
  }
  INFO(wrong);
  CHECK(wrong.empty());
  CHECK(looked_at > 300);
}
