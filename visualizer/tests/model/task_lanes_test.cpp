#include "model/task_lanes.hpp"
#include "model/timeline.hpp"
#include "model/trace_builder.hpp"
#include "testing/catch.hpp"

#include <source_location>

namespace weir::viz {

using namespace test;
using trace::event_kind;

namespace {

/// A waits 2 ms for a timer and ends; B waits for a permit to the end of the run, 3 ms.
trace::recording two_tasks() {
  trace_builder run;
  auto& to = run.recorder();
  const auto timer = to.site("timer", std::source_location::current());
  const auto permit = to.site("semaphore acquire");
  to.task_started(0, 1, "task 1", 0, 0);
  run.at(0).in(1).add(timer, event_kind::task_suspended);
  to.task_started(1 * ms, 2, "B", 1, 0);
  run.at(1 * ms).in(2).add(permit, event_kind::task_suspended);
  to.task_started(2 * ms, 1, "A", 0, 0);
  run.at(2 * ms).in(1).add(timer, event_kind::task_resumed).add(0, event_kind::task_ended);
  run.at(3 * ms).in(0).run_end("deadlock");
  return run.done();
}

} // namespace

TEST_CASE("every task has a row by its name, with what it waits for and when it ended") {
  const auto trace = two_tasks();
  const task_lanes tasks{trace_view(trace)};
  REQUIRE(tasks.all().size() == 2);
  const auto& a = tasks.all()[0];
  CHECK(a.name == "A");
  CHECK((a.begin_ns == 0 && a.end_ns == 2 * ms));
  CHECK(a.how == trace::task_end::completed);
  const auto done = tasks.stretches(a);
  REQUIRE(done.size() == 3);
  CHECK((done[0].doing == task_doing::running && done[0].length() == 0));
  CHECK((done[1].doing == task_doing::waiting && done[1].length() == 2 * ms));
  CHECK(label_of(trace, done[1]).starts_with("timer (task_lanes_test.cpp:"));
  CHECK(place_of(trace, done[1]).starts_with("task_lanes_test.cpp:"));
  CHECK(place_of(trace, done[2]).empty());
  CHECK(words_of(trace, done[2]) == "runs");
  CHECK(done[2].end_event == a.end_event);

  const auto& b = tasks.all()[1];
  CHECK((b.name == "B" && !b.how && b.end_ns == 3 * ms));
  const auto& last = tasks.stretches(b).back();
  CHECK((last.open() && last.begin_ns == 1 * ms && last.end_ns == 3 * ms));
  CHECK(words_of(trace, last) == "waits for semaphore acquire");
}

TEST_CASE("at a cursor a task does what its last event said, and nothing after its end") {
  const auto trace = two_tasks();
  const task_lanes tasks{trace_view(trace)};
  const auto& a = tasks.all()[0];
  const auto doing = [&](std::size_t count) {
    return tasks.at_event(a, count);
  };
  CHECK(doing(0) == nullptr);
  CHECK(doing(1)->doing == task_doing::running);
  CHECK(doing(2)->doing == task_doing::waiting);
  CHECK(doing(5)->doing == task_doing::waiting);
  CHECK(doing(6)->doing == task_doing::running);
  CHECK(doing(7) == nullptr);
  CHECK(doing(trace.events.size()) == nullptr);
  CHECK(tasks.at_event(tasks.all()[1], trace.events.size())->doing == task_doing::waiting);
}

TEST_CASE("two tasks of one name are told apart by their numbers") {
  trace_builder run;
  run.recorder().task_started(0, 3, "worker", 0, 0);
  run.recorder().task_started(0, 4, "worker", 0, 0);
  const auto trace = run.done();
  const task_lanes tasks{trace_view(trace)};
  CHECK(tasks.all()[0].name == "worker [3]");
  CHECK(tasks.all()[1].name == "worker [4]");
}

TEST_CASE("stretches follow each other without holes, whatever events are missing") {
  std::mt19937_64 random(5);
  for (int round = 0; round < 50; ++round) {
    trace_builder run;
    for (int i = 0; i < 300; ++i) {
      constexpr std::array some{event_kind::task_started,   event_kind::task_ended,
                                event_kind::task_suspended, event_kind::task_resumed,
                                event_kind::task_named,     event_kind::gap};
      run.at(i * us).in(static_cast<std::uint32_t>(random() % 9));
      run.add(static_cast<trace::source_id>(random() % 3), some[random() % some.size()], 0, 0,
              static_cast<std::uint8_t>(random() % 5));
    }
    const auto trace = run.done();
    const task_lanes tasks{trace_view(trace)};
    for (const auto& lane : tasks.all()) {
      const auto own = tasks.stretches(lane);
      REQUIRE_FALSE(own.empty());
      REQUIRE((own.front().begin_ns == lane.begin_ns && own.back().end_ns == lane.end_ns));
      REQUIRE(own.back().end_event == lane.end_event);
      for (std::size_t i = 1; i < own.size(); ++i) {
        REQUIRE(own[i - 1].end_event == own[i].begin_event);
        REQUIRE(own[i - 1].end_ns == own[i].begin_ns);
      }
      std::vector<drawn_stretch> drawn;
      static_cast<void>(tasks.bars(lane, {0, 300 * us}, 40, drawn));
      std::size_t behind = 0;
      for (const auto& one : drawn) {
        behind += one.merged;
      }
      REQUIRE(behind == own.size());
    }
  }
}

TEST_CASE("stretches narrower than a column share one; where one of them runs, it runs") {
  trace_builder run;
  const auto timer = run.recorder().site("timer");
  run.at(0).in(1);
  for (int i = 0; i < 5; ++i) {
    run.add(timer, event_kind::task_suspended).add(timer, event_kind::task_resumed);
  }
  run.add(timer, event_kind::task_suspended).at(10 * ms).add(0, event_kind::task_ended);
  const auto trace = run.done();
  const task_lanes tasks{trace_view(trace)};
  std::vector<drawn_stretch> drawn;
  static_cast<void>(tasks.bars(tasks.all()[0], {0, 10 * ms}, 100, drawn));
  REQUIRE(drawn.size() == 2);
  CHECK((drawn[0].merged == 11 && drawn[0].doing == task_doing::running));
  CHECK((drawn[1].merged == 1 && drawn[1].doing == task_doing::waiting));
}

TEST_CASE("what a row of a busy task looks at grows with its columns, not with its stretches") {
  trace_builder run;
  const auto timer = run.recorder().site("timer");
  constexpr int turns = 100'000;
  for (int i = 0; i < turns; ++i) {
    run.at(i * us).in(1).add(timer, event_kind::task_resumed);
    run.add(timer, event_kind::task_suspended);
  }
  const auto trace = run.done();
  const task_lanes tasks{trace_view(trace)};
  constexpr std::size_t columns = 500;
  std::vector<drawn_stretch> drawn;
  const auto cost = tasks.bars(tasks.all()[0], {0, (turns - 1) * us}, columns, drawn);
  CHECK(drawn.size() <= columns);
  CHECK(cost.visited <= 25 * columns);
  std::size_t behind = 0;
  for (const auto& one : drawn) {
    behind += one.merged;
    CHECK(one.doing == task_doing::running);
  }
  CHECK(behind == tasks.stretches(tasks.all()[0]).size());
}

TEST_CASE("a timeline has rows of tasks, with spans and without") {
  const auto bare = two_tasks();
  CHECK(timeline(bare).tasks().all().size() == 2);
  trace_builder run;
  run.recorder().task_started(0, 1, "A", 0, 0);
  run.in(1).begin_span("request", trace::span_role::request);
  const auto trace = run.done();
  CHECK(timeline(trace).tasks().all().size() == 1);
}

} // namespace weir::viz
