#include "judge/compile_errors.hpp"
#include "judge/source_file.hpp"
#include "testing/catch.hpp"

using namespace weir::grader;

namespace {

const std::string own = "01-first/01-counter/counter.cpp";

std::string fold(const std::string& text, bool verbose = false) {
  return fold_diagnostics(parse_diagnostics(text), {.own_file = own, .verbose = verbose});
}

} // namespace

TEST_CASE("a compiler's messages are taken apart", "[compile_errors]") {
  const auto all = parse_diagnostics(own +
                                     ":3:10: error: use of undeclared identifier 'x'\n"
                                     "    3 |   return x;\n"
                                     "      |          ^\n" +
                                     own +
                                     ":1:5: note: declared here\n"
                                     "1 error generated.\n");
  REQUIRE(all.size() == 1);
  CHECK(all[0].file == own);
  CHECK(all[0].line == 3);
  CHECK(all[0].column == 10);
  CHECK(all[0].message == "use of undeclared identifier 'x'");
  CHECK(all[0].context.size() == 2);
  REQUIRE(all[0].notes.size() == 1);
  CHECK(all[0].notes[0].line == 1);
}

TEST_CASE("errors come before warnings, the first error first", "[compile_errors]") {
  const auto text = fold(own + ":1:1: warning: first warning\n" + own +
                         ":2:1: error: first error\n" + own + ":3:1: error: second error\n");
  CHECK(text == own + ":2:1: error: first error\n" + own + ":3:1: error: second error\n" + own +
                    ":1:1: warning: first warning\n");
}

TEST_CASE("library notes are counted, the reader's own are shown", "[compile_errors]") {
  const std::string raw =
      own +
      ":9:3: error: no matching function for call to 'f'\n"
      "/usr/include/boost/asio/post.hpp:12:3: note: candidate template ignored\n"
      "/usr/include/boost/asio/post.hpp:20:3: note: candidate template ignored\n" +
      own + ":4:6: note: candidate function not viable\n";
  CHECK(
      fold(raw) ==
      own + ":9:3: error: no matching function for call to 'f'\n" + own +
          ":4:6: note: candidate function not viable\n  … 2 notes folded; --verbose shows them\n");
  CHECK(fold(raw, true).find("post.hpp:20:3: note: candidate") != std::string::npos);
}

TEST_CASE("an error inside a library names the reader's line that led there", "[compile_errors]") {
  CHECK(fold("In file included from " + own + ":1:\n" +
             "/usr/include/c++/12/bits/stl_algo.h: In instantiation of 'void std::__sort()':\n" +
             own +
             ":14:12:   required from here\n"
             "/usr/include/c++/12/bits/stl_algo.h:1938:22: error: no match for 'operator-'\n"
             " 1938 |  std::__lg(__last - __first) * 2,\n") ==
        "<12/bits/stl_algo.h>:1938:22: error: no match for 'operator-'\n  reached from " + own +
            ":14\n");
  CHECK(fold("/usr/include/boost/asio/async_result.hpp:5:1: error: static assertion failed\n" +
             own + ":7:3: note: in instantiation requested here\n") ==
        "<boost/asio/async_result.hpp>:5:1: error: static assertion failed\n" + own +
            ":7:3: note: in instantiation requested here\n");
}

TEST_CASE("of many errors a few are shown and the rest counted", "[compile_errors]") {
  std::string raw;
  for (int i = 1; i <= 20; ++i) {
    raw += own + ":" + std::to_string(i) + ":1: error: wrong\n";
  }
  const auto text = fold(raw);
  CHECK(text.find(own + ":3:1") != std::string::npos);
  CHECK(text.find(own + ":4:1") == std::string::npos);
  CHECK(text.find("… 17 more errors; --verbose shows them\n") != std::string::npos);
}

TEST_CASE("pages of template names are cut, between characters", "[compile_errors]") {
  const auto text = fold(own + ":1:1: error: " + std::string(499, 'x') + "\u00fc" +
                         std::string(5'000, 'x') + "\n");
  CHECK(text == own + ":1:1: error: " + std::string(499, 'x') + " …\n");
}

TEST_CASE("words of a linker or a driver are kept", "[compile_errors]") {
  CHECK(fold("ld.lld: error: cannot open x\n") == "error: cannot open x\n");
  CHECK(fold("Segmentation fault\nsomething else\n") ==
        "error: Segmentation fault\nsomething else\n");
  CHECK(fold("").empty());
}

TEST_CASE("a message without end does not take its reader's stack", "[compile_errors]") {
  CHECK_FALSE(fold(own + ":1:1: error: " + std::string(4'000'000, '<') + "\n").empty());
}

TEST_CASE("messages that show another's file are found, by whatever path", "[compile_errors]") {
  const auto shows = [](const std::string& raw) {
    return mentions_file_below(parse_diagnostics(raw), {"/repo/grader", "/repo/solutions"},
                               "/repo/workspace/.weir/src");
  };
  CHECK(shows("/repo/grader/hidden/tests.cpp:1:1: error: x\n"));
  CHECK(shows("../../../grader/hidden/tests.cpp:1:1: error: x\n"));
  CHECK(shows("/repo/exercises/01/../../solutions/a.cpp:1:1: error: x\n"));
  CHECK(shows("In file included from /repo/solutions/a.cpp:3:\n" + own + ":1:1: error: x\n"));
  CHECK(shows(own + ":1:1: error: x\n/repo/solutions/a.cpp:1:1: note: here\n"));
  CHECK_FALSE(shows(own + ":1:1: error: x\n"));
  CHECK_FALSE(shows("/repo/grader-notes/a.hpp:1:1: error: x\n"));
}

TEST_CASE("only includes by name pass", "[compile_errors]") {
  CHECK(find_forbidden_include(
            "#include <vector>\n#include \"queue.hpp\"\n// see ../x\nint in = 1; // \"/\"\n")
            .empty());
  CHECK(find_forbidden_include("int a;\n\n#include \"/dev/zero\"").starts_with("line 3 "));
  CHECK(find_forbidden_include("#include <weir/../x>").starts_with("line 1 "));
}

TEST_CASE("a dependency on a secret is found, by whatever path", "[compile_errors]") {
  const auto found = [](const std::string& makefile) {
    return find_dependency_below(makefile, {"/repo/solutions"}, "/repo/workspace/.weir/src");
  };
  CHECK(found("a.o: a.cpp /usr/include/x \\\n  ../../../solutions/x.cpp\n") ==
        "../../../solutions/x.cpp");
  CHECK(found("a.o: /repo/solutions/with\\ space.cpp\n") == "/repo/solutions/with space.cpp");
  CHECK(found("a.o: a.cpp /repo/exercises/queue.hpp\n").empty());
  CHECK(found("").empty());
}
