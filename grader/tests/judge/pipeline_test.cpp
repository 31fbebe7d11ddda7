#include "base/errors.hpp"
#include "judge/build_folder.hpp"
#include "testing/catch.hpp"
#include "tests/judge/pipeline_support.hpp"

#include <weir/token.hpp>

#include <boost/system/system_error.hpp>

using namespace weir::grader;
using namespace weir::grader::testing;
using weir::test::has_text;

namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// The one build that is there.
std::filesystem::path latest_build(const std::filesystem::path& folder) {
  for (const auto& entry : std::filesystem::directory_iterator{folder}) {
    if (std::filesystem::exists(entry.path() / "out/reader.so")) {
      return entry.path();
    }
  }
  return {};
}

std::string key(const verdict& v) {
  return std::string{to_key(v.kind)};
}

} // namespace

TEST_CASE("a file that compiles and passes its tests is a pass, with every stage timed",
          "[pipeline]") {
  const small_workbook book;
  const verdict v = book.grade();
  INFO(v.detail << v.compiler_output);
  CHECK(key(v) == "passed");
  CHECK(v.points == 5);
  CHECK(v.schedules == 20);
  CHECK(v.sandbox == "none (limits only)");
  std::string stages;
  for (const auto& each : v.stages) {
    stages += each.name + " ";
  }
  CHECK(stages == "read compile link run ");
}

TEST_CASE("an unchanged file is not compiled again", "[pipeline]") {
  small_workbook book;
  CHECK_FALSE(book.grade().cached);
  CHECK(book.grade().cached);
  book.write_source("#include \"counter.hpp\"\nint count() { return 2; }\n");
  CHECK_FALSE(book.grade().cached);
  auto deep = book.request();
  deep.depth = search_depth::deep;
  CHECK_FALSE(book.grade(deep).cached);
}

TEST_CASE("of many contents the latest are kept, and what a killed run left is cleared away",
          "[pipeline]") {
  small_workbook book;
  const auto left = book.folder().write("workspace/.weir/build/counter/run-killed/file", "");
  std::filesystem::last_write_time(
      left.parent_path(), std::filesystem::file_time_type::clock::now() - std::chrono::hours{2});
  book.grade_contents(9);
  std::size_t kept = 0;
  for (const auto& entry : std::filesystem::directory_iterator{book.request().build_folder}) {
    kept += entry.path().filename() == "trace" ? 0 : 1;
  }
  CHECK(kept == 6);
  CHECK(book.grade().cached);
}

TEST_CASE("a module in use is not cleared away, whatever is built beside it", "[pipeline]") {
  small_workbook book;
  const auto folder = book.request().build_folder;
  book.grade();
  const auto used = latest_build(folder);
  {
    const build_claim claim{used};
    book.grade_contents(9);
    CHECK(std::filesystem::exists(used / "out/reader.so"));
  }
  book.grade_contents(10);
  CHECK_FALSE(std::filesystem::exists(used));
}

TEST_CASE("a clock that was set back does not clear away what was just built", "[pipeline]") {
  small_workbook book;
  book.grade_contents(7);
  for (const auto& entry : std::filesystem::directory_iterator{book.request().build_folder}) {
    std::filesystem::last_write_time(entry.path(), std::filesystem::file_time_type::clock::now() +
                                                       std::chrono::hours{5});
  }
  book.write_source("#include \"counter.hpp\"\nint count() { return 100; }\n");
  CHECK(book.grade().kind == verdict_kind::passed);
  CHECK(book.grade().cached);
}

TEST_CASE("what another run keeps meanwhile stays", "[pipeline]") {
  small_workbook book;
  const auto traces = book.request().build_folder / "trace";
  const auto before = book.folder().write("workspace/.weir/build/counter/trace/before", "");
  std::filesystem::last_write_time(before, std::filesystem::file_time_type::clock::now() -
                                               std::chrono::hours{1});
  auto wanted = book.request();
  wanted.on_step = [&](const auto&) {
    book.folder().write("workspace/.weir/build/counter/trace/meanwhile", "");
  };
  book.grade(wanted);
  CHECK_FALSE(std::filesystem::exists(before));
  CHECK(std::filesystem::exists(traces / "meanwhile"));
}

TEST_CASE("a line of any length is read", "[pipeline]") {
  small_workbook book;
  const std::string counts = "#include \"counter.hpp\"\nint count() { return 1; }\n";
  book.write_source(counts + std::string(900'000, ' ') + "\n#" + std::string(50'000, ' ') + "\n");
  CHECK(book.grade().kind == verdict_kind::passed);
  book.write_source(counts + "#include \"/" + std::string(50'000, 'x') + "\"\n");
  const auto refused = book.grade();
  CHECK(refused.kind == verdict_kind::does_not_compile);
  CHECK(refused.detail.size() < 1'000);
}

TEST_CASE("a changed interface is compiled against", "[pipeline]") {
  small_workbook book;
  book.grade();
  book.folder().write("repository/exercises/01-first/01-counter/counter.hpp",
                      "int count();\nint other();\n");
  CHECK_FALSE(book.grade().cached);
}

TEST_CASE("an error shows its place relative to the workspace, and no test is run", "[pipeline]") {
  small_workbook book;
  book.write_source("#include \"counter.hpp\"\nint count() { return missing; }\n");
  const verdict v = book.grade();
  CHECK(key(v) == "does-not-compile");
  CHECK(v.compiler_output.starts_with("01-first/01-counter/counter.cpp:2:"));
  CHECK(v.tests.empty());
  CHECK(v.max_points == 5);
}

TEST_CASE("warnings of a file that compiles are kept, from the cache too", "[pipeline]") {
  small_workbook book;
  book.write_source("#include \"counter.hpp\"\nint count() { int unused = 1; return 1; }\n");
  CHECK(contains(book.grade().compiler_output, "unused"));
  const verdict again = book.grade();
  CHECK(again.cached);
  CHECK(contains(again.compiler_output, "unused"));
}

TEST_CASE("the reader's copy of the interface is not the one that counts", "[pipeline]") {
  small_workbook book;
  book.folder().write("workspace/01-first/01-counter/counter.hpp", "#error this is the copy\n");
  CHECK(book.grade().passed());
}

TEST_CASE("a symbolic link, a folder and a missing file are refused as the exercise's file",
          "[pipeline]") {
  small_workbook book;
  const auto file = book.request().source;
  std::filesystem::remove(file);
  CHECK(key(book.grade()) == "environment-error");
  std::filesystem::create_symlink(
      book.path() / "repository/solutions/01-first/01-counter/counter.cpp", file);
  const verdict v = book.grade();
  CHECK(key(v) == "environment-error");
  CHECK(contains(v.detail, "symbolic link"));
  std::filesystem::remove(file);
  std::filesystem::create_directory(file);
  CHECK(key(book.grade()) == "environment-error");
}

TEST_CASE("a file of more than a mebibyte is refused", "[pipeline]") {
  small_workbook book;
  book.write_source(std::string((std::size_t{1} << 20) + 1, ' '));
  CHECK(contains(book.grade().detail, "larger than 1 MiB"));
}

TEST_CASE("includes by path are refused with their line", "[pipeline]") {
  small_workbook book;
  const auto include =
      GENERATE(as<std::string>{}, "#include \"/dev/zero\"", "  #  include <../../x.hpp>",
               "%:include \"/etc/passwd\"", "#include \"a/../../x\"");
  book.write_source("int x;\n" + include + "\n");
  const verdict v = book.grade();
  CHECK(key(v) == "does-not-compile");
  CHECK(contains(v.detail, "line 2"));
}

TEST_CASE("without a sandbox too, no message shows a hidden test or a solution", "[pipeline]") {
  small_workbook book;
  const auto secret = GENERATE(as<std::string>{}, "grader/hidden/01-first/01-counter/tests.cpp",
                               "solutions/01-first/01-counter/counter.cpp");
  const auto path = (book.path() / "repository" / secret).string();
  book.write_source("#define SECRET \"" + path + "\"\n#include SECRET\n");
  const verdict v = book.grade();
  CHECK(key(v) == "does-not-compile");
  CHECK_FALSE(contains(v.compiler_output, "SECRET"));
  CHECK(contains(v.detail, "withheld"));
  book.write_source("#define SECRET \"../../../" + secret + "\"\n#include SECRET\n");
  CHECK_FALSE(contains(book.grade().compiler_output, "SECRET-OF"));
}

TEST_CASE("without a sandbox too, a file that includes a solution is not a solution",
          "[pipeline]") {
  small_workbook book;
  const auto solution = book.folder().write("repository/solutions/01-first/01-counter/counter.cpp",
                                            "int count() { return 1; }\n");
  book.write_source("#define WHERE \"" + solution.string() + "\"\n#include WHERE\n");
  const verdict v = book.grade();
  CHECK(key(v) == "does-not-compile");
  CHECK(contains(v.detail, "withheld"));
}

TEST_CASE("a trace that the record names is kept; what else the program leaves is not",
          "[pipeline]") {
  small_workbook book;
  book.script("begin counts stops\ntest-begin counts\nfail counts deadlock\ntest-begin "
              "stops\nsteal stops\nend 0 2\n");
  const verdict v = book.grade();
  CHECK(key(v) == "deadlock");
  CHECK(std::filesystem::exists(v.trace_file));
  CHECK(v.trace_file == v.tests[0].trace_file);
  CHECK(v.tests[1].trace_file.empty());
  for (const auto& entry : std::filesystem::directory_iterator{book.request().build_folder}) {
    CHECK_FALSE(entry.path().filename().string().starts_with("run-"));
  }
}

TEST_CASE("a program that leaves early, crashes or loops does not pass and is named for it",
          "[pipeline]") {
  small_workbook book;
  const std::string begun = "begin counts stops\ntest-begin counts\n";
  book.script("exit 0\n");
  CHECK(key(book.grade()) == "incomplete-record");
  book.script(begun + "exit 0\n");
  CHECK(key(book.grade()) == "incomplete-record");
  book.script(begun + "signal 11\n");
  CHECK(key(book.grade()) == "crashed");
  book.script(small_workbook::passing_script() + "exit 3\n");
  CHECK(key(book.grade()) == "incomplete-record");
}

TEST_CASE("a crash is put down to a compiler that is known for it", "[pipeline]") {
  small_workbook book;
  book.script("begin counts stops\ntest-begin counts\nsignal 11\n");
  book.tools().compiler_id = "gcc";
  book.tools().compiler_version = "12.2.0";
  CHECK_THAT(book.grade().detail, has_text("SIGSEGV") && has_text("g++ 12"));
  book.tools().compiler_version = "14.2.0";
  CHECK_THAT(book.grade().detail, has_text("SIGSEGV") && !has_text("g++ 12"));
}

TEST_CASE("the runner's limits hold", "[pipeline]") {
  small_workbook book;
  book.script("limits\n");
  CHECK(book.grade().program_output == "2147483648");
}

TEST_CASE("what was asked for reaches the runner", "[pipeline]") {
  small_workbook book;
  book.script("show-arguments\n");
  auto wanted = book.request();
  wanted.search.seed = 77;
  wanted.search.policy = weir::policy_kind::pct;
  wanted.search.schedules = 9;
  const verdict v = book.grade(wanted);
  CHECK(contains(v.program_output, "--seed 77 --policy pct --schedules 9 "));
  CHECK(contains(v.program_output, "--exercise counter "));
  CHECK_FALSE(contains(v.program_output, "--test "));
}

std::string token_of(const std::string& scenario) {
  return weir::to_string(weir::schedule_token{.scenario = scenario, .seed = 1, .choices = {2}});
}

TEST_CASE("a token runs its own test and no other", "[pipeline]") {
  small_workbook book;
  book.script("show-arguments\nbegin stops\ntest-begin stops\npass stops\nend 1 0\n");
  auto wanted = book.request();
  wanted.search.replay = token_of("counter/stops/when-asked");
  const verdict v = book.grade(wanted);
  CHECK(v.passed());
  CHECK(v.max_points == 3);
  CHECK(contains(v.program_output, "--replay " + wanted.search.replay + " --test stops "));
  wanted.search.replay = token_of("counter/unknown/x");
  CHECK_THROWS_AS(book.grade(wanted), usage_error);
  CHECK_THROWS_AS(exercise_of_token("nonsense"), usage_error);
  CHECK_THROWS_AS(exercise_of_token(wanted.search.replay + "0"), usage_error);
  CHECK_THROWS_AS(exercise_of_token(token_of("alone")), usage_error);
  CHECK(exercise_of_token(token_of("counter/stops")) == "counter");
}

TEST_CASE("the deep tier goes on with new seeds until its schedules are spent", "[pipeline]") {
  small_workbook book;
  auto wanted = book.request();
  wanted.depth = search_depth::deep;
  wanted.search.schedules = 2'500;
  const verdict v = book.grade(wanted);
  CHECK(v.passed());
  CHECK(v.deep);
  CHECK(v.schedules == 60); // three processes, each said that it ran 10 for either test
  CHECK(v.tests[0].schedules == 30);
}

TEST_CASE("a narrower search than the first tier's settles nothing", "[pipeline]") {
  CHECK(settles({}));
  CHECK(settles({.schedules = first_tier_schedules, .seed = 7}));
  CHECK(settles({.policy = weir::policy_kind::mixed, .model = weir::schedule_model{}}));
  CHECK_FALSE(settles({.schedules = 1}));
  CHECK_FALSE(settles({.policy = weir::policy_kind::fifo}));
  CHECK_FALSE(settles({.model = weir::parse_schedule_model("one-thread")}));
}

TEST_CASE("a missing runner or module is not the reader's fault", "[pipeline]") {
  small_workbook book;
  std::filesystem::remove(book.path() / "build/tests/counter.so");
  CHECK_THROWS_AS(book.grade(), environment_error);
  book.script("");
  book.tools().runner = "/nowhere/weir-runner";
  CHECK_THROWS_AS(book.grade(), environment_error);
}

TEST_CASE("a compiler that isn't there is not the reader's fault", "[pipeline]") {
  small_workbook book;
  book.tools().compiler = "/nowhere/c++";
  CHECK_THROWS_AS(book.grade(), environment_error);
}

TEST_CASE("cancelling a grading ends what runs", "[pipeline]") {
  small_workbook book;
  book.script("begin counts stops\nspin\n");
  boost::asio::cancellation_signal cancel;
  auto wanted = book.request();
  wanted.on_step = [&](const record_step&) {
    cancel.emit(boost::asio::cancellation_type::terminal);
  };
  const sandbox box;
  CHECK_THROWS_AS(run_to_end(grade(book.tools(), box, wanted), &cancel),
                  boost::system::system_error);
}
