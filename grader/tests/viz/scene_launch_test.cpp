#include "testing/catch.hpp"
#include "viz/scene_launch.hpp"

using namespace weir::grader;
using namespace std::chrono_literals;

TEST_CASE("the window starts a scene runner as the sandbox wants it", "[viz]") {
  process_spec runner;
  runner.argv = {"/usr/bin/bwrap", "--", "/weir-runner", "--scene", "a b.so"};
  runner.environment = {"TZ=UTC"};
  runner.working_directory = "/scratch";
  runner.limits.address_space = 1 << 30;
  runner.limits.file_size = 64;
  runner.limits.open_files = 32;
  runner.status = process_spec::status_style::shell;
  const auto launch = viz::launch_of(runner, 2s);
  CHECK(launch.argv == runner.argv);
  CHECK(launch.environment == runner.environment);
  CHECK(launch.directory == "/scratch");
  CHECK(launch.behind_shell);
  CHECK(launch.address_space == runner.limits.address_space);
  CHECK(launch.file_size == 64);
  CHECK(launch.open_files == 32);
  CHECK(launch.patience == 2s);
  runner.status = process_spec::status_style::plain;
  CHECK_FALSE(viz::launch_of(runner, 2s).behind_shell);
}
