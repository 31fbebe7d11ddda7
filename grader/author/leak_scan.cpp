#include "author/leak_scan.hpp"

#include "author/cpp_tokens.hpp"
#include "author/hidden_names.hpp"
#include "base/files.hpp"

#include <algorithm>
#include <set>
#include <string_view>

namespace weir::grader {

namespace fs = std::filesystem;

namespace {

/// A shorter line says nothing of its own: `}`, `return true;`, an include.
constexpr std::size_t telling_length = 36;

/// Nor does a shorter piece of code: `f(x)`.
constexpr std::size_t telling_code_length = 10;

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

/// Printable runs of a binary, as `strings` shows them.
template <typename Use>
void for_each_run(std::string_view content, Use use) {
  const auto printable = [](char c) {
    return c >= ' ' && c <= '~';
  };
  while (!content.empty()) {
    const auto begin = std::ranges::find_if(content, printable);
    const auto end = std::find_if_not(begin, content.end(), printable);
    if (begin != end) {
      use(std::string_view{begin, end});
    }
    content = {end, content.end()};
  }
}

bool is_text(std::string_view content) {
  return content.find('\0') == std::string_view::npos;
}

/// Code without blanks, comments and the texts in it. What an assertion keeps of its expression is
/// found in there however it is laid out.
std::string bare_code(std::string_view source) {
  std::string code;
  auto before = cpp_token::sort::punctuation;
  for (const cpp_token& token : cpp_tokens(source)) {
    if (token.kind != cpp_token::sort::text) {
      const bool touch = before == cpp_token::sort::word && token.kind == before;
      code.append(touch ? " " : "").append(token.text);
    }
    before = token.kind;
  }
  return code;
}

/// What gives the secret files away.
class secrets {
public:
  explicit secrets(const fs::path& root) : root_{root.string()} {
    for (const char* part : secret) {
      for (const fs::path& file : files_below(root / part)) {
        take(read_file(file));
      }
    }
    for (const char* part : handed_out) {
      for (const fs::path& file : files_below(root / part)) {
        const std::string text = read_file(file);
        for_each_line(text, [&](std::string_view line) { lines_.erase(std::string{line}); });
      }
    }
  }

  [[nodiscard]] bool hold_line(std::string_view line) const {
    return lines_.contains(std::string{trimmed(line)});
  }

  /// Whether a piece of a binary's text comes from them.
  [[nodiscard]] bool hold(std::string_view run) const {
    return names_path(run) || hold_line(run) || is_code(run);
  }

private:
  void take(const std::string& text) {
    for_each_line(text, [&](std::string_view line) {
      if (line.size() >= telling_length && !line.starts_with("#include")) {
        lines_.emplace(line);
      }
    });
    code_.append(bare_code(text)).append("\n");
    for (const cpp_token& token : cpp_tokens(text)) {
      if (token.kind == cpp_token::sort::text && token.text.size() >= telling_code_length) {
        texts_.emplace(token.text.substr(1, token.text.size() - 2));
      }
    }
  }

  [[nodiscard]] bool names_path(std::string_view run) const {
    return std::ranges::any_of(secret, [&](const char* part) {
      return run.find(root_ + "/" + part) != std::string_view::npos;
    });
  }

  [[nodiscard]] bool is_code(std::string_view run) const {
    if (run.find_first_of("(=<>!&|[") == std::string_view::npos ||
        texts_.contains(std::string{run})) {
      return false;
    }
    const std::string bare = bare_code(run);
    return bare.size() >= telling_code_length && code_.find(bare) != std::string::npos;
  }

  std::string root_;
  std::set<std::string> lines_; ///< that only they hold
  std::set<std::string> texts_; ///< that are between quotes, and may be said
  std::string code_;
};

void scan(const secrets& known, const fs::path& name, const std::string& content,
          std::vector<leak>& leaks) {
  if (is_text(content)) {
    for_each_line(content, [&](std::string_view line) {
      if (known.hold_line(line)) {
        leaks.push_back({name, std::string{line}});
      }
    });
    return;
  }
  for_each_run(content, [&](std::string_view run) {
    if (names_hidden_test(run) || known.hold(run)) {
      leaks.push_back({name, std::string{run}});
    }
  });
}

} // namespace

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

std::vector<leak> scan_for_leaks(const fs::path& root, const fs::path& target) {
  const secrets known{root};
  std::vector<leak> leaks;
  for (const fs::path& file : files_below(target)) {
    const fs::path name = file.lexically_relative(target);
    for (const char* part : secret) {
      if (name.generic_string().starts_with(std::string{part} + "/")) {
        leaks.push_back({name, "lies in a folder that is not for readers"});
      }
    }
    scan(known, name, read_file(file), leaks);
  }
  return leaks;
}

} // namespace weir::grader
