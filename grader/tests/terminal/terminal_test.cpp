#include "terminal/terminal.hpp"
#include "tests/workbook_support.hpp"
#include "workbook/paths.hpp"

#include <map>

using namespace weir::grader;

namespace {

environment variables(std::map<std::string, std::string, std::less<>> values) {
  return [values = std::move(values)](std::string_view name) -> std::optional<std::string> {
    const auto found = values.find(name);
    return found == values.end() ? std::nullopt : std::optional<std::string>{found->second};
  };
}

} // namespace

TEST_CASE("the width comes from COLUMNS where that is a sensible number", "[terminal]") {
  CHECK(detect_terminal(variables({{"COLUMNS", "132"}})).width == 132);
  CHECK(detect_terminal(variables({{"COLUMNS", "3"}})).width == 20);
  CHECK(detect_terminal(variables({{"COLUMNS", "99999"}})).width == 500);
}

TEST_CASE("the locale says whether UTF-8 is understood, LC_ALL before LANG", "[terminal]") {
  CHECK(detect_terminal(variables({{"LANG", "de_DE.UTF-8"}})).unicode);
  CHECK(detect_terminal(variables({{"LC_CTYPE", "C.utf8"}})).unicode);
  CHECK_FALSE(detect_terminal(variables({{"LC_ALL", "C"}, {"LANG", "de_DE.UTF-8"}})).unicode);
  CHECK(detect_terminal(variables({{"LC_ALL", ""}, {"LANG", "de_DE.UTF-8"}})).unicode);
  CHECK_FALSE(detect_terminal(variables({})).unicode);
}

TEST_CASE("NO_COLOR and dumb terminals get no colour", "[terminal]") {
  CHECK_FALSE(detect_terminal(variables({{"NO_COLOR", "1"}, {"TERM", "xterm"}})).colour);
  CHECK_FALSE(detect_terminal(variables({{"TERM", "dumb"}})).colour);
}

TEST_CASE("a painter without colour leaves the text alone", "[terminal]") {
  CHECK(painter{false}.red("text") == "text");
  CHECK(painter{true}.red("text") == "\x1b[31mtext\x1b[0m");
}

TEST_CASE("variables name the three places", "[paths]") {
  const paths found = discover_paths(
      variables({{"WEIR_ROOT", "/r/"}, {"WEIR_BUILD", "b"}, {"WEIR_WORKSPACE", "/w"}}), "/cwd",
      "/x/bin/weir");
  CHECK(found.root == "/r");
  CHECK(found.build == "/cwd/b");
  CHECK(found.workspace == "/w");
}

TEST_CASE("without variables the places are found from the program and from here", "[paths]") {
  const workbook book;
  const auto program = book.root() / "build/bin/weir";
  const paths from_program = discover_paths(variables({}), "/", program);
  CHECK(from_program.root == book.root());
  CHECK(from_program.build == book.root() / "build");
  CHECK(from_program.workspace == book.root() / "workspace");

  const paths from_here = discover_paths(variables({}), book.root() / "exercises", "/usr/bin/weir");
  CHECK(from_here.root == book.root());
}

TEST_CASE("inside a workspace that one is used", "[paths]") {
  const workbook book;
  write(book.workspace_root() / ".weir-workspace", "{\"format\": 1}");
  const paths found = discover_paths(variables({{"WEIR_ROOT", book.root().string()}}),
                                     book.workspace_root() / "01-back-pressure/x", "/usr/bin/weir");
  CHECK(found.workspace == book.workspace_root());
}

TEST_CASE("a build folder is not taken for the repository, although it has an exercises folder",
          "[paths]") {
  const workbook book;
  const auto build = book.root() / "build";
  std::filesystem::create_directories(build / "exercises");
  write(build / "CMakeCache.txt", "");
  const paths found = discover_paths(variables({}), "/", build / "bin" / "weir");
  CHECK(found.root == book.root());
}
