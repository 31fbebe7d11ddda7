#include "model/task_script.hpp"
#include "model/text.hpp"
#include "model/trace_builder.hpp"
#include "testing/catch.hpp"

#include <algorithm>
#include <sstream>

namespace weir::viz {

using namespace test;
using trace::outcome;

namespace {

std::string drawn(const trace::recording& trace, nanos t_ns) {
  const timeline line(trace);
  folder fold(trace);
  const auto warnings = advise(line);
  return picture_as_text(line, fold, cursor_at_time(trace, t_ns), warnings);
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("the picture in words shows flow, breaker, charts and advice") {
  trace_builder run;
  run.recorder().header().scenario = "A burst meets a bounded queue";
  run.at(0).breaker(0, -1).gauge("breaker window size", 4, 4);
  for (int i = 1; i <= 40; ++i) {
    run.at(i * ms).enter("queue", i, 4).gauge("queue depth", i % 5, 4);
    run.end("breaker window", outcome::failed);
    run.end("requests", i % 2 == 0 ? outcome::ok : outcome::rejected, i);
  }
  run.at(50 * ms).gauge("breaker cooldown", 100).breaker(1, 0);
  run.at(60 * ms).enter("queue", 99).enter("queue", 98);
  run.at(100 * ms).run_end("completed");
  const auto text = drawn(run.done(), 70 * ms);
  CAPTURE(text);
  CHECK(has(text, "A burst meets a bounded queue\nat 0.070 s of 0.100 s, event "));
  CHECK(has(text, "  queue     2 of 4     [●●··]"));
  CHECK(has(text, "  requests  ok 20 · rejected 20"));
  CHECK_FALSE(has(text, "breaker window size"));
  CHECK(has(text, "■ open since 0.050 s, half-open in 80 ms, opened 1 time"));
  CHECK(has(text, "window [FFFF]"));
  CHECK(has(text, "queue depth"));
  CHECK(has(text, "^ 0.070 s"));
  CHECK(has(text, "advice\n"));
}

TEST_CASE("the picture in words shows what was counted, and sizes as people count them") {
  trace_builder run;
  const auto buffered = run.source(trace::source_kind::gauge, "buffered", 64 * 1024, "B");
  for (int i = 1; i <= 40; ++i) {
    run.at(i * ms).count("sent during a pause").count("never", 0);
    run.add(buffered, trace::event_kind::gauge, trace::to_bits(1024.0 * i));
  }
  const auto text = drawn(run.done(), 20 * ms);
  CAPTURE(text);
  CHECK(has(text, "20 of 40 in all"));
  CHECK(has(text, "sent during a pause"));
  CHECK_FALSE(has(text, "never"));
  CHECK(has(text, "20 KiB of 64 KiB, most 40 KiB"));
}

TEST_CASE("no line is wider than asked for and every line is ended") {
  const auto trace = random_trace(61, 5'000);
  const auto text = drawn(trace, trace.end_ns() / 2);
  CHECK(text.back() == '\n');
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const auto width = std::ranges::count_if(
        line, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; });
    CAPTURE(line);
    CHECK(width <= 100);
    CHECK((line.empty() || line.back() != ' '));
  }
}

TEST_CASE("a name that is too long is cut and says so") {
  trace_builder run;
  for (int i = 0; i < 10; ++i) {
    run.at(i * ms).gauge("connections that are waiting in push", i);
  }
  CHECK(has(drawn(run.done(), 5 * ms), "  connections that are wa… "));
}

TEST_CASE("a run without spans shows its tasks, and every run what it broke") {
  trace_builder run;
  const auto timer = run.recorder().site("timer");
  run.recorder().task_started(0, 1, "A", 0, 0);
  run.recorder().task_started(0, 2, "the test", 0, 0);
  run.in(1).add(timer, trace::event_kind::task_suspended);
  run.at(2 * ms).in(2).add(0, trace::event_kind::task_ended);
  run.at(3 * ms).in(0).promise_broken("at most 3 in flight").run_end("assertion-failed");
  const auto text = drawn(run.done(), 3 * ms);
  CAPTURE(text);
  CHECK(has(text, "\n✗ 0.003 s: at most 3 in flight\nended: assertion-failed\n"));
  CHECK(has(text, "\ntasks\n  A         waits for timer, since 0.000 s\n"
                  "  the test  ended at 0.002 s\n"));
  CHECK_FALSE(has(text, "over the whole run"));
}

TEST_CASE("a run with scopes says in words which tasks were left behind") {
  const auto text = drawn(failed_request(), 80 * ms);
  CAPTURE(text);
  CHECK(has(text, "\ntasks (in the whole run 8 tasks, 1 scope, 1 orphan, 2 not ended)\n"));
  CHECK(has(text, "an orphan since 0.070 s\n"));
}

TEST_CASE("of many tasks the text shows those that are there first") {
  trace_builder run;
  for (std::uint32_t i = 1; i <= 60; ++i) {
    run.recorder().task_started(0, i, "worker " + std::to_string(i), 0, 0);
    if (i <= 50) {
      run.in(i).add(0, trace::event_kind::task_ended);
    }
  }
  const auto text = drawn(run.done(), 0);
  CAPTURE(text);
  CHECK(has(text, "worker 60 "));
  CHECK(has(text, "and 36 more, ended\n"));
}

TEST_CASE("an empty run has a picture all the same") {
  const auto text = drawn({}, 0);
  CHECK(has(text, "at 0.000 s of 0.000 s, event 0 of 0"));
}

} // namespace weir::viz
