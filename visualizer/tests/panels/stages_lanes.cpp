#include "stages_live.hpp"

#include <source_location>

namespace weir::viz::test {

namespace {

using trace::outcome;
using trace::span_role;

std::unique_ptr<workbench> no_run() {
  return opened(tab::lanes).bench;
}

std::unique_ptr<workbench> nothing() {
  trace_builder run;
  for (int i = 0; i < 50; ++i) {
    run.at(i * ms).enter("queue", i, 8).gauge("queue depth", i % 8, 8);
  }
  return recorded(run.done(), tab::lanes);
}

/// Ten requests that wait, are tried up to three times with a pause between, and end in any way.
void ten_requests(trace_builder& run, std::string_view name) {
  constexpr outcome ends[] = {outcome::ok, outcome::failed, outcome::timed_out, outcome::rejected,
                              outcome::dropped};
  for (int i = 0; i < 10; ++i) {
    const nanos begin = 35 * ms * i;
    const auto how = ends[i % 5];
    run.at(begin);
    const auto request = run.begin_span(name, span_role::request);
    const auto wait = run.begin_span("in the queue", span_role::waiting, request);
    run.at(begin + 8 * ms).end_span(wait);
    const auto attempt = run.begin_span("attempt", span_role::attempt, request);
    const auto work = run.begin_span("server", span_role::running, attempt);
    run.at(begin + 20 * ms).end_span(work).end_span(attempt, how);
    const auto pause = run.begin_span("pause", span_role::backing_off, request);
    run.at(begin + 28 * ms).end_span(pause).end_span(request, how);
  }
}

std::unique_ptr<workbench> ten() {
  trace_builder run;
  ten_requests(run, "request");
  return recorded(run.done(), tab::lanes);
}

std::unique_ptr<workbench> long_names() {
  trace_builder run;
  ten_requests(run, "GET /customers/{customer}/orders/{order}/positions?expand=all&page=17");
  return recorded(run.done(), tab::lanes);
}

std::unique_ptr<workbench> overlapping() {
  return recorded(random_trace(5, 3'000), tab::lanes);
}

std::unique_ptr<workbench> ten_thousand() {
  return recorded(random_trace(5, 60'000), tab::lanes);
}

std::unique_ptr<workbench> zoomed_in() {
  auto bench = ten_thousand();
  bench->clock.go_to(bench->shown()->trace(), bench->view.whole().length() / 2);
  const nanos at = bench->clock.at().t_ns;
  bench->view.zoom_to({at - 4 * ms, at + 4 * ms});
  return bench;
}

std::unique_ptr<workbench> zoomed_to_a_microsecond() {
  auto bench = ten_thousand();
  bench->clock.go_to(bench->shown()->trace(), bench->view.whole().length() / 2);
  bench->view.zoom_to({bench->clock.at().t_ns - 500, bench->clock.at().t_ns + 500});
  return bench;
}

std::unique_ptr<workbench> many() {
  return recorded(random_trace(5, 1'000'000), tab::lanes);
}

/// One span after another in one lane, far more than there are pixels; few of them go wrong.
std::unique_ptr<workbench> dense() {
  trace_builder run;
  const auto source = run.source(trace::source_kind::span, "request");
  for (int i = 0; i < 30'000; ++i) {
    run.at(100 * us * i);
    const auto id = run.recorder().begin_span(100 * us * i, 0, source, span_role::request);
    run.at(100 * us * i + 60 * us)
        .end_span(id, i % 2'000 == 777     ? outcome::timed_out
                      : i % 3'001 == 1'500 ? outcome::failed
                                           : outcome::ok);
  }
  return recorded(run.done(), tab::lanes);
}

std::unique_ptr<workbench> nested() {
  trace_builder run;
  run.at(0);
  std::vector<std::uint64_t> open;
  for (int level = 0; level < 12; ++level) { // more than are drawn
    open.push_back(run.at(level * 5 * ms)
                       .begin_span("call " + std::to_string(level),
                                   level == 0 ? span_role::request : span_role::attempt,
                                   open.empty() ? 0 : open.back()));
  }
  for (int level = 12; level-- > 0;) {
    run.at((200 - level * 5) * ms)
        .end_span(open[static_cast<std::size_t>(level)],
                  level == 11 ? outcome::failed : outcome::ok);
  }
  return recorded(run.done(), tab::lanes);
}

std::unique_ptr<workbench> unended() {
  trace_builder run;
  for (int i = 0; i < 6; ++i) {
    run.at(20 * ms * i);
    const auto request = run.begin_span("request", span_role::request);
    const auto attempt = run.begin_span("attempt", span_role::attempt, request);
    if (i % 2 == 0) {
      run.at(20 * ms * i + 10 * ms).end_span(attempt).end_span(request);
    }
  }
  run.at(300 * ms).run_end("reached the horizon");
  auto bench = recorded(run.done(), tab::lanes);
  bench->clock.go_to(bench->shown()->trace(), 150 * ms);
  return bench;
}

std::unique_ptr<workbench> selected() {
  auto bench = ten();
  bench->select_event(bench->shown()->line().spans()[10].begin_event);
  bench->screen.selected_span = 10;
  return bench;
}

/// What a failing test leaves behind: tasks, what they wait for, a broken promise.
trace::recording failed_test(int tasks) {
  trace_builder run;
  auto& to = run.recorder();
  const auto here = std::source_location::current();
  const auto timer = to.site("steady_timer::async_wait", here);
  const auto push = to.site("bounded_queue::push", here);
  const auto pop = to.site("pop");
  for (int i = 1; i <= tasks; ++i) {
    const auto id = static_cast<std::uint32_t>(i);
    const auto name = i == 2 ? std::string{"workbook::tests::the_consumer_that_is_slow::operator()"}
                             : (i % 2 == 0 ? "consumer #" : "producer #") + std::to_string(i);
    to.task_started(i * ms, id, name, 0, timer);
    run.at(i * ms).in(id).add(i % 2 == 0 ? pop : push, trace::event_kind::task_suspended);
  }
  for (int i = 1; i <= tasks; ++i) {
    run.at((tasks + i * 2) * ms).in(static_cast<std::uint32_t>(i));
    run.add(i % 2 == 0 ? pop : push, trace::event_kind::task_resumed);
    if (i % 3 == 0) {
      run.add(0, trace::event_kind::task_ended, 0, 0, static_cast<std::uint8_t>(i % 2));
    } else {
      run.add(timer, trace::event_kind::task_suspended);
    }
  }
  run.at(tasks * 4 * ms).in(0).promise_broken("a push that waits is woken by a pop");
  run.run_end("deadlock");
  return run.done();
}

std::unique_ptr<workbench> tasks() {
  auto bench = recorded(failed_test(7), tab::lanes);
  bench->clock.go_to(bench->shown()->trace(), 15 * ms);
  return bench;
}

std::unique_ptr<workbench> one_task() {
  return recorded(failed_test(1), tab::lanes);
}

std::unique_ptr<workbench> many_tasks() {
  return recorded(failed_test(800), tab::lanes);
}

std::unique_ptr<workbench> tasks_zoomed() {
  auto bench = recorded(failed_test(7), tab::lanes);
  bench->clock.go_to(bench->shown()->trace(), 11 * ms);
  bench->view.zoom_to({11 * ms - 500, 11 * ms + 500});
  return bench;
}

/// A task that resumes far more often than there are pixels.
std::unique_ptr<workbench> busy_tasks() {
  trace_builder run;
  auto& to = run.recorder();
  const auto timer = to.site("steady_timer::async_wait", std::source_location::current());
  for (std::uint32_t id = 1; id <= 3; ++id) {
    to.task_started(0, id, "ticker #" + std::to_string(id), 0, 0);
  }
  for (int i = 0; i < 20'000; ++i) {
    run.at(50 * us * i).in(static_cast<std::uint32_t>(i % 3 + 1));
    run.add(timer, trace::event_kind::task_resumed).add(timer, trace::event_kind::task_suspended);
  }
  run.in(0).run_end("completed");
  return recorded(run.done(), tab::lanes);
}

} // namespace

std::vector<stage> lane_stages() {
  return {{"lanes: no run", no_run},
          {"lanes: nothing", nothing},
          {"lanes: ten", ten},
          {"lanes: long names", long_names},
          {"lanes: overlapping", overlapping},
          {"lanes: ten thousand", ten_thousand},
          {"lanes: zoomed in", zoomed_in},
          {"lanes: microsecond", zoomed_to_a_microsecond},
          {"lanes: million", many, true},
          {"lanes: dense", dense},
          {"lanes: nested", nested},
          {"lanes: unended", unended},
          {"lanes: selected", selected},
          {"lanes: tasks", tasks},
          {"lanes: one task", one_task},
          {"lanes: many tasks", many_tasks},
          {"lanes: tasks microsecond", tasks_zoomed},
          {"lanes: busy tasks", busy_tasks}};
}

} // namespace weir::viz::test
