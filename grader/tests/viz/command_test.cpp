#include "testing/catch.hpp"
#include "tests/workbook_support.hpp"
#include "workbook/progress.hpp"

#include <weir/token.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <sys/wait.h>

#include <cerrno>

using namespace weir::grader;

namespace {

namespace fs = std::filesystem;

/// A workbook with a toolchain, the fake window, and a scene for each exercise but overflow.
class shown_workbook {
public:
  shown_workbook() {
    scene("01-back-pressure/01-bounded-queue", "bounded-queue");
    scene("02-loop-health/01-drain", "drain");
    boost::json::object tools{{"format", 1},
                              {"compiler", WEIR_TEST_COMPILER},
                              {"compiler_id", WEIR_TEST_COMPILER_ID},
                              {"compiler_version", ""},
                              {"compile_flags", {"-std=c++20", "-fPIC"}},
                              {"deep_flags", {"-std=c++20", "-fPIC"}},
                              {"pch_flags", boost::json::array{}},
                              {"link_flags", {"-shared", "-nostdlib"}},
                              {"include_dirs", boost::json::array{}},
                              {"runner", WEIR_FAKE_RUNNER},
                              {"tests_dir", build("tests").string()},
                              {"scenes_dir", build("scenes").string()}};
    write(build("weir-toolchain.json"), boost::json::serialize(tools));
    run.variables["WEIR_VIZ"] = WEIR_FAKE_WINDOW;
    ::setenv("FAKE_WINDOW_LOG", build("window.log").c_str(), 1);
  }

  shown_workbook(const shown_workbook&) = delete;
  shown_workbook& operator=(const shown_workbook&) = delete;

  /// No test leaves a process behind.
  ~shown_workbook() {
    CHECK(::waitpid(-1, nullptr, WNOHANG) == -1);
    CHECK(errno == ECHILD);
  }

  void scene(const std::string& folder, const std::string& id) const {
    write(book_.root() / "exercises" / folder / "scene.cpp", "// a scene");
    write(build("scenes") / (id + ".so"), "a scene");
  }

  /// What the window shall do.
  static void script(const std::string& commands) {
    ::setenv("FAKE_WINDOW_SCRIPT", commands.c_str(), 1);
  }

  /// Its arguments in the first line, then what it was told.
  [[nodiscard]] std::string heard() const { return read_file(build("window.log")); }

  [[nodiscard]] fs::path build(const std::string& name) const {
    return book_.root() / "build" / name;
  }

  [[nodiscard]] fs::path own_file() const {
    return book_.workspace_root() / "01-back-pressure/01-bounded-queue/queue.cpp";
  }

  [[nodiscard]] const workbook& book() const { return book_; }

private:
  workbook book_;

public:
  command_runner run{book_};
};

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++found;
  }
  return found;
}

} // namespace

TEST_CASE("the window is told of scenes, the one to open, and its module", "[viz]") {
  shown_workbook live;
  live.script("await module\nexit 0");
  const auto shown = live.run({"viz", "bounded-queue"});
  CHECK(shown.code == exit_code::passed);
  const std::string heard = live.heard();
  CHECK(holds(heard, R"("chapter":"01 Pressure")"));
  CHECK(holds(heard, R"("id":"drain")"));
  CHECK_FALSE(holds(heard, R"("id":"overflow")"));
  CHECK(holds(heard, R"({"say":"open","scene":"bounded-queue","submission":"mine")"));
  CHECK(holds(heard, R"({"say":"working","submission":"mine","title":"Compiling queue.cpp"})"));
  CHECK(holds(heard, R"("--scene",")" + live.build("scenes").string() + "/bounded-queue.so\""));
  CHECK(holds(heard, R"("--exercise","bounded-queue")"));
}

TEST_CASE("every save is built, and a broken one is told with the compiler's words", "[viz]") {
  shown_workbook live;
  const std::string file = live.own_file().string();
  live.script("await module\nsave " + file + " int broken = ;\nawait does-not-compile\nsave " +
              file + " int mended = 1;\nawait module\nexit 0");
  CHECK(live.run({"viz", "bounded-queue"}).code == exit_code::passed);
  const std::string heard = live.heard();
  CHECK(count(heard, R"("say":"module")") == 2);
  CHECK(holds(heard, R"("title":"queue.cpp does not compile")"));
  CHECK(holds(heard, "expected"));
}

TEST_CASE("a file that goes away is told, and built again when it is back", "[viz]") {
  shown_workbook live;
  const std::string file = live.own_file().string();
  live.script("await module\nremove " + file + "\nawait problem\nsave " + file +
              " int again = 1;\nawait module\nexit 0");
  CHECK(live.run({"viz", "bounded-queue"}).code == exit_code::passed);
  CHECK(holds(live.heard(), "The file is gone"));
}

TEST_CASE("the window gets the modules that it asks for", "[viz]") {
  shown_workbook live;
  live.script("await module\n"
              R"(ask {"ask":"module","submission":"starter"})"
              "\nawait module\n"
              R"(ask {"ask":"module","submission":"solution"})"
              "\nawait problem\n"
              R"(ask {"ask":"open","scene":"drain","submission":"starter"})"
              "\nawait module\n"
              R"(ask {"ask":"open","scene":"overflow","submission":"starter"})"
              "\nawait problem\nexit 0");
  CHECK(live.run({"viz", "bounded-queue"}).code == exit_code::passed);
  const std::string heard = live.heard();
  CHECK(count(heard, R"({"say":"module","submission":"starter")") == 2);
  CHECK(holds(heard, "has not passed yet"));
  CHECK(holds(heard, R"({"say":"open","scene":"drain","submission":"starter")"));
  CHECK(holds(heard, "'overflow' has no scene"));
}

TEST_CASE("settings, seed, comparison and the window's own options are passed on", "[viz]") {
  shown_workbook live;
  live.script("await module\nexit 0");
  const auto shown =
      live.run({"viz", "bounded-queue", "--set", "capacity=3", "--seed", "7", "--compare", "mine",
                "naive", "--screenshot", "a.png", "--at", "1s", "--reduced-motion"});
  CHECK(shown.code == exit_code::passed);
  const std::string heard = live.heard();
  CHECK(heard.starts_with("--screenshot a.png --at 1s --reduced-motion --feed 3"));
  CHECK(holds(heard, R"("settings":["capacity=3"],"seed":7,"beside":"starter")"));
}

TEST_CASE("a file can be compared with", "[viz]") {
  shown_workbook live;
  const fs::path other = live.build("other.cpp");
  write(other, "int other = 1;\n");
  live.script("await module\n"
              R"(ask {"ask":"module","submission":"other"})"
              "\nawait module\nsave " +
              other.string() + " int other = 2;\nawait module\nexit 0");
  CHECK(live.run({"viz", "bounded-queue", "--compare", "mine", other.string()}).code ==
        exit_code::passed);
  const std::string heard = live.heard();
  CHECK(holds(heard, R"("beside":"other")"));
  CHECK(count(heard, R"({"say":"module","submission":"other")") == 2);
}

TEST_CASE("the solution is shown after a pass, or when forced", "[viz]") {
  shown_workbook live;
  live.script("await module\nexit 0");
  const auto closed = live.run({"viz", "bounded-queue", "--solution"});
  CHECK(closed.code == exit_code::not_passed);
  CHECK(holds(closed.err, "has not passed yet"));
  CHECK(live.run({"viz", "bounded-queue", "--solution", "--anyway"}).code == exit_code::passed);
  CHECK(holds(live.heard(), R"("submissions":["mine","starter","solution"])"));
  CHECK(holds(live.heard(), R"({"say":"module","submission":"solution")"));
}

TEST_CASE("where there is no solution the window is told so, and not how to force it", "[viz]") {
  shown_workbook live;
  fs::remove_all(live.book().root() / "solutions");
  const auto missing = live.run({"viz", "bounded-queue", "--solution"});
  CHECK(missing.code == exit_code::environment);
  CHECK(holds(missing.err, "come without"));
  CHECK_FALSE(holds(missing.err, "--anyway"));
}

TEST_CASE("a presenter gets every scene, with an exercise or without", "[viz]") {
  shown_workbook live;
  live.script("await module\nexit 0");
  CHECK(live.run({"viz", "--presenter"}).code == exit_code::passed);
  CHECK(live.heard().starts_with("--presenter"));
  CHECK(holds(live.heard(), R"({"say":"open","scene":"bounded-queue","submission":"starter")"));
  CHECK(holds(live.heard(), R"("solution")"));
}

TEST_CASE("the window's exit status is the command's", "[viz]") {
  shown_workbook live;
  live.script("exit 3");
  CHECK(live.run({"viz", "bounded-queue"}).code == exit_code::environment);
  live.script("await module\nexit 1");
  CHECK(live.run({"viz", "bounded-queue"}).code == exit_code::not_passed);
}

TEST_CASE("the window has its own end of the feed and no other: it sees when weir is gone",
          "[viz]") {
  shown_workbook live;
  live.script("await module\nsockets\nexit 0");
  CHECK(live.run({"viz", "bounded-queue"}).code == exit_code::passed);
  CHECK(holds(live.heard(), "sockets: 3\n"));
}

TEST_CASE("a window that crashes is named for it", "[viz]") {
  shown_workbook live;
  live.script("await module\nabort");
  const auto crashed = live.run({"viz", "bounded-queue"});
  CHECK(crashed.code == exit_code::environment);
  CHECK(holds(crashed.err, "SIGABRT"));
}

TEST_CASE("Ctrl-C closes the window, even a stubborn one", "[viz]") {
  shown_workbook live;
  live.script("await module\ninterrupt");
  CHECK(live.run({"viz", "bounded-queue"}).code == exit_code::environment);
  live.script("stubborn\nawait module\ninterrupt");
  CHECK(live.run({"viz", "bounded-queue"}).code == exit_code::environment);
}

TEST_CASE("without the window's program, it is said how to get it", "[viz]") {
  shown_workbook live;
  live.run.variables.clear();
  for (const auto& words : {std::initializer_list<std::string>{"viz", "bounded-queue"},
                            std::initializer_list<std::string>{"viz", "--replay", "w1:x"}}) {
    const auto failed = live.run(words);
    CHECK(failed.code == exit_code::environment);
    CHECK(holds(failed.err, "./weir viz"));
    CHECK(holds(failed.err, "weir scene"));
  }
}

TEST_CASE("an exercise without a scene is told apart from those with one", "[viz]") {
  shown_workbook live;
  const auto failed = live.run({"viz", "overflow"});
  CHECK(failed.code == exit_code::usage);
  CHECK(holds(failed.err, "'overflow' has no scene"));
  CHECK(holds(failed.err, "bounded-queue, drain"));
}

TEST_CASE("what can't be compared or replayed is a usage error", "[viz]") {
  shown_workbook live;
  for (const auto& words : {std::initializer_list<std::string>{"viz", "bounded-queue", "--compare",
                                                               "mine", "nowhere.cpp"},
                            {"viz", "bounded-queue", "--compare", "mine", "mine"},
                            {"viz", "bounded-queue", "--compare", "mine"},
                            {"viz", "bounded-queue", "--compare", "mine", "naive", "--naive"},
                            {"viz", "bounded-queue", "--solution", "--naive"},
                            {"viz", "--replay", "nonsense"},
                            {"viz", "--replay", "w1:bounded-queue"},
                            {"viz", "bounded-queue", "--seed", "x"}}) {
    const auto failed = live.run(words);
    CAPTURE(failed.err);
    CHECK(failed.code == exit_code::usage);
    CHECK_FALSE(failed.err.empty());
  }
}

TEST_CASE("a trace is opened at the failure", "[viz]") {
  shown_workbook live;
  const fs::path trace = live.build("run.weirtrace");
  write(trace, "whatever; the window judges it");
  live.script("exit 0");
  CHECK(live.run({"viz", "--replay", trace.string()}).code == exit_code::passed);
  CHECK(live.heard().starts_with("--trace " + trace.string() + " --at-failure"));
  CHECK(live.run({"viz", "--replay", trace.string(), "--at", "1s"}).code == exit_code::passed);
  CHECK_FALSE(holds(live.heard(), "--at-failure"));
}

TEST_CASE("what is no regular file is not read as a trace", "[viz]") {
  shown_workbook live;
  for (const std::string& name : {live.build("").string(), std::string{"/dev/zero"}}) {
    const auto failed = live.run({"viz", "--replay", name});
    CHECK(failed.code == exit_code::usage);
    CHECK(holds(failed.err, "not a regular file"));
  }
}

TEST_CASE("a token is replayed at once and after every save", "[viz]") {
  shown_workbook live;
  const std::string token =
      weir::to_string(weir::schedule_token{"bounded-queue/push-waits/x", 1, {}});
  write(live.build("tests") / "bounded-queue.so",
        "begin push-waits\ntest-begin push-waits\nfail push-waits deadlock\nend 0 1\nexit 1\n");
  const std::string file = live.own_file().string();
  live.script("await broken\nsave " + file + " int broken = ;\nawait does-not-compile\nexit 0");
  CHECK(live.run({"viz", "--replay", token}).code == exit_code::passed);
  const std::string heard = live.heard();
  CHECK(holds(heard, R"({"say":"scenes","scenes":[]})"));
  CHECK(holds(
      heard,
      R"({"say":"working","submission":"mine","title":"Replaying the schedule with queue.cpp"})"));
  CHECK(holds(heard, R"("kind":"broken")"));
  CHECK(holds(heard, "queue.cpp does not compile"));
}
