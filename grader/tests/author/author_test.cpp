#include "author/calibration.hpp"
#include "author/check.hpp"
#include "author/check_report.hpp"
#include "author/contents.hpp"
#include "author/release.hpp"
#include "author/skeleton.hpp"
#include "tests/workbook_support.hpp"
#include "workbook/quiz_file.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

using namespace weir::grader;
using weir::test::has_text;
namespace fs = std::filesystem;

namespace {

constexpr const char* telling = "  return the_answer_that_nobody_should_be_able_to_read();\n";

/// A workbook with built modules of its hidden tests, ready to be handed out.
class repository {
public:
  repository() {
    for (const char* id : {"bounded-queue", "overflow", "drain"}) {
      write(modules() / (std::string{id} + ".so"), std::string{"\x7f"
                                                               "ELF\0",
                                                               5});
    }
    write(modules() / "made-with.txt", "Clang 19\n");
    write(root() / "grader/hidden/01-back-pressure/01-bounded-queue/tests.cpp", "// hidden\n");
    write(root() / "grader/hidden/01-back-pressure/01-bounded-queue/reject/forgets.cpp",
          "  // a mistake that nobody should be able to read anywhere\n");
    write(root() / "solutions/01-back-pressure/01-bounded-queue/queue.cpp", telling);
    write(root() / "visualizer/app/main.cpp", "int main() {}\n");
    write(root() / "chapters/01-back-pressure/pictures/overflow.png", "picture\n");
  }

  const workbook& book() const { return book_; }

  fs::path root() const { return book_.root(); }

  fs::path modules() const { return root() / "build/tests"; }

  fs::path target() const { return book_.workspace_root().parent_path() / "hand-out"; }

  release_result hand_out() const {
    return write_release({.root = root(), .tests_dir = modules(), .target = target()});
  }

private:
  workbook book_;
};

/// The build of the repository's modules: drain.so is a copy of its hidden tests.
class module_build {
public:
  explicit module_build(const repository& ours) : ours_{ours} {
    const auto modules = ours.modules().string();
    write(hidden_tests(), "old\n");
    write(source() / "CMakeLists.txt",
          "cmake_minimum_required(VERSION 3.25)\nproject(modules LANGUAGES NONE)\n"
          "add_custom_command(OUTPUT " +
              modules + "/drain.so COMMAND ${CMAKE_COMMAND} -E copy " + hidden_tests().string() +
              " " + modules + "/drain.so DEPENDS " + hidden_tests().string() +
              ")\nadd_custom_target(weir_judging DEPENDS " + modules + "/drain.so)\n");
    write(build() / "weir-toolchain.json",
          R"({"format": 1, "compiler": "c++", "compiler_id": "gcc", "compile_flags": [],)"
          R"( "deep_flags": [], "pch_flags": [], "link_flags": [], "include_dirs": [],)"
          R"( "runner": "runner", "scenes_dir": "scenes", "tests_dir": ")" +
              modules + "\"}");
    const std::string configure = "cmake -G Ninja -S " + source().string() + " -B " +
                                  build().string() + " > " + build().string() + "/log";
    REQUIRE(std::system(configure.c_str()) == 0);
  }

  fs::path hidden_tests() const { return ours_.root() / "grader/hidden/02-loop-health/tests.txt"; }

  command_outcome release() const {
    return command_runner{ours_.book()}({"author", "release", ours_.target().c_str()});
  }

  std::string handed_out() const { return read_file(ours_.target() / "grader/prebuilt/drain.so"); }

private:
  const repository& ours_;

  fs::path build() const { return ours_.root() / "build"; }

  fs::path source() const { return build() / "source"; }
};

} // namespace

TEST_CASE("a hand-out is made of modules that are up to date with their sources", "[author]") {
  const repository ours;
  const module_build modules{ours};
  CHECK(modules.release().code == exit_code::passed);
  CHECK(modules.handed_out() == "old\n");

  fs::remove_all(ours.target());
  write(modules.hidden_tests(), "mended\n");
  const auto said = modules.release();
  CHECK(said.code == exit_code::passed);
  CHECK_THAT(said.err, has_text("up to date with their sources"));
  CHECK(modules.handed_out() == "mended\n");
}

TEST_CASE("hidden tests that do not build are not handed out as they were", "[author]") {
  const repository ours;
  const module_build modules{ours};
  CHECK(modules.release().code == exit_code::passed);

  fs::remove_all(ours.target());
  fs::remove(modules.hidden_tests());
  const auto said = modules.release();
  CHECK(said.code == exit_code::environment);
  CHECK_THAT(said.err, has_text("nothing is handed out"));
  CHECK_THAT(said.err, has_text("tests.txt"));
  CHECK_FALSE(fs::exists(ours.target()));
}

TEST_CASE("a hand-out holds prose, pictures, window and modules, and nothing that is secret",
          "[author]") {
  const repository ours;
  CHECK(ours.hand_out().leaks.empty());
  for (const char* wanted :
       {"exercises/01-back-pressure/01-bounded-queue/brief.md",
        "chapters/01-back-pressure/pictures/overflow.png", "visualizer/app/main.cpp",
        "grader/prebuilt/drain.so", "grader/prebuilt/made-with.txt"}) {
    INFO(wanted);
    CHECK(fs::exists(ours.target() / wanted));
  }
  CHECK_FALSE(fs::exists(ours.target() / "solutions"));
  CHECK_FALSE(fs::exists(ours.target() / "grader/hidden"));
}

TEST_CASE("a line of a solution in a reader's file is a leak", "[author]") {
  const repository ours;
  write(ours.target() / "visualizer/app/main.cpp", std::string{"int main() {\n"} + telling + "}\n");
  const auto leaks = scan_for_leaks(ours.root(), ours.target());
  REQUIRE(leaks.size() == 1);
  CHECK(leaks.front().file == "visualizer/app/main.cpp");
  CHECK(leaks.front().what == "return the_answer_that_nobody_should_be_able_to_read();");
}

TEST_CASE("what is left of a hidden test in a module is a leak: its names and its expressions",
          "[author]") {
  const repository ours;
  write(ours.root() / "grader/hidden/01-back-pressure/02-overflow/tests.cpp",
        "CHECK(  b.accepted() ==\n  due); // the books\nweir::note(\"close() at {}\", now);\n");
  const auto module_with = [&](const std::string& text) {
    return std::string{"\x7f"
                       "ELF\0",
                       5} +
           text + std::string{"\0\1", 2};
  };
  const auto what_leaks = [&](const std::string& text) {
    write(ours.target() / "grader/prebuilt/overflow.so", module_with(text));
    const auto leaks = scan_for_leaks(ours.root(), ours.target());
    return leaks.size() == 1 ? leaks.front().what : std::to_string(leaks.size()) + " leaks";
  };
  for (const char* secret_text :
       {"_ZN11weir_hidden5bench9cancel_atEv", "b.accepted() == due",
        "asio::awaitable<void> weir_hidden::bench::pass()", "N12_GLOBAL__N_113stage_failedE"}) {
    CHECK(what_leaks(secret_text) == secret_text);
  }
  for (const char* harmless : {"close() at {}", "N5boost6system12system_errorE", "the test"}) {
    INFO(harmless);
    CHECK(what_leaks(harmless) == "0 leaks");
  }
}

TEST_CASE("a hand-out is not written into the repository's folders, nor over anything",
          "[author]") {
  const repository ours;
  for (const char* inside : {"", "chapters/hand-out", "grader/hand-out", "visualizer"}) {
    INFO(inside);
    CHECK_THROWS_AS(
        write_release(
            {.root = ours.root(), .tests_dir = ours.modules(), .target = ours.root() / inside}),
        usage_error);
  }
  write(ours.target() / "old", "old\n");
  CHECK_THROWS_AS(ours.hand_out(), usage_error);
}

TEST_CASE("without a module of every exercise there is no hand-out", "[author]") {
  const repository ours;
  fs::remove(ours.modules() / "drain.so");
  CHECK_THROWS_AS(ours.hand_out(), environment_error);
}

TEST_CASE("in a hand-out the authors' commands say where they work", "[author]") {
  const repository ours;
  fs::create_directories(ours.root() / "grader/prebuilt");
  const command_runner weir{ours.book()};
  for (const auto& words : {std::vector<std::string>{"author", "check"},
                            {"author", "mutate", "drain"},
                            {"author", "new", "01-back-pressure/07-credit"},
                            {"author", "release", ours.target().string()}}) {
    INFO(words[1]);
    const auto said = words.size() == 2
                          ? weir({"author", "check"})
                          : weir({words[0].c_str(), words[1].c_str(), words[2].c_str()});
    CHECK(said.code == exit_code::environment);
    CHECK_THAT(said.err, has_text("This is a hand-out"));
  }
  CHECK(weir({"author", "--help"}).code == exit_code::passed);
}

TEST_CASE("a skeleton's files go by the exercise's id", "[author]") {
  const workbook book;
  const auto files = write_skeleton(book.root(), "01-back-pressure/07-paid-credit");
  for (const char* wanted : {"exercises/01-back-pressure/07-paid-credit/exercise.toml",
                             "exercises/01-back-pressure/07-paid-credit/paid_credit.hpp",
                             "exercises/01-back-pressure/07-paid-credit/paid_credit.cpp",
                             "solutions/01-back-pressure/07-paid-credit/paid_credit.cpp",
                             "grader/hidden/01-back-pressure/07-paid-credit/tests.cpp"}) {
    INFO(wanted);
    CHECK(std::ranges::count(files, fs::path{wanted}) == 1);
    CHECK(fs::exists(book.root() / wanted));
  }
  CHECK_THAT(read_file(book.root() / "grader/hidden/01-back-pressure/07-paid-credit/tests.cpp"),
             has_text("#include \"paid_credit.hpp\""));
  const catalog known = catalog::load(book.root());
  const exercise* made = known.find("paid-credit");
  REQUIRE(made != nullptr);
  CHECK(made->number == "1.7");
  CHECK(made->file == "paid_credit.cpp");
}

TEST_CASE("a skeleton lacks nothing but calibration", "[author]") {
  const workbook book;
  write_skeleton(book.root(), "01-back-pressure/07-credit");
  const catalog known = catalog::load(book.root());
  for (const check_item& item : check_files(book.root(), *known.find("credit"))) {
    INFO(item.subject << ": " << item.detail);
    const bool calibration = item.subject == "accept/" || item.subject == "reject/";
    CHECK((item.good || calibration));
  }
}

TEST_CASE("a skeleton takes no id and no number that another exercise has", "[author]") {
  const workbook book;
  CHECK_THROWS_AS(write_skeleton(book.root(), "01-back-pressure/07-drain"), usage_error);
  CHECK_THROWS_AS(write_skeleton(book.root(), "01-back-pressure/02-credit"), usage_error);
  CHECK_FALSE(fs::exists(book.root() / "exercises/01-back-pressure/02-credit"));
  CHECK_THROWS_AS(write_skeleton(book.root(), "credit"), usage_error);
}

TEST_CASE("a skeleton wants a chapter to belong to, and that is begun by a command", "[author]") {
  const workbook book;
  const command_runner weir{book};
  const auto refused = weir({"author", "new", "05-structured-concurrency/01-nursery"});
  CHECK(refused.code == exit_code::usage);
  CHECK_THAT(refused.err, has_text("./weir author new-chapter 05-structured-concurrency"));

  const auto begun = weir({"author", "new-chapter", "05-structured-concurrency"});
  CHECK(begun.code == exit_code::passed);
  CHECK_THAT(begun.out, has_text("chapters/05-structured-concurrency/examples/idea.cpp\n"));
  CHECK_THAT(read_file(book.root() / "chapters/05-structured-concurrency/README.md"),
             has_text("# Structured concurrency\n"));
  CHECK_THAT(weir({"read", "05", "--raw"}).out, has_text("# Structured concurrency\n"));
  CHECK(weir({"author", "new", "05-structured-concurrency/01-nursery"}).code == exit_code::passed);

  for (const char* taken : {"05-structured-concurrency", "05-other", "01-other", "chapter"}) {
    INFO(taken);
    CHECK(weir({"author", "new-chapter", taken}).code == exit_code::usage);
  }
}

TEST_CASE("the quiz of a chapter's skeleton is one that readers can answer", "[author]") {
  const workbook book;
  write_chapter_skeleton(book.root(), "05-structured-concurrency");
  const auto questions =
      read_quiz_file(book.root() / "chapters/05-structured-concurrency/quiz.toml");
  REQUIRE(questions.size() == 1);
  CHECK(questions.front().answer == 1);
}

TEST_CASE("README's table lists chapters and exercises as the folders have them", "[author]") {
  const workbook book;
  const auto table = [&] {
    const std::string text = read_file(book.root() / "README.md");
    return text.substr(text.find("|---|---|\n") + 10);
  };
  CHECK(update_contents(book.root()));
  CHECK(table() == "| [01 Pressure](chapters/01-back-pressure/README.md) | bounded-queue, overflow "
                   "|\n\nThe end.\n");
  CHECK_FALSE(update_contents(book.root()));

  write_skeleton(book.root(), "01-back-pressure/07-credit");
  write_chapter_skeleton(book.root(), "05-structured-concurrency");
  CHECK(table() ==
        "| [01 Pressure](chapters/01-back-pressure/README.md) | bounded-queue, overflow, credit |\n"
        "| [05 Structured concurrency](chapters/05-structured-concurrency/README.md) | none yet |\n"
        "\nThe end.\n");

  write(book.root() / "README.md", "# No table\n");
  CHECK_THROWS_AS(update_contents(book.root()), content_error);
}

TEST_CASE("on paper, an exercise that README does not list is a finding", "[author]") {
  const workbook book;
  const catalog known = catalog::load(book.root());
  const auto says = [&](bool good) {
    return std::ranges::any_of(
        check_files(book.root(), *known.find("overflow")),
        [&](const check_item& item) { return item.subject == "README.md" && item.good == good; });
  };
  CHECK(says(false));
  update_contents(book.root());
  CHECK(says(true));
}

TEST_CASE("calibration files have names in snake_case", "[author]") {
  const workbook book;
  const auto reject = book.root() / "grader/hidden/01-back-pressure/02-overflow/reject";
  write(reject / "drops_the_last.cpp", "// reject: order\n");
  const catalog known = catalog::load(book.root());
  CHECK(read_calibration(book.root(), *known.find("overflow")).size() == 1);
  write(reject / "drops-the-first.cpp", "// reject: order\n");
  CHECK_THROWS_WITH(read_calibration(book.root(), *known.find("overflow")),
                    has_text("'drops-the-first.cpp'") && has_text("snake_case"));
}

TEST_CASE("every exercise of this workbook is whole on paper", "[author]") {
  const fs::path root = WEIR_SOURCE_ROOT;
  if (!fs::exists(root / "grader/hidden")) {
    WARN("this test is skipped: a hand-out has no calibration sets");
    return;
  }
  const catalog known = catalog::load(root);
  for (const exercise& ex : known.exercises()) {
    for (const check_item& item : check_files(root, ex)) {
      INFO(ex.id << ", " << item.subject << ": " << item.detail);
      CHECK(item.good);
    }
  }
}

TEST_CASE("author new says how to go on, in the words of the guide", "[author]") {
  const workbook book;
  const auto said = command_runner{book}({"author", "new", "01-back-pressure/07-credit"});
  CHECK(said.code == exit_code::passed);
  CHECK_THAT(said.out, has_text("./weir author check --quick credit\n"));
}

TEST_CASE("a check as JSON has the fields of exercism's results", "[author]") {
  const std::vector<check_item> items{
      {"drain", "brief.md", "", true, "holds every promise word for word"},
      {"drain", "reject/a.cpp", "seed 1", false, "order should catch it, and let it pass"}};
  const auto report = boost::json::parse(check_results(items)).as_object();
  CHECK(report.at("version") == 3);
  CHECK(report.at("status") == "fail");
  CHECK(report.at("message").is_null());
  const auto& tests = report.at("tests").as_array();
  REQUIRE(tests.size() == 2);
  CHECK(boost::json::serialize(tests[0]) ==
        R"({"name":"drain brief.md","status":"pass","message":null,)"
        R"("output":"holds every promise word for word","task_id":1,"exercise":"drain",)"
        R"("subject":"brief.md","way":""})");
  CHECK(boost::json::serialize(tests[1]) ==
        R"-({"name":"drain reject/a.cpp (seed 1)","status":"fail",)-"
        R"("message":"order should catch it, and let it pass","output":null,"task_id":2,)"
        R"("exercise":"drain","subject":"reject/a.cpp","way":"seed 1"})");
}
