#include "session/tuned_scene.hpp"
#include "testing/catch.hpp"
#include "tests/session/fake_simulation.hpp"

using namespace weir::viz;
using namespace weir::viz::test;

TEST_CASE("a scene built anew keeps what its knobs are set to, within the new ranges") {
  tuned_scene scene;
  scene.open(fake_simulation::scene());
  scene.knobs[0].value = 350;
  scene.knobs[1].value = 300e6;
  scene.seed = 9;
  auto again = fake_simulation::scene();
  again.scene.knobs[0].max = 100;
  scene.open(again);
  CHECK(scene.knobs[0].value == 100);
  CHECK(scene.knobs[1].value == 300e6);
  CHECK(scene.seed == 9);
}

TEST_CASE("another scene begins with its own settings") {
  tuned_scene scene;
  scene.open(fake_simulation::scene());
  scene.knobs[0].value = 350;
  scene.code = submission::solution;
  scene.seed = 9;
  scene.open(fake_simulation::scene("queue", submission::starter));
  CHECK(scene.info.id == "queue");
  CHECK(scene.code == submission::starter);
  CHECK(scene.knobs[0].value == scene.knobs[0].info.value);
  CHECK(scene.seed == 1);
}

TEST_CASE("what the command line set goes before what was set, and is kept within its range") {
  tuned_scene scene;
  auto opened = fake_simulation::scene();
  opened.knobs = {{"arrival-rate", 1e6}, {"no such knob", 1}};
  opened.seed = 5;
  scene.open(opened);
  CHECK(scene.knobs[0].value == scene.knobs[0].info.max);
  CHECK(scene.seed == 5);
}

TEST_CASE("a request names every knob with its value") {
  tuned_scene scene;
  scene.open(fake_simulation::scene());
  scene.knobs[2].value = 3;
  const auto asked = scene.request(slot::other, submission::solution);
  CHECK(asked.where == slot::other);
  CHECK(asked.code == submission::solution);
  REQUIRE(asked.knobs.size() == scene.knobs.size());
  CHECK(asked.knobs[2] == std::pair<std::string, double>{"limit", 3});
}
