#include "author/cpp_tokens.hpp"
#include "author/mutants.hpp"
#include "testing/catch.hpp"

#include <algorithm>
#include <string>
#include <vector>

using namespace weir::grader;

namespace {

/// "operation: line after the change", for each mutant.
std::vector<std::string> changes(const std::string& source) {
  std::vector<std::string> all;
  for (const mutant& each : make_mutants(source)) {
    all.push_back(each.operation + ": " + each.becomes);
  }
  return all;
}

bool has(const std::vector<std::string>& all, const std::string& one) {
  return std::ranges::find(all, one) != all.end();
}

} // namespace

TEST_CASE("tokens leave out comments and directives, and keep strings whole", "[author]") {
  const std::string source =
      "#define X \\\n  1\nint a = 1'000; // b\n/* c */ f(\"a;\\\"b\", R\"x(;)\" )x\");\n";
  std::vector<std::string> texts;
  for (const cpp_token& each : cpp_tokens(source)) {
    texts.emplace_back(each.text);
  }
  CHECK(texts == std::vector<std::string>{"int", "a", "=", "1'000", ";", "f", "(", "\"a;\\\"b\"",
                                          ",", "R\"x(;)\" )x\"", ")", ";"});
}

TEST_CASE("comparisons and connectives are changed, template brackets are not", "[author]") {
  const auto all = changes("if (a < b && std::less<int>{}(c, d)) {\n}\n");
  CHECK(has(all, "flip comparison: if (a <= b && std::less<int>{}(c, d)) {"));
  CHECK(has(all, "swap connective: if (a < b || std::less<int>{}(c, d)) {"));
  CHECK(has(all, "negate condition: if (!(a < b && std::less<int>{}(c, d))) {"));
  CHECK(all.size() == 3);
}

TEST_CASE("calls, assignments and steps can be left out, declarations cannot", "[author]") {
  const auto all = changes("void f() {\n  int x = g();\n  timer_.cancel();\n  --in_flight_;\n"
                           "  open_ = x;\n  std::vector<int> y(x);\n  return;\n}\n");
  CHECK(std::ranges::count(all, "drop statement: ;") == 3);
  CHECK(std::ranges::count(all, "drop jump: ;") == 1);
  CHECK(std::ranges::none_of(all, [](auto& each) { return each.starts_with("swap"); }));
  CHECK(has(all, "turn step: ++in_flight_;"));
}

TEST_CASE("neighbours are swapped where the order can matter", "[author]") {
  CHECK(has(changes("a.push(b);\na.wake();\n"), "swap statements: a.wake();"));
  CHECK(has(changes("a();\nco_await b();\n"), "swap statements: co_await b();"));
}

TEST_CASE("a statement holds the lambda in it, and the lambda's statements are its own",
          "[author]") {
  std::vector<std::string> texts;
  for (const mutant& each : make_mutants("void f() {\n  post(ex, [] { done(); });\n}\n")) {
    if (each.operation == "drop statement") {
      texts.push_back(each.text);
    }
  }
  CHECK(texts ==
        std::vector<std::string>{"void f() {\n  ;\n}\n", "void f() {\n  post(ex, [] { ; });\n}\n"});
}

TEST_CASE("an operation can be made without waiting for it", "[author]") {
  const auto all =
      changes("  co_await timer.async_wait(x);\n  auto e = co_await asio::this_coro::executor;\n");
  CHECK(has(all, "drop co_await: timer.async_wait(x);"));
  CHECK(std::ranges::count_if(all, [](auto& each) { return each.starts_with("drop co_await"); }) ==
        1);
}

TEST_CASE("numbers grow by one, with what stands behind them", "[author]") {
  CHECK(has(changes("x = 10ms;"), "off by one: x = 11ms;"));
  CHECK_FALSE(has(changes("x = 0x10;"), "off by one: x = 1x10;"));
}

TEST_CASE("a mutant knows its line, and the rest of the text is unchanged", "[author]") {
  const auto all = make_mutants("a();\nb(true);\nc();\n");
  const auto flag = std::ranges::find(all, "flip flag", &mutant::operation);
  REQUIRE(flag != all.end());
  CHECK(flag->line == 2);
  CHECK(flag->was == "b(true);");
  CHECK(flag->text == "a();\nb(false);\nc();\n");
}
