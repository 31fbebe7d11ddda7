#include "report/replay_report.hpp"
#include "testing/catch.hpp"

using namespace weir::grader;
using kind = replay_report::kind;

namespace {

exercise limiter() {
  exercise ex;
  ex.id = "limiter";
  ex.file = "limiter.cpp";
  return ex;
}

verdict passed(bool followed) {
  verdict v;
  v.kind = verdict_kind::passed;
  v.tests.resize(1);
  v.tests[0].passed = true;
  v.tests[0].outcome = test_outcome::completed;
  v.tests[0].followed = followed;
  v.tests[0].trace_file = "/x/fair.weirtrace";
  return v;
}

verdict failed(test_outcome outcome, const std::string& message) {
  verdict v = passed(true);
  v.kind = verdict_of(outcome);
  v.tests[0].passed = false;
  v.tests[0].outcome = outcome;
  v.tests[0].message = message;
  return v;
}

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("a schedule that holds now is said to, and what it leaves open", "[replay]") {
  const auto seen = report_replay(passed(true), nullptr, limiter());
  CHECK(seen.what == kind::passed);
  CHECK(seen.title == "The promise holds in this schedule now.");
  CHECK(holds(seen.text, "`weir run limiter`"));
}

TEST_CASE("code that takes another path is told apart from code that holds", "[replay]") {
  const auto seen = report_replay(passed(false), nullptr, limiter());
  CHECK(seen.what == kind::diverged);
  CHECK(holds(seen.title, "no longer fits"));
  CHECK(holds(seen.text, "says little"));
}

TEST_CASE("the first failure speaks for itself; later ones say what the save has changed",
          "[replay]") {
  const auto before = failed(test_outcome::assertion_failed, "five calls at once");
  const auto first = report_replay(before, nullptr, limiter());
  CHECK(first == replay_report{kind::broken, "", ""});

  const auto same = report_replay(before, &before, limiter());
  CHECK(same.what == kind::broken);
  CHECK(holds(same.title, "as before"));
  CHECK(same.text == "five calls at once");

  const auto other =
      report_replay(failed(test_outcome::deadlock, "two tasks wait"), &before, limiter());
  CHECK(holds(other.title, "in another way"));
  CHECK(other.text == "two tasks wait");

  const auto held = passed(true);
  CHECK(holds(report_replay(before, &held, limiter()).title, "broken again"));
}

TEST_CASE("without a run there is nothing to look at, and that is said", "[replay]") {
  verdict broken;
  broken.kind = verdict_kind::does_not_compile;
  broken.compiler_output = "limiter.cpp:3: error";
  const auto built = report_replay(broken, nullptr, limiter());
  CHECK(built.what == kind::does_not_compile);
  CHECK(built.title == "limiter.cpp does not compile");
  CHECK(built.text == "limiter.cpp:3: error");

  verdict crashed = failed(test_outcome::not_finished, "");
  crashed.kind = verdict_kind::crashed;
  crashed.detail = "SIGSEGV in the test fair";
  crashed.tests[0].trace_file.clear();
  const auto seen = report_replay(crashed, nullptr, limiter());
  CHECK(seen.what == kind::not_played);
  CHECK(holds(seen.title, "crashed"));
  CHECK(seen.text == "SIGSEGV in the test fair");
}
