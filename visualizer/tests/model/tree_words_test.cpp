#include "model/task_script.hpp"
#include "model/tree_words.hpp"
#include "testing/catch.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace weir::viz {

using namespace test;

namespace {

class told {
public:
  explicit told(trace::recording run) : recording_(std::move(run)), line_(recording_) {}

  [[nodiscard]] std::uint32_t find(std::string_view name) const {
    std::uint32_t i = 0;
    while (line_.tree().name_of(i) != name) {
      ++i;
    }
    return i;
  }

  [[nodiscard]] std::vector<std::string> facts(std::string_view name) const {
    return tree_facts(line_, find(name));
  }

  [[nodiscard]] std::string now(std::string_view name, nanos t_ns) const {
    return tree_now(line_, find(name), at(t_ns));
  }

  [[nodiscard]] std::vector<std::string> text(nanos t_ns, std::size_t most = 24) const {
    return tree_as_text(line_, at(t_ns), most);
  }

  [[nodiscard]] const timeline& line() const { return line_; }

private:
  [[nodiscard]] cursor at(nanos t_ns) const { return cursor_at_time(line_.trace(), t_ns); }

  trace::recording recording_;
  timeline line_;
};

} // namespace

TEST_CASE("facts say who started a task, how long it lived, and how it ended, as far as is known") {
  const told run(failed_request());
  CHECK(run.facts("stock") == std::vector<std::string>{
                                  "started by request, in the scope services, at 0.013 s",
                                  "lived 47 ms, until 0.060 s",
                                  "its last span, call, ended with it: failed",
                                  "the 1st of 3 under services that ended in that instant",
                              });
  CHECK(run.facts("services") ==
        std::vector<std::string>{
            "a scope, opened by request, at 0.010 s",
            "lived 60 ms, until 0.070 s",
            "ended: failed",
            "the first below it to end badly, after the last was started: stock, at 0.060 s",
        });
  CHECK(run.facts("record") ==
        std::vector<std::string>{
            "started by request, in the scope services, at 0.014 s",
            "lived 76 ms, until 0.090 s",
            "an orphan since 0.070 s: it outlived the scope services by 20 ms",
        });
  CHECK(run.facts("meter") ==
        std::vector<std::string>{
            "started by server, at 0.000 s",
            "never ran to its end: it was there when the run was over, or destroyed before",
        });
  CHECK(run.facts("server").front() == "started outside of any task, at 0.000 s");
}

TEST_CASE("at a cursor a task is what it was then, and no orphan before it became one") {
  const told run(failed_request());
  CHECK(run.now("record", 9 * ms).empty());
  CHECK(run.now("record", 65 * ms).starts_with("waits for file write (task_script.cpp:"));
  CHECK(run.now("record", 65 * ms).ends_with("), since 0.014 s"));
  CHECK(run.now("record", 80 * ms).ends_with("; an orphan since 0.070 s"));
  CHECK(run.now("record", 95 * ms) == "ended at 0.090 s; outlived services by 20 ms");
  CHECK(run.now("stock", 80 * ms) == "ended at 0.060 s, failed");
  CHECK(run.now("services", 20 * ms) == "open since 0.010 s");
}

TEST_CASE("a count names what there is, and nothing that there is not") {
  CHECK(tree_count(told(failed_request()).line().tree()) ==
        "8 tasks, 1 scope, 1 orphan, 2 not ended");
  task_script run;
  run.start(1, "A").end(1).over();
  CHECK(tree_count(told(run.done()).line().tree()) == "1 task");
}

TEST_CASE("a terminal shows the tree with its scopes, further in than who started them") {
  const told run(failed_request());
  const auto lines = run.text(80 * ms);
  REQUIRE(lines.size() == 9);
  CHECK(lines[0].starts_with("server             waits for socket accept"));
  CHECK(lines[3] == "    ▸ services     ended at 0.070 s, failed");
  CHECK(lines[7] == "        read page  ended at 0.060 s");
  CHECK(lines[8].starts_with("      record       waits for file write"));
}

TEST_CASE("where not all rows have room, those that are there come first, in the tree's order") {
  task_script run;
  run.start(1, "main");
  for (std::uint32_t task = 2; task <= 101; ++task) {
    run.at(task * ms).start(task, "job", 1).wait(task);
    if (task % 10 != 0) {
      run.end(task);
    }
  }
  run.over();
  const told seen(run.done());
  const auto few = seen.text(200 * ms, 20);
  REQUIRE(few.size() == 21);
  CHECK(few.back() == "and 81 more, ended");
  CHECK(std::ranges::count_if(few, [](const std::string& each) {
          return each.find("waits for") != std::string::npos;
        }) == 10);
  const auto fewer = seen.text(200 * ms, 5);
  CHECK(fewer.back() == "and 96 more");
}

} // namespace weir::viz
