#include "workbook/exercise_file.hpp"

#include "base/text_distance.hpp"
#include "workbook/brief_promises.hpp"
#include "workbook/toml_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <set>

namespace weir::grader {

namespace {

constexpr std::array<std::string_view, 10> verdicts{
    "failed",  "deadlock",         "leak",       "step-limit",        "out-of-memory",
    "crashed", "does-not-compile", "time-limit", "left-virtual-time", "timed-out"};

/// "01-back-pressure" -> 1. The caller made sure that the name begins with digits.
int leading_number(const std::string& name) {
  int number = 0;
  std::from_chars(name.data(), name.data() + name.size(), number);
  return number;
}

void require_plain_name(const toml_reader& toml, std::string_view key, const std::string& name) {
  if (name.empty() || name == "." || name == ".." || name.find('/') != std::string::npos) {
    toml.complain(key, fmt::format("expected '{}' to hold plain file names, found '{}'. Keep the "
                                   "file beside exercise.toml.",
                                   key, name));
  }
}

void require_file(const toml_reader& toml, std::string_view key,
                  const std::filesystem::path& folder, const std::string& name) {
  require_plain_name(toml, key, name);
  if (!std::filesystem::is_regular_file(folder / name)) {
    toml.complain(key, fmt::format("expected the file '{}' beside exercise.toml, found none. "
                                   "Restore or rename it.",
                                   name));
  }
}

std::string require_kebab(const toml_reader& toml, std::string_view key) {
  std::string value = toml.text(key);
  if (!is_kebab_case(value)) {
    toml.complain(key, fmt::format("expected '{}' in kebab-case, like 'bounded-queue'; found '{}'.",
                                   key, value));
  }
  return value;
}

std::vector<test_info> read_tests(const toml_reader& toml) {
  std::vector<test_info> tests;
  std::set<std::string> ids;
  for (const toml_reader& entry : toml.tables("test")) {
    entry.only({"id", "points", "read"});
    test_info test{.id = require_kebab(entry, "id"),
                   .promise = {},
                   .read = entry.text_or("read", ""),
                   .points = entry.integer_or("points", 1, 1, 100)};
    if (!ids.insert(test.id).second) {
      entry.complain(
          "id", fmt::format("expected every test id once, found '{}' again. Rename one.", test.id));
    }
    tests.push_back(std::move(test));
  }
  if (tests.empty()) {
    toml.complain("expected at least one [[test]], found none. Add what the hidden tests judge.");
  }
  return tests;
}

/// Gives each test the words of its promise: the brief has one for every test, in the same order,
/// and no others.
void add_promises(std::vector<test_info>& tests, const std::filesystem::path& brief) {
  const auto complain = [&](int line, const std::string& what) {
    throw content_error{fmt::format("{}:{}:1: {}", brief.string(), line, what)};
  };
  const std::vector<brief_promise> promises = read_promises(brief);
  for (std::size_t i = 0; i < std::max(tests.size(), promises.size()); ++i) {
    if (i == promises.size()) {
      complain(promises.empty() ? 1 : promises.back().line,
               fmt::format("expected promise number {}, of the test '{}', found none. Write '{}. "
                           "**{}** – …' into the list of promises.",
                           i + 1, tests[i].id, i + 1, tests[i].id));
    }
    if (i == tests.size()) {
      complain(promises[i].line,
               fmt::format("expected no more promises than exercise.toml has tests, found '{}'. "
                           "Add a [[test]] with that id.",
                           promises[i].test));
    }
    if (promises[i].test != tests[i].id) {
      complain(promises[i].line,
               fmt::format("expected the promise of '{}', the test number {} of exercise.toml; "
                           "found that of '{}'. Bring the two into one order.",
                           tests[i].id, i + 1, promises[i].test));
    }
    tests[i].promise = promises[i].text;
  }
}

picture_spec read_picture(const toml_reader& entry) {
  entry.only({"code", "at", "set"});
  picture_spec picture{
      .code = entry.text("code"), .at = entry.text("at"), .set = entry.texts_or_none("set")};
  if (picture.code != "naive" && picture.code != "solution") {
    entry.complain("code", fmt::format("expected 'naive', the starter's code, or 'solution'; "
                                       "found '{}'.",
                                       picture.code));
  }
  return picture;
}

starter_expectation read_starter(const toml_reader& toml, const std::vector<test_info>& tests) {
  const toml_reader entry = toml.table("starter");
  entry.only({"verdict", "test"});
  starter_expectation starter{.verdict = entry.text("verdict"), .test = entry.text_or("test", "")};
  if (std::find(verdicts.begin(), verdicts.end(), starter.verdict) == verdicts.end()) {
    const std::vector<std::string> known{verdicts.begin(), verdicts.end()};
    entry.complain("verdict",
                   fmt::format("expected a verdict among {}; found '{}'.{}", fmt::join(known, ", "),
                               starter.verdict, did_you_mean(nearest(starter.verdict, known))));
  }
  if (starter.test.empty() && starter.verdict == "failed") {
    entry.complain("expected [starter] test, the test that must fail; found none. Add it.");
  }
  const bool known_test =
      starter.test.empty() || std::any_of(tests.begin(), tests.end(), [&](const test_info& test) {
        return test.id == starter.test;
      });
  if (!known_test) {
    std::vector<std::string> ids;
    for (const test_info& test : tests) {
      ids.push_back(test.id);
    }
    entry.complain("test", fmt::format("expected the id of a [[test]], found '{}'.{}", starter.test,
                                       did_you_mean(nearest(starter.test, ids))));
  }
  return starter;
}

std::vector<std::string> read_hints(const toml_reader& toml) {
  std::vector<std::string> hints;
  for (const toml_reader& entry : toml.tables("hint")) {
    entry.only({"text"});
    hints.push_back(entry.text("text"));
  }
  return hints;
}

} // namespace

int exercise::max_points() const {
  int sum = 0;
  for (const test_info& test : tests) {
    sum += test.points;
  }
  return sum;
}

std::span<const std::string_view> starter_verdicts() {
  return verdicts;
}

bool is_kebab_case(std::string_view text) {
  bool at_word = true;
  for (const char c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (!letter && (c != '-' || at_word)) {
      return false;
    }
    at_word = !letter;
  }
  return !at_word;
}

exercise read_exercise_file(const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / "exercise.toml";
  const toml::table document = toml_reader::parse(file);
  const toml_reader toml{file, document};
  toml.require_format(1);
  toml.only({"format", "id", "title", "summary", "minutes", "file", "interface", "starter",
             "picture", "test", "hint"});

  exercise ex;
  ex.id = require_kebab(toml, "id");
  ex.title = toml.text("title");
  ex.summary = toml.text("summary");
  ex.minutes = toml.integer("minutes", 1, 240);
  ex.file = toml.text("file");
  require_file(toml, "file", folder, ex.file);
  ex.interface_files = toml.texts_or_none("interface");
  for (const std::string& name : ex.interface_files) {
    require_file(toml, "interface", folder, name);
  }
  ex.tests = read_tests(toml);
  add_promises(ex.tests, folder / "brief.md");
  ex.starter = read_starter(toml, ex.tests);
  ex.hints = read_hints(toml);
  if (toml.has("picture")) {
    ex.picture = read_picture(toml.table("picture"));
  }

  const std::string chapter = folder.parent_path().filename().string();
  const std::string name = folder.filename().string();
  ex.chapter = chapter;
  ex.folder = chapter + "/" + name;
  ex.number = fmt::format("{}.{}", leading_number(chapter), leading_number(name));
  return ex;
}

} // namespace weir::grader
