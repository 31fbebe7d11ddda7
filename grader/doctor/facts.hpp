#pragma once

#include "base/environment.hpp"
#include "judge/sandbox.hpp"
#include "judge/toolchain.hpp"
#include "workbook/open_workbook.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace weir::grader {

/// A program in PATH and the first line of what it says to --version.
struct found_program {
  std::string name;
  std::filesystem::path path;
  std::string version;
};

/// What `weir doctor` finds out about the machine; `doctor_checks` judges it.
struct doctor_facts {
  paths where;
  std::string root_problem; ///< why the exercises can't be had; empty when they can
  std::size_t exercises{};

  std::vector<found_program> compilers; ///< the ones Weir knows, best first
  std::vector<found_program> linkers;   ///< best first
  std::vector<found_program> tools;     ///< cmake, ninja, ccache

  std::optional<toolchain> used; ///< what the build chose
  std::string used_problem;      ///< why there is none; empty when there is
  std::string trial_problem;     ///< why compiling and linking a line failed; empty when it worked
  std::string runner_problem;    ///< why the runner does not start; empty when it does

  /// Header libraries' versions as the compiler sees them: "boost" -> "1_81". Absent: not there.
  std::map<std::string, std::string> libraries;

  sandbox confinement;
  std::string workspace_problem;     ///< why nothing can be written there; empty when it can
  std::string workspace_file_system; ///< "nfs", "9p", "fuse", …; empty for a local one
  std::string inotify_problem;       ///< why there are no file events; empty when there are
  std::uint64_t free_bytes{};        ///< where the workspace lies
  unsigned processors{};
  std::uint64_t memory_bytes{};
};

/// Looks at everything; starts compilers, the linker, the runner and bubblewrap. Never fails. Takes
/// about a second. Leaves nothing behind but the folder of the workspace's parent as it was.
doctor_facts gather_doctor_facts(open_workbook& book, const environment& env);

} // namespace weir::grader
