#include "model/task_script.hpp"
#include "stages_live.hpp"

namespace weir::viz::test {

namespace {

using trace::outcome;

std::unique_ptr<workbench> no_run() {
  return opened(tab::tree).bench;
}

std::unique_ptr<workbench> nothing() {
  trace_builder run;
  run.at(0).gauge("queue depth", 1, 8).at(50 * ms).gauge("queue depth", 2, 8);
  return recorded(run.done(), tab::tree);
}

std::unique_ptr<workbench> request() {
  auto bench = recorded(failed_request(), tab::tree);
  bench->clock.go_to(bench->shown()->trace(), 80 * ms);
  return bench;
}

std::unique_ptr<workbench> folded() {
  auto bench = request();
  bench->fold_node(3); // services
  return bench;
}

std::unique_ptr<workbench> selected() {
  auto bench = request();
  bench->select_node(8); // record
  return bench;
}

std::unique_ptr<workbench> one_task() {
  task_script run;
  run.start(1, "the only one").wait(1).at(20 * ms).go_on(1).end(1).over();
  return recorded(run.done(), tab::tree);
}

/// Each started by the one above, with names that have no room.
std::unique_ptr<workbench> deep() {
  task_script run;
  for (std::uint32_t task = 1; task <= 14; ++task) {
    run.at(5 * ms * task)
        .start(task, "workbook::layers::read_with_deadline_" + std::to_string(task), task - 1);
    run.wait(task, "a name of an operation that is far too long for any bar");
  }
  for (std::uint32_t task = 14; task >= 1; --task) {
    run.at(100 * ms).go_on(task).end(task);
  }
  run.at(105 * ms).over();
  return recorded(run.done(), tab::tree);
}

/// A server with a scope for each request; some requests fail, some leave a task behind.
trace::recording server(std::uint32_t requests) {
  task_script run;
  std::uint32_t task = 1;
  run.at(0).start(1, "server");
  for (std::uint32_t i = 0; i < requests; ++i) {
    const nanos begin = 100 * ms * i;
    const auto handler = ++task;
    run.at(begin).go_on(1).start(handler, "request " + std::to_string(i), 1);
    run.wait(1, "socket accept").go_on(handler);
    const auto scope = run.scope(handler, "calls");
    const auto first = task + 1;
    for (int call = 0; call < 4; ++call) {
      ++task;
      run.at(begin + call * us).start(task, "call", handler).wait(task, "socket read");
    }
    run.wait(handler, "channel receive");
    const bool fails = i % 3 == 1;
    run.at(begin + 40 * ms);
    for (auto each = first; each <= task; ++each) {
      const bool left = i % 5 == 2 && each == task; // nobody waits for it
      if (left) {
        continue;
      }
      run.go_on(each);
      if (fails) {
        const auto call = run.span(each, "read");
        run.close(call, each == first ? outcome::timed_out : outcome::failed);
      }
      run.end(each);
    }
    run.at(begin + 42 * ms).go_on(handler);
    run.close(scope, fails ? outcome::failed : outcome::ok).end(handler);
    if (i % 5 == 2) {
      run.at(begin + 90 * ms).go_on(task).end(task);
    }
  }
  run.at(100 * ms * requests).over("reached the horizon");
  return run.done();
}

std::unique_ptr<workbench> several_requests() {
  auto bench = recorded(server(6), tab::tree);
  bench->clock.go_to(bench->shown()->trace(), 270 * ms);
  return bench;
}

std::unique_ptr<workbench> ten_thousand() {
  return recorded(server(2'000), tab::tree);
}

std::unique_ptr<workbench> ten_thousand_zoomed() {
  auto bench = ten_thousand();
  bench->clock.go_to(bench->shown()->trace(), 100'240 * ms);
  bench->view.zoom_to({100'000 * ms, 100'400 * ms});
  return bench;
}

std::unique_ptr<workbench> any() {
  return recorded(random_tree(4, 60), tab::tree);
}

std::unique_ptr<workbench> in_a_lecture() {
  auto bench = request();
  bench->screen.presenter = true;
  return bench;
}

} // namespace

std::vector<stage> tree_stages() {
  return {{"tree: no run", no_run},
          {"tree: nothing", nothing},
          {"tree: a request fails", request},
          {"tree: folded", folded},
          {"tree: selected", selected},
          {"tree: one task", one_task},
          {"tree: deep", deep},
          {"tree: several requests", several_requests},
          {"tree: ten thousand", ten_thousand, true},
          {"tree: ten thousand, zoomed in", ten_thousand_zoomed, true},
          {"tree: random", any},
          {"tree: presenter", in_a_lecture}};
}

} // namespace weir::viz::test
