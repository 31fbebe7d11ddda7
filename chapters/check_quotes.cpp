// check_quotes [--update] FILE.md...
//
// Proves that what a chapter quotes is what the compiler saw. A quote is a fenced block right below
// a marker that names a file, relative to the Markdown file, and optionally a region of it:
//
//   <!-- quote: examples/blocked_put.cpp#producer -->
//
// A region lies between the lines `// [producer]` and `// [/producer]`; without `#region` the whole
// file is meant. Common indentation, blank lines at either end and nested region markers are left
// out.
//
// Also refused: a C++ block without a marker (nothing proves it), a region that nothing quotes, a
// link to a heading or a file that does not exist, here or in another Markdown file, and a line of
// a block that is wider than a terminal of 80 columns. `--update` rewrites the blocks from the
// files.
//
// Exit status: 0 all agree, 1 something does not, 2 wrong usage.
#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <regex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace fs = std::filesystem;
using lines = std::vector<std::string>;

namespace {

std::optional<lines> read_lines(const fs::path& file) {
  std::ifstream in(file);
  if (!in)
    return std::nullopt;
  lines text;
  for (std::string line; std::getline(in, line);)
    text.push_back(line);
  return text;
}

bool blank(std::string_view line) {
  return line.find_first_not_of(" \t") == line.npos;
}

/// The name in a line `// [name]` or `// [/name]`, with its slash; nothing for any other line.
std::optional<std::string> region_marker(const std::string& line) {
  static const std::regex form(R"(\s*// \[(/?[a-z0-9_-]+)\]\s*)");
  std::smatch found;
  if (!std::regex_match(line, found, form))
    return std::nullopt;
  return found[1].str();
}

/// Drops markers, blank ends and common indentation.
lines tidy(const lines& raw) {
  lines kept;
  for (const auto& line : raw)
    if (!region_marker(line))
      kept.push_back(line);
  while (!kept.empty() && blank(kept.back()))
    kept.pop_back();
  while (!kept.empty() && blank(kept.front()))
    kept.erase(kept.begin());
  auto indent = std::string::npos;
  for (const auto& line : kept)
    if (!blank(line))
      indent = std::min(indent, line.find_first_not_of(' '));
  for (auto& line : kept)
    line.erase(0, std::min(indent, line.size()));
  return kept;
}

/// Columns on a terminal: characters of UTF-8, since blocks hold no wide or combining ones.
std::size_t columns(std::string_view line) {
  return static_cast<std::size_t>(std::count_if(line.begin(), line.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

constexpr std::size_t terminal = 80;

/// The anchors a Markdown viewer gives to headings: lower case, punctuation out, spaces to hyphens.
std::set<std::string> headings_of(const lines& text) {
  std::set<std::string> headings;
  bool fenced = false;
  for (const auto& line : text) {
    if (line.starts_with("```"))
      fenced = !fenced;
    if (fenced || !line.starts_with("#"))
      continue;
    std::string anchor;
    for (const char c : line.substr(std::min(line.size(), line.find_first_not_of("# "))))
      if (c == ' ')
        anchor += '-';
      else if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_')
        anchor += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    headings.insert(anchor);
  }
  return headings;
}

/// One Markdown file's prose, checked line by line.
class chapter {
public:
  explicit chapter(fs::path file) : file_(std::move(file)) {}

  bool check(bool update) {
    auto text = read_lines(file_);
    if (!text) {
      complain(0, "can't be read");
      return false;
    }
    text_ = std::move(*text);
    headings_ = headings_of(text_);
    for (line_ = 0; line_ != text_.size(); ++line_)
      check_line(update);
    find_unquoted_regions();
    if (update && changed_ && agrees_)
      write();
    return agrees_;
  }

  std::size_t quotes() const { return quotes_; }

private:
  void check_line(bool update) {
    static const std::regex marker(R"(<!-- quote: ([^#\s]+)(?:#([a-z0-9_-]+))? -->)");
    std::smatch found;
    if (std::regex_match(text_[line_], found, marker)) {
      const fs::path source = found[1].str();
      const std::string region = found[2].str();
      ++line_;
      if (line_ == text_.size() || !text_[line_].starts_with("```")) {
        complain(--line_, "a quote marker, but no fenced block on the next line");
        return;
      }
      const auto opening = line_;
      check_quote(source, region, update);
      check_width(opening, line_);
    } else if (text_[line_].starts_with("```")) {
      if (text_[line_].starts_with("```cpp"))
        complain(line_, "a C++ block without a quote marker above it: nothing proves it compiles");
      const auto opening = line_;
      line_ = closing_fence(opening);
      check_width(opening, line_);
    } else {
      check_links();
    }
  }

  std::size_t closing_fence(std::size_t opening) {
    for (auto at = opening + 1; at != text_.size(); ++at)
      if (text_[at] == "```")
        return at;
    complain(opening, "this fenced block is never closed");
    return text_.size() - 1;
  }

  void check_width(std::size_t opening, std::size_t closing) {
    for (auto line = opening + 1; line < closing; ++line)
      if (const auto wide = columns(text_[line]); wide > terminal)
        complain(line, "is " + std::to_string(wide) + " columns wide, and a terminal has " +
                           std::to_string(terminal));
  }

  void check_quote(const fs::path& source, const std::string& region, bool update) {
    const auto opening = line_;
    line_ = closing_fence(opening);
    ++quotes_;
    quoted_[source].insert(region);
    const auto expected = excerpt(opening, source, region);
    if (!expected)
      return;
    const lines shown(at(opening + 1), at(line_));
    if (shown == *expected)
      return;
    if (update) {
      text_.insert(text_.erase(at(opening + 1), at(line_)), expected->begin(), expected->end());
      line_ = opening + 1 + expected->size();
      changed_ = true;
      return;
    }
    const auto differs =
        std::mismatch(shown.begin(), shown.end(), expected->begin(), expected->end());
    complain(opening + 1 + static_cast<std::size_t>(differs.first - shown.begin()),
             "differs from " + source.string() + (region.empty() ? "" : "#" + region) +
                 "\n  quoted: " + (differs.first == shown.end() ? "(end)" : *differs.first) +
                 "\n  file:   " + (differs.second == expected->end() ? "(end)" : *differs.second) +
                 "\n  to take the file's text: cmake --build <build> --target update_quotes");
  }

  std::optional<lines> excerpt(std::size_t line, const fs::path& source,
                               const std::string& region) {
    const auto all = read_lines(file_.parent_path() / source);
    if (!all) {
      complain(line, "quotes " + source.string() + ", which can't be read");
      return std::nullopt;
    }
    if (region.empty())
      return tidy(*all);
    const auto bound = [&](const std::string& name) {
      return std::find_if(all->begin(), all->end(),
                          [&](const std::string& text) { return region_marker(text) == name; });
    };
    const auto first = bound(region), last = bound("/" + region);
    if (first == all->end() || last == all->end() || last < first) {
      complain(line, source.string() + " has no lines `// [" + region + "]` and `// [/" + region +
                         "]` in this order");
      return std::nullopt;
    }
    return tidy(lines(first, last));
  }

  void find_unquoted_regions() {
    for (const auto& [source, regions] : quoted_)
      for (const auto& line : read_lines(file_.parent_path() / source).value_or(lines{}))
        if (const auto name = region_marker(line); name && !name->starts_with('/'))
          if (!regions.contains(*name))
            complain(0, source.string() + " marks [" + *name + "], which nothing quotes");
  }

  void check_links() {
    static const std::regex link(R"(\]\(([^)#\s]*)(?:#([^)\s]+))?\))");
    const auto& line = text_[line_];
    for (std::sregex_iterator at(line.begin(), line.end(), link), end; at != end; ++at) {
      const auto path = (*at)[1].str(), heading = (*at)[2].str();
      if (path.find("://") != path.npos)
        continue;
      if (path.empty() && !headings_.contains(heading))
        complain(line_, "links to #" + heading + ", and no heading is called that");
      if (path.empty())
        continue;
      const auto target = file_.parent_path() / path;
      if (!fs::exists(target))
        complain(line_, "links to " + path + ", which does not exist");
      else if (!heading.empty() &&
               !headings_of(read_lines(target).value_or(lines{})).contains(heading))
        complain(line_,
                 "links to " + path + "#" + heading + ", and no heading there is called that");
    }
  }

  void write() const {
    const fs::path fresh = file_.string() + ".new";
    std::ofstream out(fresh);
    for (const auto& line : text_)
      out << line << '\n';
    out.close();
    fs::rename(fresh, file_);
  }

  void complain(std::size_t line, const std::string& what) {
    agrees_ = false;
    std::fprintf(stderr, "%s:%zu: %s\n", file_.c_str(), line + 1, what.c_str());
  }

  lines::iterator at(std::size_t line) {
    return text_.begin() + static_cast<lines::difference_type>(line);
  }

  fs::path file_;
  lines text_;
  std::size_t line_ = 0;
  std::size_t quotes_ = 0;
  std::map<fs::path, std::set<std::string>> quoted_;
  std::set<std::string> headings_;
  bool agrees_ = true;
  bool changed_ = false;
};

} // namespace

int main(int argc, char** argv) {
  std::vector<std::string> files(argv + 1, argv + argc);
  const bool update = std::erase(files, "--update") != 0;
  const bool unknown = std::any_of(files.begin(), files.end(),
                                   [](const auto& file) { return file.starts_with("-"); });
  if (files.empty() || unknown) {
    std::fprintf(stderr, "usage: check_quotes [--update] FILE.md...\n");
    return 2;
  }
  bool agrees = true;
  for (const auto& file : files) {
    chapter prose(file);
    const bool good = prose.check(update);
    agrees = agrees && good;
    if (good)
      std::printf("%s: %zu quotes agree\n", file.c_str(), prose.quotes());
  }
  return agrees ? 0 : 1;
}
