#include "terminal/frame_painter.hpp"
#include "terminal/text.hpp"
#include "testing/catch.hpp"

using namespace weir::grader;
using lines = std::vector<std::string>;

namespace {

const text_style plain{false, true};
const text_style ascii{false, false};
const text_style coloured{true, true};

} // namespace

TEST_CASE("width counts columns, not bytes", "[watch]") {
  CHECK(display_width("queue") == 5);
  CHECK(display_width("größe") == 5);
  CHECK(display_width("e\xcc\x81") == 1); // e and a combining accent
  CHECK(display_width("待つ") == 4);
  CHECK(display_width("😀") == 2);
  CHECK(display_width("\x1b[1;31mred\x1b[0m") == 3);
  CHECK(display_width("a\tb") == 9);
  CHECK(display_width("a\xff\x62") == 3);
}

TEST_CASE("clip marks the cut and never exceeds the width", "[watch]") {
  CHECK(clip("bounded", 7, plain) == "bounded");
  CHECK(clip("bounded", 6, plain) == "bound…");
  CHECK(clip("bounded", 1, plain) == "…");
  CHECK(clip("bounded", 0, plain).empty());
  CHECK(clip("bounded", 6, ascii) == "bound~");
  CHECK(clip("待つ列", 4, plain) == "待…");
}

TEST_CASE("clip closes colours that the cut left open", "[watch]") {
  CHECK(clip("\x1b[31mbounded\x1b[0m", 6, coloured) == "\x1b[31mbound…\x1b[0m");
  CHECK(clip("\x1b[31mbounded\x1b[0m", 9, coloured) == "\x1b[31mbounded\x1b[0m");
  CHECK(clip("\x1b[31mbounded\x1b[0m", 6, plain) == "bound…");
}

TEST_CASE("wrap breaks between words", "[watch]") {
  CHECK(wrap("push waits while full", 10, plain) == lines{"push waits", "while full"});
  CHECK(wrap("push waits while full", 9, plain) == lines{"push", "waits", "while", "full"});
  CHECK(wrap("one\n\ntwo\n", 10, plain) == lines{"one", "", "two"});
  CHECK(wrap("", 10, plain).empty());
  CHECK(wrap("hello world", 5, plain) == lines{"hello", "world"});
  CHECK(wrap("hello  world", 5, plain) == lines{"hello", "world"});
}

TEST_CASE("wrap keeps the indentation of a line on its continuations", "[watch]") {
  CHECK(wrap("  push waits while full", 12, plain) == lines{"  push waits", "  while full"});
  CHECK(wrap("  push waits while full\nend", 12, plain) ==
        lines{"  push waits", "  while full", "end"});
}

TEST_CASE("wrap cuts inside a word only where the word fills a line alone", "[watch]") {
  CHECK(wrap("abcdefghij", 4, plain) == lines{"abcd", "efgh", "ij"});
  CHECK(wrap("ab cdefghij", 4, plain) == lines{"ab", "cdef", "ghij"});
}

TEST_CASE("no wrapped line is wider than asked, for any width", "[watch]") {
  const std::string text = "  1.2 ms  producer #2   push: waiting on channel send — 待つ列 "
                           "since_a_very_long_name_without_any_blank 😀\n\tx\n";
  for (std::size_t width = 2; width < 130; ++width) {
    for (const auto& line : wrap(text, width, coloured)) {
      REQUIRE(display_width(line) <= width);
    }
  }
}

TEST_CASE("wrap carries colours over a break and never lets them leak", "[watch]") {
  CHECK(wrap("\x1b[31mone two\x1b[0m x", 4, coloured) ==
        lines{"\x1b[31mone\x1b[0m", "\x1b[31mtwo\x1b[0m", "x"});
}

TEST_CASE("a colour that ends within the word that moves is closed on the line it leaves",
          "[watch]") {
  CHECK(wrap("\x1b[31maa b\x1b[0mb", 4, coloured) ==
        lines{"\x1b[31maa\x1b[0m", "\x1b[31mb\x1b[0mb"});
}

TEST_CASE("text cannot command the terminal", "[watch]") {
  CHECK(wrap("a\x1b[2Jb\x1b]0;title\ac\x07\rd\x1b"
             "7e\x9b"
             "f",
             20, coloured) == lines{"abcde�f"});
  CHECK(clip("a\x1b[?1049lb\x1b[6nc", 20, coloured) == "abc");
  CHECK(wrap("\x1b[", 20, coloured).empty());
}

TEST_CASE("text is shown in the order in which it is written", "[watch]") {
  CHECK(clip("abc\u202efed\u202c", 20, coloured) == "abcfed");
  CHECK(wrap("a\u2066b\u2069\u200fc\u061cd", 20, coloured) == lines{"abcd"});
}

TEST_CASE("without UTF-8 every code point has a stand-in of the same width", "[watch]") {
  CHECK(wrap("“wait” — 3 → 4 …", 40, ascii) == lines{"\"wait\" - 3 > 4 ."});
  CHECK(wrap("350 µs", 40, ascii) == lines{"350 us"});
  CHECK(wrap("待つ", 40, ascii) == lines{"????"});
}

TEST_CASE("a screen is painted whole once, then line by line", "[watch]") {
  frame_painter painter;
  const auto first = painter.paint({"one", "two"});
  CHECK(first.find("\x1b[2J") != std::string::npos);
  CHECK(painter.paint({"one", "two"}).empty());
  const auto second = painter.paint({"one", "2"});
  CHECK(second.find("\x1b[2;1H\x1b[K2") != std::string::npos);
  CHECK(second.find("one") == std::string::npos);
  painter.forget();
  CHECK(painter.paint({"one", "2"}).find("one") != std::string::npos);
}
