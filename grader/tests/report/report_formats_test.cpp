#include "report/json_report.hpp"
#include "report/junit_report.hpp"
#include "testing/catch.hpp"

#include <boost/json.hpp>

using namespace weir::grader;

namespace {

exercise queue_exercise() {
  exercise ex;
  ex.id = "bounded-queue";
  ex.tests = {{.id = "fifo", .promise = "In order.", .read = "", .points = 1},
              {.id = "push-waits", .promise = "It waits.", .read = "", .points = 2}};
  return ex;
}

verdict leaking() {
  verdict v;
  v.kind = verdict_kind::leak;
  v.tests.resize(2);
  v.tests[0].id = "fifo";
  v.tests[0].points = 1;
  v.tests[0].passed = true;
  v.tests[0].outcome = test_outcome::completed;
  v.tests[0].schedules = 200;
  v.tests[1].id = "push-waits";
  v.tests[1].points = 2;
  v.tests[1].outcome = test_outcome::leak;
  v.tests[1].message = "a task is alive & \"well\" <here>";
  v.tests[1].token = "w1:x";
  v.points = 1;
  v.max_points = 3;
  v.schedules = 210;
  v.token = "w1:x";
  v.stages = {{"compile", std::chrono::milliseconds{180}}, {"run", std::chrono::milliseconds{20}}};
  v.program_output = std::string(600, 'o');
  v.program_output += '\xff';
  return v;
}

std::string junit(const verdict& v) {
  const exercise ex = queue_exercise();
  const graded_exercise graded[] = {{&ex, v}};
  return to_junit(graded, std::chrono::system_clock::time_point{}, "host");
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("JSON has exercism's fields with their limits, and no test's code", "[formats]") {
  const auto json = to_json(leaking(), queue_exercise());
  CHECK(json.at("version") == 3);
  CHECK(json.at("status") == "fail");
  CHECK(json.at("message").is_null());
  const auto& tests = json.at("tests").as_array();
  REQUIRE(tests.size() == 2);
  CHECK(tests[0].at("name") == "fifo");
  CHECK(tests[0].at("status") == "pass");
  CHECK(tests[0].at("task_id") == 1);
  CHECK(tests[1].at("status") == "fail");
  CHECK(tests[1].at("message") == "a task is alive & \"well\" <here>");
  CHECK(tests[1].at("output").as_string().size() == 500);
  CHECK_FALSE(tests[1].as_object().contains("test_code"));
}

TEST_CASE("JSON has Weir's own fields", "[formats]") {
  const auto json = to_json(leaking(), queue_exercise());
  CHECK(json.at("exercise") == "bounded-queue");
  CHECK(json.at("verdict") == "leak");
  CHECK(json.at("points") == 1);
  CHECK(json.at("max_points") == 3);
  CHECK(json.at("token") == "w1:x");
  CHECK(json.at("schedules") == 210);
  CHECK(json.at("stages").at(0).at("name") == "compile");
  CHECK(json.at("stages").at(0).at("us") == 180'000);
  CHECK(json.at("total_us") == 200'000);
}

TEST_CASE("in JSON, what could not be judged is an error, and its message says why", "[formats]") {
  verdict v;
  v.kind = verdict_kind::does_not_compile;
  v.compiler_output = "queue.cpp:1:1: error: \xC3(";
  const auto json = to_json(v, queue_exercise());
  CHECK(json.at("status") == "error");
  CHECK(json.at("message") == "queue.cpp:1:1: error: \xEF\xBF\xBD(");
  CHECK(json.at("tests").as_array().empty());
  v = leaking();
  v.kind = verdict_kind::incomplete_record;
  CHECK(to_json(v, queue_exercise()).at("status") == "error");
}

TEST_CASE("JUnit counts failures, escapes what XML must not hold and gives the replay line",
          "[formats]") {
  const auto xml = junit(leaking());
  CHECK(contains(
      xml,
      R"(<testsuites name="weir" tests="2" failures="1" errors="0" skipped="0" time="0.200")"));
  CHECK(contains(xml, R"(timestamp="1970-01-01T00:00:00")"));
  CHECK(contains(xml, R"(<testcase classname="bounded-queue" name="fifo" time="0"></testcase>)"));
  CHECK(contains(xml, "<failure type=\"leak\" message=\"a task is alive &amp; &quot;well&quot; "
                      "&lt;here&gt;\">weir replay w1:x"));
}

TEST_CASE("in JUnit, an exercise without results is an error and not an empty suite", "[formats]") {
  verdict v;
  v.kind = verdict_kind::timed_out;
  v.detail = "The compiler did not finish\x1b.";
  CHECK(contains(junit(v), R"(errors="1")"));
  CHECK(contains(junit(v), R"(<error type="timed-out" message="The compiler did not finish?."/>)"));
}

TEST_CASE("in JUnit, passes of a run that is not to be believed are errors", "[formats]") {
  verdict v = leaking();
  v.kind = verdict_kind::incomplete_record;
  v.points = 0;
  v.tests[1].outcome = test_outcome::not_run;
  CHECK(contains(junit(v), R"(tests="2" failures="0" errors="2")"));
  v = leaking();
  v.tests[1] = v.tests[0];
  v.kind = verdict_kind::crashed; // after the last test
  CHECK(contains(junit(v), R"(tests="3" failures="0" errors="1")"));
}
