#include "author/hidden_names.hpp"
#include "base/files.hpp"
#include "judge/process.hpp"
#include "testing/catch.hpp"
#include "tests/async_support.hpp"

#include <algorithm>
#include <fstream>
#include <stdexcept>

using namespace weir::grader;
using namespace weir::grader::testing;

namespace fs = std::filesystem;

namespace {

/// A program that ends with 0 if its types are still told apart and its functions are all "the
/// test".
constexpr const char* program = R"(
#include <source_location>
#include <stdexcept>
#include <string_view>
#include <typeinfo>

namespace {
struct secret_of_this_file { virtual ~secret_of_this_file() = default; };
}

namespace weir_hidden {
struct secret_failure : std::runtime_error { using runtime_error::runtime_error; };
struct secret_refusal : std::runtime_error { using runtime_error::runtime_error; };
inline auto a_secret_lambda() { return [] {}; }
inline auto a_secret_function() { return std::source_location::current(); }
}

std::source_location where; // not to be seen through by the compiler

static bool is_caught_as_what_it_is() {
  try {
    throw weir_hidden::secret_failure("x");
  } catch (const weir_hidden::secret_refusal&) {
    return false;
  } catch (const std::exception& error) {
    return dynamic_cast<const weir_hidden::secret_failure*>(&error) != nullptr &&
           typeid(error) != typeid(weir_hidden::secret_refusal);
  }
}

int main() {
  where = weir_hidden::a_secret_function();
  const bool apart = typeid(secret_of_this_file) != typeid(weir_hidden::a_secret_lambda());
  return apart && is_caught_as_what_it_is() && std::string_view(where.function_name()) == "the test" ? 0 : 1;
}
)";

bool run(std::vector<std::string> words) {
  process_spec spec;
  spec.argv = std::move(words);
  spec.environment = {"PATH=/usr/bin:/bin"};
  spec.working_directory = "/";
  spec.limits.wall = std::chrono::seconds{60};
  const process_result result = run_to_end(run_process(std::move(spec)));
  INFO(result.errors.text());
  CHECK(result.end.success());
  return result.end.success();
}

/// The program's object file.
std::string compiled(const temporary_folder& folder) {
  const auto source = folder.write("program.cpp", program).string();
  const auto object = (folder.path() / "program.o").string();
  REQUIRE(run({WEIR_TEST_COMPILER, "-std=c++20", "-O1", "-fPIC", "-c", source, "-o", object}));
  return read_file(object);
}

} // namespace

TEST_CASE("a program runs without the names that it was compiled with", "[hidden_names]") {
  const temporary_folder folder;
  std::string object = compiled(folder);
  CHECK_FALSE(hidden_names_in(object).empty());
  CHECK(hide_names(object) >= 3);
  CHECK(hide_names(object) == 0);

  const auto hidden = folder.path() / "hidden.o";
  std::ofstream{hidden, std::ios::binary} << object;
  const auto executable = (folder.path() / "program").string();
  REQUIRE(run({WEIR_TEST_COMPILER, hidden.string(), "-s", "-o", executable}));
  const auto left = hidden_names_in(read_file(executable));
  CHECK(left.empty());
  CHECK(run({executable}));
}

TEST_CASE("a symbol, a type's name and a function's signature tell what hidden tests define",
          "[hidden_names]") {
  CHECK(names_hidden_test("_ZN11weir_hidden5bench9cancel_atEv"));
  CHECK(names_hidden_test("N12_GLOBAL__N_113stage_failedE"));
  CHECK(names_hidden_test("ZL19C_A_T_C_H_T_E_S_T_0vE3$_0"));
  CHECK(names_hidden_test("asio::awaitable<void> weir_hidden::bench::pass()"));
  CHECK_FALSE(names_hidden_test("N5boost6system12system_errorE"));
  CHECK_FALSE(names_hidden_test("the queue holds {}, its capacity is {}"));
}

TEST_CASE("what is no object file is refused", "[hidden_names]") {
  for (const char* content : {"",
                              "\x7f"
                              "ELF",
                              "int main() {}\n"}) {
    std::string object{content};
    CHECK_THROWS_AS(hide_names(object), std::runtime_error);
  }
}
