/// \file
/// Sessions for tests: live ones on the fake simulation, and recorded ones.
#pragma once

#include "session/workbench.hpp"
#include "tests/session/fake_simulation.hpp"

#include <memory>
#include <utility>

namespace weir::viz::test {

/// A live session on the fake simulation, with its first run.
struct live_bench {
  live_bench() {
    auto made = std::make_unique<fake_simulation>();
    source = made.get();
    bench = std::make_unique<workbench>(std::move(made));
    source->tell(fake_simulation::scene());
    bench->poll();
    source->answer();
    bench->poll();
  }

  /// Answers what was asked and takes it in.
  void answer() {
    source->answer();
    bench->poll();
  }

  fake_simulation* source = nullptr;
  std::unique_ptr<workbench> bench;
};

inline std::unique_ptr<workbench> recorded_bench(trace::recording what) {
  return std::make_unique<workbench>(std::make_shared<const trace::recording>(std::move(what)),
                                     "run.weirtrace");
}

} // namespace weir::viz::test
