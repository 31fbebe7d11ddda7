#include "workbook/brief_promises.hpp"

#include "base/errors.hpp"
#include "base/files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <regex>
#include <sstream>

namespace weir::grader {

namespace fs = std::filesystem;

namespace {

constexpr const char* shape = "'1. **test-id** – the promise'";

[[noreturn]] void complain(const fs::path& file, int line, const std::string& what) {
  throw content_error{fmt::format("{}:{}:1: {}", file.string(), line, what)};
}

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(" \t\r");
  return first == std::string::npos
             ? std::string{}
             : text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

/// An item of a numbered list: its number, and the lines of its first paragraph as one.
struct item {
  int number{};
  std::string text;
  int line{};
};

std::vector<item> items_of(const std::string& markdown) {
  static const std::regex begins{"([0-9]{1,3})\\. +(.*)"};
  std::vector<item> items;
  std::istringstream lines{markdown};
  bool in_code = false;
  bool in_item = false;
  int number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    std::smatch parts;
    if (line.starts_with("```")) {
      in_code = !in_code;
      in_item = false;
    } else if (!in_code && std::regex_match(line, parts, begins)) {
      items.push_back({std::stoi(parts[1]), trimmed(parts[2]), number});
      in_item = true;
    } else if (in_item && line.starts_with(' ') && !trimmed(line).empty()) {
      items.back().text += ' ' + trimmed(line);
    } else {
      in_item = false;
    }
  }
  return items;
}

} // namespace

std::vector<brief_promise> read_promises(const fs::path& brief) {
  static const std::regex with_id{"\\*\\*([a-z0-9-]+)\\*\\*(?: +(?:–|-)(?= |$) *)?(.*)"};
  std::vector<brief_promise> promises;
  std::vector<item> others;
  for (const item& each : items_of(read_file(brief))) {
    std::smatch parts;
    if (!std::regex_match(each.text, parts, with_id)) {
      others.push_back(each);
      continue;
    }
    brief_promise made{.test = parts[1], .text = trimmed(parts[2]), .line = each.line};
    const int due = static_cast<int>(promises.size()) + 1;
    if (each.number != due) {
      complain(brief, each.line,
               fmt::format("expected promise number {}, found number {}. Number them in order.",
                           due, each.number));
    }
    if (made.text.empty()) {
      complain(brief, each.line,
               fmt::format("the promise '{}' has no words; expected {}.", made.test, shape));
    }
    if (std::ranges::find(promises, made.test, &brief_promise::test) != promises.end()) {
      complain(brief, each.line,
               fmt::format("expected every promise once, found '{}' again.", made.test));
    }
    promises.push_back(std::move(made));
  }
  // One that lost its id would be missed in silence: it stands between others.
  for (const item& each : others) {
    const bool among =
        !promises.empty() && each.line > promises.front().line &&
        (each.line < promises.back().line || each.number == static_cast<int>(promises.size()) + 1);
    if (among) {
      complain(brief, each.line,
               fmt::format("expected {}, found '{}. {}'. Put the id of its test in front.", shape,
                           each.number, each.text.substr(0, 40)));
    }
  }
  return promises;
}

} // namespace weir::grader
