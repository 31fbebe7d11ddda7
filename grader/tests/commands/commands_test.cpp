#include "terminal/text.hpp"
#include "tests/workbook_support.hpp"

#include <boost/json/parse.hpp>

using namespace weir::grader;
using Catch::Matchers::StartsWith;
using weir::test::has_text;

namespace {

/// Notes a pass as the grader does.
void pass(const workbook& book, const std::string& id) {
  const progress_file file{book.workspace_root() / ".weir", [](const std::string&) {},
                           [] {
                             return std::chrono::system_clock::time_point{};
                           }};
  file.update([&](progress& known) {
    known.record(id, {.passed = true, .verdict = "passed", .points = 3, .at = {}});
  });
}

} // namespace

TEST_CASE("list shows every exercise, the current one marked", "[commands]") {
  const workbook book;
  const command_runner weir{book};
  pass(book, "bounded-queue");
  const auto shown = weir({"list"});
  CHECK(shown.code == exit_code::passed);
  CHECK_THAT(shown.out, has_text("1 Pressure") && has_text("2 loop health"));
  CHECK_THAT(shown.out, has_text("x 1.1   bounded-queue") && has_text("passed, 3 points"));
  CHECK_THAT(shown.out, has_text("> 1.2   overflow"));
  CHECK_THAT(shown.out, has_text("1 of 3 passed, 3 of 9 points"));
  CHECK(shown.out.find('\x1b') == std::string::npos);
  CHECK(shown.err.empty());
}

TEST_CASE("on a narrow terminal list cuts titles and keeps the rest", "[commands]") {
  const workbook book;
  command_runner weir{book};
  weir.terminal = {.output = true, .unicode = true, .width = 56};
  std::istringstream lines{weir({"list"}).out};
  int exercises = 0;
  for (std::string line; std::getline(lines, line);) {
    INFO(line);
    CHECK(display_width(line) <= 56);
    exercises += line.find("20 min, 3 points") != std::string::npos ? 1 : 0;
  }
  CHECK(exercises == 3);
}

TEST_CASE("list --json is one object that a program can read", "[commands]") {
  const workbook book;
  const command_runner weir{book};
  pass(book, "bounded-queue");
  const auto document = boost::json::parse(weir({"list", "--json"}).out).as_object();
  CHECK(document.at("format") == 1);
  CHECK(document.at("current") == "overflow");
  CHECK(document.at("passed") == 1);
  const auto& exercises = document.at("exercises").as_array();
  REQUIRE(exercises.size() == 3);
  CHECK(exercises[0].at("id") == "bounded-queue");
  CHECK(exercises[0].at("passed") == true);
  CHECK(exercises[2].at("number") == "2.1");
  CHECK(exercises[2].at("max_points") == 3);
}

TEST_CASE("each hint goes a step further, over several starts", "[commands]") {
  const workbook book;
  const command_runner weir{book};
  CHECK_THAT(weir({"hint", "1.1", "--again"}).out, has_text("No hint"));
  CHECK_THAT(weir({"hint", "bounded-queue"}).out,
             StartsWith("Hint 1 of 2 for 1.1 bounded-queue") && has_text("A nudge."));
  CHECK_THAT(weir({"hint", "bounded-queue"}).out, StartsWith("Hint 2 of 2") && has_text("A push."));
  CHECK_THAT(weir({"hint", "bounded-queue"}).out,
             has_text("A nudge.") && has_text("A push.") && has_text("no further hints"));
  CHECK_THAT(weir({"hint", "1.1", "--again"}).out, has_text("A nudge.") && has_text("A push."));
}

TEST_CASE("a command without an ID means the first pending exercise", "[commands]") {
  const workbook book;
  const command_runner weir{book};
  pass(book, "bounded-queue");
  CHECK_THAT(weir({"brief"}).out, has_text("Brief of overflow"));
  pass(book, "overflow");
  pass(book, "drain");
  CHECK(weir({"brief"}).code == exit_code::usage);
}

TEST_CASE("brief renders, or gives the Markdown as it is", "[commands]") {
  const workbook book;
  const command_runner weir{book};
  CHECK_THAT(weir({"brief", "1.1"}).out,
             has_text("Brief of bounded-queue\n======================\n"));
  CHECK(weir({"brief", "1.1", "--raw"}).out == brief_for("bounded-queue"));
}

TEST_CASE("a solution opens after a pass, stays open after a reset, and earlier only when forced",
          "[commands]") {
  const workbook book;
  const command_runner weir{book};
  const auto closed = weir({"solution", "drain"});
  CHECK(closed.code == exit_code::not_passed);
  CHECK(closed.out.empty());
  CHECK_THAT(closed.err, has_text("--anyway"));
  CHECK(weir({"solution", "drain", "--anyway"}).out == "// the solution of drain\n");
  pass(book, "overflow");
  CHECK(weir({"reset", "overflow", "--yes"}).code == exit_code::passed);
  CHECK(weir({"solution", "overflow"}).out == "// the solution of overflow\n");
}

TEST_CASE("a hand-out without solutions says so", "[commands]") {
  const workbook book;
  std::filesystem::remove_all(book.root() / "solutions");
  const command_runner weir{book};
  // Before a pass too: nobody is told that a pass would open what is not there.
  for (const auto& shown : {weir({"solution", "drain", "--anyway"}), weir({"solution", "drain"})}) {
    CHECK(shown.code == exit_code::environment);
    CHECK_THAT(shown.err, has_text("Hand-outs"));
  }
}

TEST_CASE("reset asks on a terminal and keeps the reader's version", "[commands]") {
  const workbook book;
  command_runner weir{book};
  weir({"init", book.workspace_root().string()});
  const auto file = book.workspace_root() / "02-loop-health/01-drain/queue.cpp";
  write(file, "// mine\n");
  weir.terminal = {.input = true, .output = true};
  weir.input = "n\n";
  CHECK_THAT(weir({"reset", "drain"}).out, has_text("[y/N]") && has_text("Nothing was changed"));
  CHECK(read_file(file) == "// mine\n");
  weir.input = "y\n";
  CHECK_THAT(weir({"reset", "drain"}).out, has_text("2023-11-14T22-13-20Z"));
  CHECK(read_file(file) == "// the starter of drain\n");
  weir.input.clear();
  CHECK(weir({"reset", "--all", "--yes"}).code == exit_code::passed);
}

TEST_CASE("reset wants to know what", "[commands]") {
  const workbook book;
  const command_runner weir{book};
  CHECK(weir({"reset"}).code == exit_code::usage);
  CHECK(weir({"reset", "drain", "--all"}).code == exit_code::usage);
}

TEST_CASE("init makes a workspace elsewhere and renews it", "[commands]") {
  const workbook book;
  const command_runner weir{book};
  const std::string folder = (book.root().parent_path() / "mine").string();
  CHECK_THAT(weir({"init", folder}).out,
             StartsWith("Made " + folder + " with 3 exercises") &&
                 has_text("then start " + (book.root() / "weir").string()));
  CHECK(std::filesystem::exists(folder + "/01-back-pressure/02-overflow/queue.cpp"));
  CHECK_THAT(weir({"init", folder + "/"}).out, StartsWith("Brought up to date: " + folder));
}

TEST_CASE("read shows the chapter's prose", "[commands]") {
  const workbook book;
  const command_runner weir{book};
  for (const char* name : {"1", "01", "back-pressure", "01-back-pressure", "bounded-queue",
                           "chapters/01-back-pressure/"}) {
    INFO(name);
    CHECK_THAT(weir({"read", name}).out, StartsWith("Pressure\n========\n"));
  }
  CHECK_THAT(weir({"read"}).out, StartsWith("Pressure"));
  CHECK(weir({"read", "2"}).code == exit_code::environment);
  const auto wrong = weir({"read", "back-presure"});
  CHECK(wrong.code == exit_code::usage);
  CHECK_THAT(wrong.err, has_text("Did you mean 'back-pressure'?"));
}

TEST_CASE("a quiz without a terminal prints its questions, and answers when asked", "[commands]") {
  const workbook book;
  const command_runner weir{book};
  const auto questions = weir({"quiz", "1"});
  CHECK(questions.code == exit_code::passed);
  CHECK_THAT(questions.out, has_text("Why?") && has_text("a) this") && has_text("b) that") &&
                                has_text("How?") && !has_text("Because"));
  CHECK_THAT(weir({"quiz", "1", "--answers"}).out,
             has_text("Answer: b") && has_text("Because that.") && has_text("Like so."));
}

TEST_CASE("a quiz on a terminal asks, corrects and remembers the score", "[commands]") {
  const workbook book;
  command_runner weir{book};
  weir.terminal = {.input = true, .output = true};
  weir.input = "z\nB\nmy own words\ny\n";
  const auto held = weir({"quiz", "1"});
  CHECK_THAT(held.out, has_text("one letter from a to b") && has_text("Right.") &&
                           has_text("Like so.") && has_text("2 of 2 right."));
  CHECK_THAT(read_file(book.workspace_root() / ".weir/progress.json"), has_text("\"right\":2"));
  weir.input = "a\nq\n";
  CHECK_THAT(weir({"quiz", "1"}).out, has_text("No.") && has_text("nothing is remembered"));
  weir.input = "";
  CHECK_THAT(weir({"quiz", "1"}).out, has_text("nothing is remembered"));
}

TEST_CASE("a malformed quiz is named with its line", "[commands]") {
  const workbook book;
  const command_runner weir{book};
  const auto file = book.root() / "chapters/01-back-pressure/quiz.toml";
  const std::string head = "format = 1\n[[question]]\nid = \"one\"\ntext = \"?\"\n";
  const auto complaint = [&](const std::string& rest) {
    write(file, head + rest);
    const auto outcome = weir({"quiz", "1"});
    CHECK(outcome.code == exit_code::environment);
    CHECK_THAT(outcome.err, has_text(file.string() + ":"));
    return outcome.err;
  };
  CHECK_THAT(complaint("options = [\"a\"]\nanswer = 0\nwhy = \"w\"\n"), has_text("two to nine"));
  CHECK_THAT(complaint("options = [\"a\", \"b\"]\nanswer = 2\nwhy = \"w\"\n"),
             has_text("between 0 and 1"));
  CHECK_THAT(complaint("options = [\"a\", 2]\nanswer = 0\nwhy = \"w\"\n"),
             has_text(":5:") && has_text("an array of texts"));
  CHECK_THAT(complaint("free = true\n"), has_text("model"));
  CHECK_THAT(complaint("free = true\nmodel = \"m\"\nwhy = \"w\"\n"), has_text("unknown key"));
}

TEST_CASE("unknown words get the nearest right one and exit code 2", "[commands]") {
  const workbook book;
  const command_runner weir{book};
  const auto check = [&](std::initializer_list<std::string> words, const std::string& suggested) {
    const auto outcome = weir(words);
    CHECK(outcome.code == exit_code::usage);
    CHECK(outcome.out.empty());
    CHECK_THAT(outcome.err, StartsWith("weir: ") && has_text(suggested));
  };
  check({"lst"}, "Did you mean 'list'?");
  check({"list", "--jsn"}, "Did you mean '--json'?");
  check({"--verson"}, "Did you mean '--version'?");
  check({"hint", "bounded-quue"}, "Did you mean 'bounded-queue'?");
  check({"list", "more"}, "no further argument 'more'");
  check({"help", "hnt"}, "Did you mean 'hint'?");
  check({"completions", "tcsh"}, "tcsh");
  check({"init"}, "DIR");
  check({"hint", "list"}, "no exercise 'list'");
}

TEST_CASE("every command has a help with its purpose and the exit codes", "[commands]") {
  const workbook book;
  const command_runner weir{book};
  const auto overview = weir({"--help"});
  CHECK(overview.code == exit_code::passed);
  CHECK_THAT(overview.out, has_text("Exit codes") && has_text("WEIR_WORKSPACE"));
  for (const char* name :
       {"list", "brief", "hint", "solution", "reset", "read", "quiz", "init", "doctor"}) {
    INFO(name);
    CHECK_THAT(overview.out, has_text(std::string{"  "} + name));
    const auto help = weir({name, "--help"});
    CHECK(help.code == exit_code::passed);
    CHECK_THAT(help.out, has_text("Usage: weir " + std::string{name}) && has_text("Exit codes"));
    CHECK(weir({"help", name}).out == help.out);
  }
  CHECK_THAT(overview.out, !has_text("  complete "));
}

TEST_CASE("help keeps to the terminal's width", "[commands]") {
  const workbook book;
  command_runner weir{book};
  weir.terminal.width = 60;
  std::istringstream lines{weir({"--help"}).out};
  for (std::string line; std::getline(lines, line);) {
    INFO(line);
    CHECK(line.size() <= 60);
  }
}

TEST_CASE("the version is told", "[commands]") {
  const workbook book;
  const auto told = command_runner{book}({"--version"});
  CHECK(told.code == exit_code::passed);
  CHECK_THAT(told.out, StartsWith("weir "));
}

TEST_CASE("a malformed exercise is told, and the others can be worked on", "[commands]") {
  const workbook book;
  const command_runner weir{book};
  write(book.root() / "exercises/01-back-pressure/01-bounded-queue/exercise.toml", "format = 1\n");
  const auto outcome = weir({"list"});
  CHECK(outcome.code == exit_code::passed);
  CHECK_THAT(outcome.err, has_text("exercise.toml:1:1: expected"));
  CHECK_THAT(outcome.out, has_text("overflow"));
  CHECK(weir({"hint", "bounded-queue"}).code == exit_code::usage);
  CHECK(weir({"hint", "overflow"}).code == exit_code::passed);
}

TEST_CASE("a newer workspace is refused by what would write to it", "[commands]") {
  const workbook book;
  const command_runner weir{book};
  write(book.workspace_root() / ".weir-workspace", "{\"format\": 2}");
  const auto outcome = weir({"hint", "drain"});
  CHECK(outcome.code == exit_code::environment);
  CHECK_THAT(outcome.err, has_text("newer weir"));
}
