#include "viz/scene_launch.hpp"

namespace weir::grader::viz {

protocol::scene_launch launch_of(const process_spec& runner, std::chrono::milliseconds patience) {
  return {.argv = runner.argv,
          .environment = runner.environment,
          .directory = runner.working_directory.string(),
          .behind_shell = runner.status == process_spec::status_style::shell,
          .address_space = runner.limits.address_space,
          .file_size = runner.limits.file_size,
          .open_files = runner.limits.open_files,
          .patience = patience};
}

} // namespace weir::grader::viz
