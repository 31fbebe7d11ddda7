#include "base/errors.hpp"
#include "tests/workbook_support.hpp"
#include "workbook/progress.hpp"

#include <boost/json/parse.hpp>
#include <sys/wait.h>

#include <string>
#include <vector>

using namespace weir::grader;
namespace fs = std::filesystem;

namespace {

const std::chrono::system_clock::time_point noon{std::chrono::seconds{1'700'000'000}};

/// A progress file in a folder of its own, and what was told about it.
struct kept {
  temporary_folder folder;
  std::vector<std::string> told;
  progress_file file{folder.path() / ".weir",
                     [this](const std::string& text) { told.push_back(text); },
                     [] {
                       return noon;
                     }};

  std::vector<fs::path> set_aside() const {
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator{folder.path() / ".weir"}) {
      if (entry.path().filename().string().starts_with("progress.json.")) {
        found.push_back(entry.path());
      }
    }
    return found;
  }
};

} // namespace

TEST_CASE("progress that was never written is empty, and asking leaves nothing", "[progress]") {
  kept it;
  CHECK(it.file.load().of("bounded-queue").attempts == 0);
  CHECK_FALSE(fs::exists(it.folder.path() / ".weir"));
}

TEST_CASE("what was recorded is read back", "[progress]") {
  kept it;
  it.file.update([](progress& p) {
    p.record("bounded-queue", {.passed = false, .verdict = "deadlock", .points = 3, .at = noon});
    p.record("bounded-queue", {.passed = true, .verdict = "passed", .points = 8, .at = noon});
    p.record("bounded-queue", {.passed = false, .verdict = "failed", .points = 2, .at = noon});
    p.set_current("overflow");
    p.set_quiz_score("01-back-pressure", 4, 6, noon);
  });
  const progress read = it.file.load();
  const exercise_progress queue = read.of("bounded-queue");
  CHECK_FALSE(queue.passed);
  CHECK(queue.first_passed_at == "2023-11-14T22:13:20Z");
  CHECK(queue.last_verdict == "failed");
  CHECK(queue.attempts == 3);
  CHECK(queue.points == 2);
  CHECK(queue.best_points == 8);
  CHECK(read.current() == "overflow");
  CHECK(read.quiz_score("01-back-pressure") == 4);
  CHECK_FALSE(read.quiz_score("02-loop-health"));
}

TEST_CASE("a grading that ends after a reset is not noted", "[progress]") {
  progress p;
  exercise_progress value;
  value.attempts = 3;
  value.resets = 1;
  p.set("drain", value);
  const int before = p.of("drain").resets;
  p.reset("drain");
  CHECK_FALSE(p.record(
      "drain", {.passed = true, .verdict = "passed", .points = 8, .at = noon, .resets = before}));
  CHECK_FALSE(p.of("drain").passed);
  CHECK(p.of("drain").attempts == 3);
  CHECK(p.record("drain", {.passed = true,
                           .verdict = "passed",
                           .points = 8,
                           .at = noon,
                           .resets = p.of("drain").resets}));
  CHECK(p.of("drain").passed);
}

TEST_CASE("a reset makes an exercise pending and forgets hints, but not the first pass",
          "[progress]") {
  progress p;
  p.record("drain", {.passed = true, .verdict = "passed", .points = 8, .at = noon});
  exercise_progress value = p.of("drain");
  value.hints_seen = 2;
  p.set("drain", value);
  p.reset("drain");
  CHECK_FALSE(p.of("drain").passed);
  CHECK(p.of("drain").hints_seen == 0);
  CHECK_FALSE(p.of("drain").first_passed_at.empty());
}

TEST_CASE("what this version does not know stays in the file", "[progress]") {
  kept it;
  write(it.file.path(), R"({"format": 1, "later": [1, 2],
    "exercises": {"drain": {"hints_seen": 1, "mood": "fine"}, "gone": {"passed": true}}})");
  it.file.update([](progress& p) {
    exercise_progress drain = p.of("drain");
    ++drain.hints_seen;
    p.set("drain", drain);
  });
  const auto document = boost::json::parse(read_file(it.file.path())).as_object();
  CHECK(document.at("later").as_array().size() == 2);
  const auto& exercises = document.at("exercises").as_object();
  CHECK(exercises.at("drain").at("mood").as_string() == "fine");
  CHECK(exercises.at("drain").at("hints_seen").as_int64() == 2);
  CHECK(exercises.at("gone").at("passed").as_bool());
}

TEST_CASE("members of the wrong kind count as absent", "[progress]") {
  kept it;
  write(it.file.path(), R"({"format": 1, "current": 7,
    "exercises": {"a": {"hints_seen": "many", "attempts": -5, "passed": 1}, "b": 3}})");
  const progress p = it.file.load();
  CHECK(p.of("a").hints_seen == 0);
  CHECK(p.of("a").attempts == 0);
  CHECK_FALSE(p.of("a").passed);
  CHECK(p.of("b").attempts == 0);
  CHECK(p.current().empty());
}

TEST_CASE("a damaged file is set aside whole, and the reader is told", "[progress]") {
  for (const char* damage : {"", "{\"format\": 1, \"exer", "[]", "{}", "{\"format\": \"1\"}"}) {
    kept it;
    INFO(damage);
    write(it.file.path(), damage);
    CHECK(it.file.load().of("drain").attempts == 0);
    REQUIRE(it.set_aside().size() == 1);
    CHECK(read_file(it.set_aside().front()) == damage);
    REQUIRE(it.told.size() == 1);
    CHECK(it.told.front().find(it.set_aside().front().string()) != std::string::npos);
    CHECK_FALSE(fs::exists(it.file.path()));
  }
}

TEST_CASE("a second damaged file does not replace the first that was set aside", "[progress]") {
  kept it;
  write(it.file.path(), "first");
  it.file.update([](progress& p) { p.set_current("a"); });
  write(it.file.path(), "second");
  it.file.update([](progress& p) { p.set_current("b"); });
  CHECK(it.set_aside().size() == 2);
  CHECK(it.file.load().current() == "b");
}

TEST_CASE("progress of a newer format is refused and left alone", "[progress]") {
  kept it;
  const std::string newer = R"({"format": 2, "anything": true})";
  write(it.file.path(), newer);
  CHECK_THROWS_AS(it.file.load(), environment_error);
  CHECK_THROWS_AS(it.file.update([](progress&) {}), environment_error);
  CHECK(read_file(it.file.path()) == newer);
  CHECK(it.set_aside().empty());
}

TEST_CASE("writers of several processes lose nothing", "[progress]") {
  kept it;
  constexpr int processes = 4;
  constexpr int steps = 25;
  std::vector<pid_t> children;
  for (int i = 0; i < processes; ++i) {
    const pid_t child = ::fork();
    if (child == 0) {
      for (int step = 0; step < steps; ++step) {
        it.file.update([](progress& p) {
          exercise_progress value = p.of("drain");
          ++value.attempts;
          p.set("drain", value);
        });
      }
      ::_exit(0);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = 0;
    ::waitpid(child, &status, 0);
    CHECK(status == 0);
  }
  CHECK(it.file.load().of("drain").attempts == processes * steps);
}

TEST_CASE("a full disk leaves the old progress and no debris", "[progress]") {
  kept it;
  it.file.update([](progress& p) { p.set_current("kept"); });
  std::string message;
  {
    const no_space full;
    try {
      it.file.update([](progress& p) { p.set_current("lost"); });
    } catch (const environment_error& error) {
      message = error.what();
    }
  }
  CHECK(message.find("progress.json") != std::string::npos);
  CHECK(message.find("Nothing that was there is lost") != std::string::npos);
  CHECK(it.file.load().current() == "kept");
  CHECK(it.set_aside().empty());
}

TEST_CASE("a folder that can't be written to is said to be so", "[progress]") {
  kept it;
  fs::permissions(it.folder.path(), fs::perms{0555});
  const without_privileges reader;
  try {
    it.file.update([](progress&) {});
    FAIL("it was written");
  } catch (const environment_error& error) {
    CHECK(std::string{error.what()}.find("Permission denied") != std::string::npos);
  }
}
