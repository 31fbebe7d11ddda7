#include "session/knob_sweep.hpp"
#include "testing/catch.hpp"
#include "tests/session/fake_simulation.hpp"

using namespace weir::viz;
using namespace weir::viz::test;

namespace {

const std::vector<weir::knob_info> knobs = fake_simulation::scene().scene.knobs;

run_request settings() {
  run_request with;
  with.seed = 3;
  for (const auto& each : knobs) {
    with.knobs.emplace_back(each.name, each.value);
  }
  return with;
}

run result_of(const run_request& request, bool healthy = true) {
  auto done = fake_simulation::result(request);
  done.healthy = healthy;
  done.message = healthy ? "" : "it fell over";
  return {done, knobs};
}

} // namespace

TEST_CASE("a sweep asks for one run for each value, with the other knobs as they are") {
  knob_sweep sweep;
  const auto requests = sweep.begin(knobs[0], 0, settings(), 5, 100);
  REQUIRE(requests.size() == 5);
  for (std::size_t i = 0; i < requests.size(); ++i) {
    CHECK(requests[i].where == slot::sweep);
    CHECK(requests[i].ticket == 100 + i);
    CHECK(requests[i].seed == 3);
    CHECK(requests[i].knobs[1].second == knobs[1].value);
  }
  CHECK(requests.front().knobs[0].second == knobs[0].min);
  CHECK(requests.back().knobs[0].second == knobs[0].max);
  CHECK(sweep.running());
  CHECK(sweep.total() == 5);
  CHECK(sweep.result() == nullptr);
}

TEST_CASE("results become points, and a run that failed says why it has none") {
  knob_sweep sweep;
  const auto requests = sweep.begin(knobs[0], 0, settings(), 3, 1);
  sweep.take(requests[2], result_of(requests[2]));
  sweep.take(requests[0], result_of(requests[0], false));
  REQUIRE(sweep.result() != nullptr);
  CHECK(sweep.result()->points.size() == 1);
  CHECK(sweep.result()->points[0].value == knobs[0].max);
  REQUIRE(sweep.failures().size() == 1);
  CHECK(sweep.failures()[0].why == "it fell over");
  CHECK(sweep.done() == 2);
  CHECK(sweep.running());
}

TEST_CASE("results of a sweep that was stopped, or of the one before, are dropped") {
  knob_sweep sweep;
  const auto before = sweep.begin(knobs[0], 0, settings(), 3, 1);
  const auto now = sweep.begin(knobs[0], 0, settings(), 3, 4);
  sweep.take(before[0], result_of(before[0]));
  CHECK(sweep.done() == 0);
  sweep.take(now[0], result_of(now[0]));
  sweep.stop();
  sweep.take(now[1], result_of(now[1]));
  CHECK(sweep.done() == 1);
  CHECK_FALSE(sweep.running());
}

TEST_CASE("a sweep is old once anything but its own knob has been turned") {
  knob_sweep sweep;
  CHECK_FALSE(sweep.is_older_than(settings()));
  const auto requests = sweep.begin(knobs[0], 0, settings(), 2, 1);
  sweep.take(requests[0], result_of(requests[0]));
  auto now = settings();
  CHECK_FALSE(sweep.is_older_than(now));
  now.knobs[0].second = 77;
  CHECK_FALSE(sweep.is_older_than(now));
  now.knobs[1].second += 1;
  CHECK(sweep.is_older_than(now));
  now = settings();
  now.seed = 4;
  CHECK(sweep.is_older_than(now));
}
