#include "tests/watch/watch_support.hpp"
#include "watch/editor.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <map>

using namespace weir::grader;
using namespace weir::grader::watch;

namespace {

environment with(std::map<std::string, std::string, std::less<>> variables) {
  return [variables = std::move(variables)](std::string_view name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional{found->second};
  };
}

bool everything(const std::string&) {
  return true;
}

bool nothing(const std::string&) {
  return false;
}

std::string run(editor_command command) {
  asio::io_context context;
  std::string problem = "did not end";
  asio::co_spawn(
      context, run_editor(context.get_executor(), std::move(command)),
      [&](const std::exception_ptr&, std::string result) { problem = std::move(result); });
  context.run_for(std::chrono::seconds{20});
  return problem;
}

} // namespace

TEST_CASE("$VISUAL comes before $EDITOR, and both may hold arguments", "[watch]") {
  const auto command =
      choose_editor(with({{"VISUAL", "emacs -nw"}, {"EDITOR", "ed"}}), "/w/a b.cpp", nothing);
  REQUIRE(command);
  CHECK(command->arguments ==
        std::vector<std::string>{"/bin/sh", "-c", "emacs -nw \"$@\"", "emacs", "/w/a b.cpp"});
  CHECK(command->takes_terminal);
  CHECK(choose_editor(with({{"VISUAL", " "}, {"EDITOR", "ed"}}), "/w/a.cpp", nothing)->name ==
        "ed");
}

TEST_CASE("editors with windows do not get the terminal", "[watch]") {
  CHECK_FALSE(choose_editor(with({{"EDITOR", "/usr/bin/code --wait"}}), "/w/a.cpp", nothing)
                  ->takes_terminal);
  CHECK_FALSE(choose_editor(with({{"EDITOR", "gvim"}}), "/w/a.cpp", nothing)->takes_terminal);
  CHECK(choose_editor(with({{"EDITOR", "vim"}}), "/w/a.cpp", nothing)->takes_terminal);
}

TEST_CASE("inside VS Code its own window is reused", "[watch]") {
  const auto command = choose_editor(with({{"TERM_PROGRAM", "vscode"}}), "/w/a.cpp", everything);
  CHECK(command == editor_command{{"code", "-r", "-g", "/w/a.cpp"}, "code", false});
  CHECK(choose_editor(with({{"TERM_PROGRAM", "vscode"}, {"EDITOR", "ed"}}), "/w/a.cpp", everything)
            ->name == "ed");
}

TEST_CASE("without a choice the first editor in PATH is taken, without any there is none",
          "[watch]") {
  const auto only_vi = [](const std::string& program) {
    return program == "vi";
  };
  CHECK(choose_editor(with({}), "/w/a.cpp", only_vi)->arguments ==
        std::vector<std::string>{"vi", "/w/a.cpp"});
  CHECK_FALSE(choose_editor(with({}), "/w/a.cpp", nothing));
}

TEST_CASE("PATH is searched as the shell searches it", "[watch]") {
  CHECK(in_path(with({{"PATH", "/nowhere:/bin"}}), "sh"));
  CHECK_FALSE(in_path(with({{"PATH", "/nowhere"}}), "sh"));
}

TEST_CASE("an editor that ends well has no problem, others say what happened", "[watch]") {
  CHECK(run({{"/bin/sh", "-c", "exit 0"}, "ed", false}).empty());
  CHECK(run({{"/bin/sh", "-c", "exit 3"}, "ed", false}) == "ed ended with exit status 3.");
  CHECK(run({{"/bin/sh", "-c", "no-such-editor-here"}, "no-such-editor-here", false}) ==
        "no-such-editor-here was not found; set $EDITOR to the editor you use.");
  CHECK(run({{"/bin/sh", "-c", "kill -9 $$"}, "ed", false}) == "ed was ended by SIGKILL.");
  CHECK(run({{"/nowhere/ed"}, "ed", false}).find("ed could not be started: ") == 0);
}
