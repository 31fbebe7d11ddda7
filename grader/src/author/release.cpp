#include "author/release.hpp"

#include "catalog.hpp"
#include "errors.hpp"
#include "files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <system_error>

namespace weir::grader {

namespace fs = std::filesystem;

namespace {

/// What a hand-out is made of, relative to the repository.
constexpr std::array handed_out{
    "CMakeLists.txt", "CMakePresets.json", "README.md",       "weir",
    ".gitignore",     ".clang-format",     ".github",         "runtime",
    "chapters",       "exercises",         "visualizer",      "grader/CMakeLists.txt",
    "grader/src",     "grader/harness",    "grader/launcher", "grader/tests"};

/// What no reader may see.
constexpr std::array secret{"solutions", "grader/hidden", "grader/calibration",
                            "grader/adversarial"};

/// A shorter line says nothing of its own: `}`, `return true;`, an include.
constexpr std::size_t telling_length = 36;

std::string_view trimmed(std::string_view line) {
  const auto first = line.find_first_not_of(" \t");
  if (first == std::string_view::npos) {
    return {};
  }
  return line.substr(first, line.find_last_not_of(" \t\r") - first + 1);
}

template <typename Use>
void for_each_line(std::string_view text, Use use) {
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    use(trimmed(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

std::vector<fs::path> files_below(const fs::path& folder) {
  std::vector<fs::path> files;
  if (fs::is_regular_file(folder)) {
    files.push_back(folder);
  } else if (fs::is_directory(folder)) {
    for (const auto& entry : fs::recursive_directory_iterator{folder}) {
      if (entry.is_regular_file()) {
        files.push_back(entry.path());
      }
    }
  }
  std::ranges::sort(files);
  return files;
}

bool is_text(std::string_view content) {
  return content.find('\0') == std::string_view::npos;
}

/// Lines that only secret files hold.
std::set<std::string> telling_lines(const fs::path& root) {
  std::set<std::string> lines;
  for (const char* part : secret) {
    for (const fs::path& file : files_below(root / part)) {
      const std::string text = read_file(file);
      for_each_line(text, [&](std::string_view line) {
        if (line.size() >= telling_length && !line.starts_with("#include")) {
          lines.emplace(line);
        }
      });
    }
  }
  for (const char* part : handed_out) {
    for (const fs::path& file : files_below(root / part)) {
      const std::string text = read_file(file);
      for_each_line(text, [&](std::string_view line) { lines.erase(std::string{line}); });
    }
  }
  return lines;
}

void scan_text(const std::string& content, const fs::path& name, const std::set<std::string>& lines,
               std::vector<leak>& leaks) {
  for_each_line(content, [&](std::string_view line) {
    if (lines.contains(std::string{line})) {
      leaks.push_back({name, std::string{line}});
    }
  });
}

/// Printable runs of a binary, as `strings` shows them: paths, symbols, and lines of source that
/// debug information holds.
void scan_binary(const std::string& content, const fs::path& name, const std::string& root,
                 const std::set<std::string>& lines, std::vector<leak>& leaks) {
  std::string run;
  const auto judge = [&] {
    for (const char* part : secret) {
      if (run.find(root + "/" + part) != std::string::npos) {
        leaks.push_back({name, run});
        return;
      }
    }
    if (lines.contains(std::string{trimmed(run)})) {
      leaks.push_back({name, run});
    }
  };
  for (const char c : content) {
    if (c >= ' ' && c <= '~') {
      run += c;
    } else {
      if (run.size() >= 12) {
        judge();
      }
      run.clear();
    }
  }
}

/// Whether `path` is `folder` or lies below it, whatever of the two exists.
bool lies_in(const fs::path& path, const fs::path& folder) {
  const fs::path relative =
      fs::weakly_canonical(path).lexically_relative(fs::weakly_canonical(folder));
  return !relative.empty() && *relative.begin() != "..";
}

/// What is written there would be handed out with the rest, or counted as secret.
void require_outside(const fs::path& root, const fs::path& target) {
  bool ours = lies_in(root, target);
  const auto look_at = [&](const fs::path& part) {
    ours = ours || lies_in(target, root / *part.begin());
  };
  std::ranges::for_each(handed_out, look_at);
  std::ranges::for_each(secret, look_at);
  if (ours) {
    throw usage_error{
        fmt::format("{}: expected a folder outside the workbook's own folders", target.string())};
  }
}

void require_empty(const fs::path& target) {
  if (fs::exists(target) && (!fs::is_directory(target) || !fs::is_empty(target))) {
    throw usage_error{
        fmt::format("{}: expected a new or an empty folder, so that nothing old is handed out",
                    target.string())};
  }
}

void copy_into(const fs::path& from, const fs::path& to) {
  make_folders(to.parent_path());
  std::error_code error;
  fs::copy_file(from, to, fs::copy_options::overwrite_existing, error);
  if (error) {
    throw_file_error("copying to", to, error.value());
  }
}

} // namespace

std::vector<leak> scan_for_leaks(const fs::path& root, const fs::path& target) {
  const std::set<std::string> lines = telling_lines(root);
  std::vector<leak> leaks;
  for (const fs::path& file : files_below(target)) {
    const fs::path name = file.lexically_relative(target);
    for (const char* part : secret) {
      if (name.generic_string().starts_with(std::string{part} + "/")) {
        leaks.push_back({name, "lies in a folder that is not for readers"});
      }
    }
    const std::string content = read_file(file);
    if (is_text(content)) {
      scan_text(content, name, lines, leaks);
    } else {
      scan_binary(content, name, root.string(), lines, leaks);
    }
  }
  return leaks;
}

release_result write_release(const release_request& request) {
  require_outside(request.root, request.target);
  require_empty(request.target);
  const catalog workbook = catalog::load(request.root);
  release_result result;
  for (const char* part : handed_out) {
    for (const fs::path& file : files_below(request.root / part)) {
      copy_into(file, request.target / file.lexically_relative(request.root));
      ++result.files;
    }
  }
  // The hand-out's build compares what the modules were made with to what it has itself.
  std::vector<std::string> prebuilt{"made-with.txt"};
  for (const exercise& ex : workbook.exercises()) {
    prebuilt.push_back(ex.id + ".so");
  }
  for (const std::string& name : prebuilt) {
    const fs::path built = request.tests_dir / name;
    if (!fs::exists(built)) {
      throw environment_error{
          fmt::format("{} is missing: build the workbook first (./weir doctor says what is wrong)",
                      built.string())};
    }
    copy_into(built, request.target / "grader" / "prebuilt" / name);
    ++result.files;
  }
  result.leaks = scan_for_leaks(request.root, request.target);
  return result;
}

} // namespace weir::grader
