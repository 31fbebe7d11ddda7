#include "commands/completion_scripts.hpp"
#include "tests/workbook_support.hpp"

#include <sys/wait.h>

#include <cstdio>
#include <filesystem>

using namespace weir::grader;
using weir::test::has_text;

namespace {

/// What bash offers for a command line whose last word is being typed. `weir` is stood in for.
std::string offered_by_bash(const std::string& script, const std::string& words) {
  const temporary_folder folder;
  write(folder.path() / "script", script);
  write(folder.path() / "ask", "weir() { [[ $1 == complete && $2 == exercises ]] && echo drain; }\n"
                               "source " +
                                   (folder.path() / "script").string() + "\nCOMP_WORDS=(" + words +
                                   ")\nCOMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n_weir\n"
                                   "echo \"${COMPREPLY[@]}\"\n");
  std::FILE* pipe = ::popen(("bash " + (folder.path() / "ask").string() + " 2>&1").c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string out;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) {
    out += static_cast<char>(c);
  }
  CHECK(::pclose(pipe) == 0);
  return out;
}

} // namespace

TEST_CASE("bash offers commands, options and exercises", "[completions]") {
  const workbook book;
  const auto script = command_runner{book}({"completions", "bash"}).out;
  CHECK(offered_by_bash(script, "weir hin") == "hint\n");
  CHECK(offered_by_bash(script, "weir hint --ag") == "--again\n");
  CHECK(offered_by_bash(script, "weir hint dr") == "drain\n");
  CHECK(offered_by_bash(script, "weir completions z") == "zsh\n");
  CHECK(offered_by_bash(script, "weir help quiz") == "quiz\n");
}

TEST_CASE("zsh and fish get every command with its description", "[completions]") {
  const workbook book;
  const command_runner weir{book};
  const auto zsh = weir({"completions", "zsh"}).out;
  CHECK_THAT(zsh, has_text("#compdef weir") &&
                      has_text("'hint:Get one more hint for an exercise'") &&
                      has_text("weir complete exercises"));
  const auto fish = weir({"completions", "fish"}).out;
  CHECK_THAT(fish, has_text("-a hint -d 'Get one more hint for an exercise'") &&
                       has_text("(weir complete exercises 2>/dev/null)") && has_text("-l again"));
  CHECK_THAT(fish, has_text("doctor") && !has_text("-a complete "));
}

TEST_CASE("the words come from the workbook, and trouble gives none", "[completions]") {
  const workbook book;
  const command_runner weir{book};
  CHECK(weir({"complete", "exercises"}).out == "bounded-queue\noverflow\ndrain\n");
  CHECK(weir({"complete", "chapters"}).out == "back-pressure\nloop-health\n");
  write(book.root() / "exercises/01-back-pressure/01-bounded-queue/exercise.toml", "nonsense");
  CHECK(weir({"complete", "exercises"}).out == "overflow\ndrain\n");
  std::filesystem::remove_all(book.root() / "exercises");
  const auto outcome = weir({"complete", "exercises"});
  CHECK(outcome.out.empty());
  CHECK(outcome.code == exit_code::passed);
}
