#include "judge/compile_errors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace weir::grader {

namespace fs = std::filesystem;

namespace {

struct heading {
  diagnostic::severity level{};
  std::string file;
  std::size_t line{};
  std::size_t column{};
  std::string message;
};

std::optional<diagnostic::severity> severity_of(std::string_view word) {
  if (word == "error" || word == "fatal error" || word == "internal compiler error") {
    return diagnostic::severity::error;
  }
  if (word == "warning") {
    return diagnostic::severity::warning;
  }
  return word == "note" ? std::optional{diagnostic::severity::note} : std::nullopt;
}

/// "file:12:3: error: message", "file:12: note: …", "clang++: error: …". By hand: std::regex
/// recurses over long lines.
std::optional<heading> parse_heading(const std::string& line) {
  constexpr std::array words{
      ": fatal error: ", ": internal compiler error: ", ": error: ", ": warning: ", ": note: "};
  std::size_t best = std::string::npos;
  std::string_view word;
  for (const std::string_view each : words) {
    if (const auto at = line.find(each); at < best) {
      best = at;
      word = each;
    }
  }
  if (best == std::string::npos || line.front() == ' ') {
    return std::nullopt;
  }
  heading found;
  found.level = *severity_of(word.substr(2, word.size() - 4));
  found.message = line.substr(best + word.size());
  std::string place = line.substr(0, best);
  std::vector<std::size_t> numbers;
  while (numbers.size() < 2) {
    const auto colon = place.rfind(':');
    if (colon == std::string::npos || colon + 1 == place.size() ||
        place.find_first_not_of("0123456789", colon + 1) != std::string::npos ||
        place.size() - colon > 10) {
      break;
    }
    numbers.insert(numbers.begin(), std::stoul(place.substr(colon + 1)));
    place.resize(colon);
  }
  if (!numbers.empty()) {
    found.file = place;
    found.line = numbers[0];
    found.column = numbers.size() > 1 ? numbers[1] : 0;
  }
  return found;
}

/// Lines that announce the message after them.
bool is_preamble(const std::string& line) {
  constexpr std::array starts{"In file included from ", "                 from ", "In module "};
  constexpr std::array inside{": In instantiation of ",    ": In function ",
                              ": In member function ",     ": In constructor ",
                              ": In lambda function",      ": In substitution of ",
                              ": At global scope",         "   required from ",
                              "   required by ",           ": In static member function ",
                              ": in 'constexpr' expansion"};
  return std::ranges::any_of(starts, [&](const char* each) { return line.starts_with(each); }) ||
         std::ranges::any_of(
             inside, [&](const char* each) { return line.find(each) != std::string::npos; });
}

/// "12 errors generated.", "compilation terminated."
bool is_tally(const std::string& line) {
  return line.ends_with(" generated.") || line == "compilation terminated.";
}

/// By whatever name: with "..", relative, through a link.
bool is_below(const fs::path& path, const std::vector<fs::path>& roots,
              const fs::path& working_directory) {
  std::error_code error;
  const auto real = fs::weakly_canonical(working_directory / path, error);
  return std::ranges::any_of(roots, [&](const fs::path& root) {
    const auto [end, unused] = std::mismatch(root.begin(), root.end(), real.begin(), real.end());
    return end == root.end();
  });
}

} // namespace

std::vector<diagnostic> parse_diagnostics(std::string_view text) {
  std::vector<diagnostic> all;
  std::vector<std::string> preamble;
  std::vector<std::string> stray;
  diagnostic* current = nullptr;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const std::string line{text.substr(0, end)};
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.empty() || is_tally(line)) {
      continue;
    }
    if (auto found = parse_heading(line)) {
      diagnostic next{found->level,
                      found->file,
                      found->line,
                      found->column,
                      found->message,
                      std::exchange(preamble, {}),
                      {},
                      {}};
      if (found->level == diagnostic::severity::note && !all.empty()) {
        all.back().notes.push_back(std::move(next));
        current = &all.back().notes.back();
      } else {
        all.push_back(std::move(next));
        current = &all.back();
      }
    } else if (is_preamble(line)) {
      preamble.push_back(line);
    } else if (current) {
      current->context.push_back(line);
    } else {
      stray.push_back(line);
    }
  }
  if (all.empty() && !stray.empty()) {
    diagnostic whole;
    whole.message = stray.front();
    whole.context.assign(stray.begin() + 1, stray.end());
    all.push_back(std::move(whole));
  }
  return all;
}

bool mentions_file_below(const std::vector<diagnostic>& all, const std::vector<fs::path>& roots,
                         const fs::path& working_directory) {
  const auto below = [&](const std::string& file) {
    return !file.empty() && is_below(file, roots, working_directory);
  };
  const auto in_preamble = [&](const std::string& line) {
    constexpr std::string_view from = "from ";
    const auto at = line.find(from);
    return at != std::string::npos &&
           below(line.substr(at + from.size(), line.find(':', at) - at - from.size()));
  };
  const auto mentions = [&](const diagnostic& each) {
    return below(each.file) || std::ranges::any_of(each.preamble, in_preamble);
  };
  return std::ranges::any_of(all, [&](const diagnostic& each) {
    return mentions(each) || std::ranges::any_of(each.notes, mentions);
  });
}

std::string find_dependency_below(std::string_view makefile, const std::vector<fs::path>& roots,
                                  const fs::path& working_directory) {
  makefile.remove_prefix(std::min(makefile.size(), makefile.find(": ") + 2));
  std::string name;
  for (std::size_t at = 0; at <= makefile.size(); ++at) {
    const char each = at < makefile.size() ? makefile[at] : ' ';
    if (each == '\\' && at + 1 < makefile.size()) {
      if (makefile[++at] != '\n') {
        name += makefile[at]; // an escaped space
        continue;
      }
    } else if (each != ' ' && each != '\n') {
      name += each;
      continue;
    }
    if (!name.empty() && is_below(name, roots, working_directory)) {
      return name;
    }
    name.clear();
  }
  return {};
}

} // namespace weir::grader
