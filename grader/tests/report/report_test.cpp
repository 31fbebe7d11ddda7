#include "report/report.hpp"
#include "testing/catch.hpp"

using namespace weir::grader;
using weir::test::has_text;

namespace {

exercise queue_exercise() {
  exercise ex;
  ex.id = "bounded-queue";
  ex.number = "1.1";
  ex.title = "A queue that says wait";
  ex.chapter = "01-back-pressure";
  ex.folder = "01-back-pressure/01-bounded-queue";
  return ex;
}

test_result passing(const std::string& id) {
  test_result test;
  test.id = id;
  test.points = 2;
  test.passed = true;
  test.outcome = test_outcome::completed;
  test.schedules = 512;
  return test;
}

verdict deadlocked() {
  test_result test;
  test.id = "push-waits";
  test.promise = "`push` waits while the queue is full.";
  test.read = "the-blocked-put-is-the-signal";
  test.points = 2;
  test.outcome = test_outcome::deadlock;
  test.message = "nobody can go on, and two tasks wait";
  test.schedules = 17;
  test.failing_schedule = 17;
  test.token = "w1:bounded-queue/push-waits:2a:3.0:9c41";
  test.timeline = {
      {std::chrono::microseconds{1200}, "producer #2", "waits on timer (queue.cpp:31)"}};
  test.tasks = {{"consumer", "waits for timer since 1.2 ms in pop"}};
  verdict v;
  v.kind = verdict_kind::deadlock;
  v.tests = {test, passing("close-drains")};
  v.points = 2;
  v.max_points = 4;
  v.schedules = 529;
  v.stages = {{"compile", std::chrono::milliseconds{180}}, {"run", std::chrono::milliseconds{120}}};
  v.sandbox = "bubblewrap";
  return v;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE(
    "a failure report tells the promise, what was seen, the story, the schedule and where to read",
    "[report]") {
  CHECK(report(deadlocked(), queue_exercise(), {}) ==
        R"(deadlock  1.1 bounded-queue: A queue that says wait

The promise
  `push` waits while the queue is full.

What was seen
  nobody can go on, and two tasks wait

What happened last, in virtual time
     1.2 ms  producer #2  waits on timer (queue.cpp:31)

Who was still there
  consumer waits for timer since 1.2 ms in pop

The schedule
  number 17 of 17 failed; made as short as could be, it is
  weir replay w1:bounded-queue/push-waits:2a:3.0:9c41

Where to read
  weir read 01#the-blocked-put-is-the-signal

  ✗ push-waits    2 points
  ✓ close-drains  2 points

  2 of 4 points, 529 schedules, 300 ms (compile 180 ms, run 120 ms)
)");
}

TEST_CASE("a passing report gives points, schedules, time and the next step", "[report]") {
  verdict v;
  v.kind = verdict_kind::passed;
  v.tests = {passing("push-waits")};
  v.points = v.max_points = 2;
  v.schedules = 512;
  v.sandbox = "none (limits only)";
  report_options how;
  how.next = "overflow";
  CHECK(report(v, queue_exercise(), how) == R"(passed  1.1 bounded-queue: A queue that says wait

  ✓ push-waits  2 points

  Next: weir brief overflow
  Compare: weir solution bounded-queue

  2 of 2 points, 512 schedules, 0 ms, sandbox: none (limits only)
)");
  how.solution = false;
  CHECK_THAT(report(v, queue_exercise(), how),
             has_text("weir brief overflow") && !has_text("Compare"));
  how.fixed = "A waiter is served in its turn.";
  CHECK_THAT(report(v, queue_exercise(), how),
             has_text("\n  A waiter is served in its turn.\n\n  Next: weir brief overflow\n"
                      "  Debrief: weir debrief bounded-queue\n"));
}

TEST_CASE("every verdict's word stands first", "[report]") {
  for (int kind = 0; kind <= static_cast<int>(verdict_kind::environment_error); ++kind) {
    verdict v;
    v.kind = static_cast<verdict_kind>(kind);
    v.detail = "Because.";
    const auto text = report(v, queue_exercise(), {});
    CHECK(text.starts_with(std::string{to_words(v.kind)} + "  1.1"));
    CHECK(contains(text, "  Because.\n"));
    CHECK(verdict_from_key(to_key(v.kind)) == v.kind);
  }
}

TEST_CASE("what a program printed can't command the terminal, and only its end is shown",
          "[report]") {
  verdict v = deadlocked();
  for (int i = 0; i < 100; ++i) {
    v.program_output += "line " + std::to_string(i) + " \x1b[2J\x1b]0;title\x07\n";
  }
  const auto text = report(v, queue_exercise(), {});
  CHECK_FALSE(contains(text, "\x1b"));
  CHECK(contains(text, "line 99"));
  CHECK_FALSE(contains(text, "line 79 "));
  CHECK(contains(text, "… 80 lines before"));
}

TEST_CASE("a crash is explained from where its report begins", "[report]") {
  verdict v = deadlocked();
  v.kind = verdict_kind::crashed;
  v.program_output =
      "ERROR: AddressSanitizer: heap-use-after-free\n" + std::string(30, '\n') + "end\n";
  CHECK(contains(report(v, queue_exercise(), {}), "heap-use-after-free"));
}

TEST_CASE("a report keeps to the terminal's width and to ASCII where it must", "[report]") {
  verdict v = deadlocked();
  v.tests[0].message = "a message of many words that goes on and on, further than any narrow "
                       "terminal has room for it";
  report_options how;
  how.width = 40;
  how.unicode = false;
  const auto text = report(v, queue_exercise(), how);
  CHECK(contains(text, "  x push-waits"));
  std::size_t begin = text.find("What was seen");
  const std::size_t until = text.find("What happened");
  while (begin < until) {
    const auto end = text.find('\n', begin);
    CHECK(end - begin <= 40);
    begin = end + 1;
  }
}

TEST_CASE("colour is used only where it is welcome", "[report]") {
  report_options how;
  how.colour = true;
  CHECK(contains(report(deadlocked(), queue_exercise(), how), "\x1b[31m"));
}
