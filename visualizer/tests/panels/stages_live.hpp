/// \file
/// A live scene whose simulation says what the stage wants it to say.
#pragma once

#include "stages.hpp"

namespace weir::viz::test {

/// A workbench and, while it is being set up, the simulation behind it.
struct scripted {
  std::unique_ptr<workbench> bench = {};
  fake_simulation* source = nullptr;
};

/// A scene that has been told of but has not run yet.
inline scripted opened(tab open, scene_opened scene = fake_simulation::scene()) {
  scripted made;
  auto source = std::make_unique<fake_simulation>();
  made.source = source.get();
  made.bench = std::make_unique<workbench>(std::move(source));
  made.source->tell(std::move(scene));
  made.bench->poll();
  made.bench->screen.tab = open;
  made.bench->screen.second_tab = open;
  return made;
}

/// A run that does not depend on the knobs, whatever these are.
inline run_finished answer_to(const run_request& asked) {
  run_request plain = asked;
  plain.knobs.clear();
  run_finished done = fake_simulation::result(plain);
  done.request = asked;
  return done;
}

/// The same after its first run.
inline scripted live(tab open, scene_opened scene = fake_simulation::scene()) {
  scripted made = opened(open, std::move(scene));
  for (const run_request& each : std::exchange(made.source->asked, {})) {
    made.source->tell(answer_to(each));
  }
  made.bench->poll();
  return made;
}

/// A recorded run with that tab open.
inline std::unique_ptr<workbench> recorded(trace::recording what, tab open) {
  auto bench = std::make_unique<workbench>(
      std::make_shared<const trace::recording>(std::move(what)), "run.weirtrace");
  bench->screen.tab = open;
  bench->screen.second_tab = open;
  return bench;
}

} // namespace weir::viz::test
