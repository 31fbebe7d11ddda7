#pragma once

#include "base/environment.hpp"

#include <filesystem>

namespace weir::grader {

/// The three places the command works with. All absolute.
struct paths {
  std::filesystem::path root;      ///< the repository or hand-out: the folder that holds exercises/
  std::filesystem::path build;     ///< holds weir-toolchain.json, the prebuilt tests and the runner
  std::filesystem::path workspace; ///< need not exist yet
};

/// Root: WEIR_ROOT, else the nearest folder upward from `executable`, then from `cwd`, that holds
/// exercises/, else where this binary was configured. Build: WEIR_BUILD, else the folder above the
/// executable's bin/. Workspace: WEIR_WORKSPACE, else the nearest folder upward from `cwd` with a
/// `.weir-workspace` marker, else `<root>/workspace`.
paths discover_paths(const environment& env, const std::filesystem::path& cwd,
                     const std::filesystem::path& executable);

} // namespace weir::grader
