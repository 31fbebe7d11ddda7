#include "stages.hpp"

#include <iterator>

namespace weir::viz::test {

std::unique_ptr<workbench> live_with(run_finished done, scene_opened scene) {
  auto made = std::make_unique<fake_simulation>();
  fake_simulation& source = *made;
  auto bench = std::make_unique<workbench>(std::move(made));
  source.tell(std::move(scene));
  bench->poll();
  done.request = source.asked.front();
  source.asked.clear();
  source.tell(std::move(done));
  bench->poll();
  return bench;
}

std::unique_ptr<workbench> live_with(const trace_builder& run) {
  run_finished done;
  done.trace = std::make_shared<trace::recording>(run.done());
  done.ended = "reached the horizon";
  done.goals = {{"at most 10 requests time out", true, ""}};
  return live_with(std::move(done));
}

std::unique_ptr<workbench> live_with(const trace_builder& run, nanos at) {
  auto bench = live_with(run);
  bench->clock.go_to(bench->shown()->trace(), at);
  return bench;
}

std::vector<stage> all_stages() {
  std::vector<stage> all;
  for (auto* const each :
       {flow_stages, breaker_stages, knob_stages, goal_stages, frame_stages, charts_stages,
        lane_stages, tree_stages, event_stages, compare_stages, sweep_stages}) {
    std::ranges::move(each(), std::back_inserter(all));
  }
  return all;
}

} // namespace weir::viz::test
