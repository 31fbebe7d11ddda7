#include "parts/part_queue.hpp"
#include "testing/catch.hpp"

using namespace weir::grader;
using namespace weir::grader::parts;

namespace {

const part first{part_kind::tests, "bounded-queue"};
const part second{part_kind::tests, "overflow"};
const part scene{part_kind::scene, "overflow"};

queue_actions background(const part& which) {
  return {start_build{which, urgency::background}};
}

queue_actions now(const part& which) {
  return {start_build{which, urgency::now}};
}

/// What ends and what begins.
queue_actions then(const part& built, const queue_actions& next) {
  queue_actions all{settle{built, ""}};
  all.insert(all.end(), next.begin(), next.end());
  return all;
}

const queue_actions nothing;

} // namespace

TEST_CASE("parts are built one after the other, in the order of the workbook", "[parts]") {
  part_queue queue{{first, second, scene}};
  CHECK(queue.begin() == background(first));
  CHECK(queue.on(build_ended{first, ""}) == then(first, background(second)));
  CHECK(queue.on(build_ended{second, ""}) == then(second, background(scene)));
  CHECK(queue.on(build_ended{scene, ""}) == then(scene, nothing));
  CHECK(queue.left() == 0);
}

TEST_CASE("actions of the queue print as what they are", "[parts]") {
  CHECK(to_string(queue_action{start_build{first, urgency::now}}) ==
        "start_build(judge-bounded-queue, now)");
  CHECK(to_string(queue_action{settle{scene, "full"}}) == "settle(scene-overflow, full)");
}

TEST_CASE("what is asked for stops what nobody waits for, and goes in front", "[parts]") {
  part_queue queue{{first, second}};
  queue.begin();
  CHECK(queue.on(asked{scene}) == queue_actions{stop_build{}});
  CHECK(queue.on(build_stopped{first}) == now(scene));
  CHECK(queue.on(build_ended{scene, ""}) == then(scene, background(first)));
}

TEST_CASE("what is asked for while it is built anyway goes on", "[parts]") {
  part_queue queue{{first, second}};
  queue.begin();
  CHECK(queue.on(asked{first}) == nothing);
  CHECK(queue.on(asked{second}) == nothing); // somebody waits for the first by now
  CHECK(queue.on(build_ended{first, ""}) == then(first, now(second)));
}

TEST_CASE("a build that ends although it was to be stopped counts", "[parts]") {
  part_queue queue{{first, second}};
  queue.begin();
  queue.on(asked{second});
  CHECK(queue.on(build_ended{first, ""}) == then(first, now(second)));
  CHECK(queue.on(build_ended{second, ""}) == then(second, nothing));
}

TEST_CASE("a build is asked to stop once", "[parts]") {
  part_queue queue{{first, second}};
  queue.begin();
  queue.on(asked{scene});
  CHECK(queue.on(asked{second}) == nothing);
  CHECK(queue.on(outsider_waits{}) == nothing);
}

TEST_CASE("two who ask for the same part are answered by one build", "[parts]") {
  part_queue queue{{}};
  CHECK(queue.begin() == nothing);
  CHECK(queue.on(asked{scene}) == now(scene));
  CHECK(queue.on(asked{scene}) == nothing);
  CHECK(queue.on(build_ended{scene, ""}) == then(scene, nothing));
}

TEST_CASE("another process goes first, and the background goes on after it", "[parts]") {
  part_queue queue{{first}};
  queue.begin();
  CHECK(queue.on(outsider_waits{}) == queue_actions{stop_build{}});
  CHECK(queue.on(build_stopped{first}) == nothing);
  CHECK(queue.on(outsider_gone{}) == background(first));
}

TEST_CASE("another process does not stop what somebody here waits for", "[parts]") {
  part_queue queue{{first}};
  queue.begin();
  queue.on(asked{first});
  CHECK(queue.on(outsider_waits{}) == nothing);
  CHECK(queue.on(build_ended{first, ""}) == then(first, nothing));
  CHECK(queue.on(asked{second}) == now(second)); // it waits for the lock as well
}

TEST_CASE("a failure ends the background, and is told to whoever asks", "[parts]") {
  part_queue queue{{first, second}};
  queue.begin();
  CHECK(queue.on(build_ended{first, "the disk is full"}) ==
        queue_actions{settle{first, "the disk is full"}});
  CHECK(queue.problem() == "the disk is full");
  CHECK(queue.on(asked{second}) == now(second));
  CHECK(queue.on(build_ended{second, "still full"}) == queue_actions{settle{second, "still full"}});
}

TEST_CASE("once something can be built again, the background goes on", "[parts]") {
  part_queue queue{{first, second}};
  queue.begin();
  queue.on(build_ended{first, "the disk is full"});
  queue.on(asked{second});
  CHECK(queue.on(build_ended{second, ""}) == then(second, background(first)));
  CHECK(queue.problem().empty());
}

TEST_CASE("what a reader sees of a part that is built is its name and the time", "[parts]") {
  const part limiter{part_kind::tests, "limiter"};
  CHECK(to_string(part_progress{limiter, 12, false}) ==
        "limiter's tests are being built: 12 s left");
  CHECK(to_string(part_progress{scene, 3, false}) == "overflow's scene is being built: 3 s left");
  CHECK(to_string(part_progress{limiter, 0, true}) ==
        "limiter's tests are waiting for another ./weir, which is building");
}
