#include "model/task_script.hpp"

#include <algorithm>
#include <array>
#include <random>

namespace weir::viz::test {

trace::recording failed_request() {
  using trace::outcome;
  task_script run;
  run.at(0).start(1, "server").start(8, "meter", 1).wait(8).wait(1, "socket accept");
  run.at(10 * ms).go_on(1).start(2, "request", 1).wait(1, "socket accept").go_on(2);
  const auto scope = run.scope(2, "services");
  std::array<std::uint64_t, 3> calls{};
  for (std::uint32_t i = 0; i < 3; ++i) {
    constexpr std::array names{"price", "stock", "reviews"};
    run.at((12 + i) * ms).start(3 + i, names[i], 2).go_on(3 + i);
    calls[i] = run.span(3 + i, "call");
    if (i == 2) {
      run.start(6, "read page", 5).wait(6, "socket read");
    }
    run.wait(3 + i, i == 2 ? "child task" : "socket read");
  }
  run.start(7, "record", 2).wait(7, "file write").wait(2, "channel receive");
  run.at(60 * ms).go_on(4).close(calls[1], outcome::failed).end(4).go_on(2).wait(2);
  run.go_on(3).close(calls[0], outcome::failed).end(3);
  run.go_on(6).end(6).go_on(5).close(calls[2], outcome::failed).end(5);
  run.at(70 * ms).go_on(2).close(scope, outcome::failed).end(2);
  run.at(90 * ms).go_on(7).end(7);
  run.at(100 * ms).over("reached the horizon");
  return run.done();
}

trace::recording random_tree(std::uint64_t seed, std::uint32_t tasks) {
  std::mt19937_64 random(seed);
  const auto below = [&](std::size_t n) {
    return static_cast<std::size_t>(random() % n);
  };
  task_script run;
  std::vector<std::uint32_t> alive;
  std::vector<std::uint64_t> open;
  std::int64_t t = 0;
  const auto some_task = [&] {
    return alive.empty() || below(9) == 0 ? 0 : alive[below(alive.size())];
  };
  const auto some_outcome = [&] {
    return static_cast<trace::outcome>(below(7));
  };
  for (std::uint32_t started = 0; started < tasks;) {
    t += below(3) == 0 ? static_cast<std::int64_t>(below(400'000)) : 0; // often in one instant
    run.at(t);
    switch (below(8)) {
    case 0:
    case 1:
    case 2:
      run.start(++started, "task", some_task());
      alive.push_back(started);
      break;
    case 3:
      open.push_back(below(3) == 0 ? run.span(some_task(), "call")
                                   : run.scope(some_task(), "scope",
                                               below(4) == 0 && !open.empty() ? open.back() : 0));
      break;
    case 4:
      if (!open.empty()) {
        const auto at = static_cast<std::ptrdiff_t>(below(open.size()));
        run.close(open[static_cast<std::size_t>(at)], some_outcome());
        open.erase(open.begin() + at);
      }
      break;
    case 5:
      if (!alive.empty()) {
        const auto at = static_cast<std::ptrdiff_t>(below(alive.size()));
        run.end(alive[static_cast<std::size_t>(at)], static_cast<trace::task_end>(below(3)));
        alive.erase(alive.begin() + at);
      }
      break;
    default:
      if (const auto task = some_task(); task != 0) {
        below(2) == 0 ? run.wait(task) : run.go_on(task);
      }
      break;
    }
  }
  run.at(t + 1000).over();
  return run.done();
}

} // namespace weir::viz::test
