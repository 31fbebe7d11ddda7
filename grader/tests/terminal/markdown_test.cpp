#include "terminal/markdown.hpp"
#include "terminal/text.hpp"
#include "testing/catch.hpp"

#include <sstream>

using namespace weir::grader;

namespace {

std::string plain(std::string_view text, int width = 40) {
  return render_markdown(text, {.unicode = true, .width = width});
}

std::string coloured(std::string_view text) {
  return render_markdown(text, {.colour = true, .unicode = true, .width = 40});
}

} // namespace

TEST_CASE("paragraphs are joined and broken at the terminal's width", "[markdown]") {
  CHECK(plain("one two\nthree four", 20) == "one two three four\n");
  CHECK(plain("one two three four five six", 20) == "one two three four\nfive six\n");
  CHECK(plain("\n\none\n\n\n\ntwo\n") == "one\n\ntwo\n");
}

TEST_CASE("headings are underlined where there is no colour", "[markdown]") {
  CHECK(plain("# Title\n\ntext") == "Title\n=====\n\ntext\n");
  CHECK(plain("## Part\ntext") == "Part\n----\ntext\n");
  CHECK(plain("### Small") == "Small\n");
  CHECK(plain("#not a heading") == "#not a heading\n");
  CHECK(coloured("## Part") == "\x1b[1mPart\x1b[0m\n");
}

TEST_CASE("lists keep their marks and hang their lines", "[markdown]") {
  CHECK(plain("- one two three four five\n  six\n- seven", 20) ==
        "• one two three four\n  five six\n• seven\n");
  CHECK(plain("10. ten\n11) eleven") == "10. ten\n11) eleven\n");
  CHECK(plain("- outer\n  - inner") == "• outer\n  • inner\n");
  CHECK(render_markdown("* item", {.width = 40}) == "- item\n");
}

TEST_CASE("code is never broken or rendered", "[markdown]") {
  CHECK(plain("```cpp\nint **x_y_z = nullptr; // a very long line of code indeed\n\n  two\n```",
              20) ==
        "    int **x_y_z = nullptr; // a very long line of code indeed\n\n      two\n");
  CHECK(plain("```\nnever closed") == "    never closed\n");
}

TEST_CASE("emphasis, code and links become escape sequences or stay readable", "[markdown]") {
  CHECK(plain("`code` and *em* and **strong**") == "`code` and *em* and strong\n");
  CHECK(coloured("`code`") == "\x1b[36mcode\x1b[0m\n");
  CHECK(coloured("**strong**") == "\x1b[1mstrong\x1b[0m\n");
  CHECK(coloured("*em*") == "\x1b[3mem\x1b[0m\n");
  CHECK(plain("[here](../x.md), [web](https://e.org)") == "here, web (https://e.org)\n");
  CHECK(plain("snake_case_name 2*3*4 a\\*b") == "snake_case_name 2*3*4 a*b\n");
  CHECK(plain("lone * and ` and [ and **") == "lone * and ` and [ and **\n");
}

TEST_CASE("comments vanish, quotes get a bar", "[markdown]") {
  CHECK(plain("a <!-- hidden\nstill --> b") == "a  b\n");
  CHECK(plain("> one\n> two") == "│ one two\n");
  CHECK(plain("<!-- never closed").empty());
}

TEST_CASE("tables are laid out in columns", "[markdown]") {
  CHECK(plain("| a | long head |\n|---|---|\n| `x|y` | 2 |\n| three |") ==
        "a      long head\n-----  ---------\n`x|y`  2\nthree\n");
}

TEST_CASE("a table that is too wide breaks its cells", "[markdown]") {
  const std::string table =
      "| what | why |\n|---|---|\n| short | many words that don't fit on one line of it |\n";
  std::istringstream lines{plain(table, 30)};
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    INFO(line);
    CHECK(display_width(line) <= 30);
  }
  CHECK(count >= 4);
}
