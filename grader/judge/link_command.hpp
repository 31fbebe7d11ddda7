#pragma once

#include "judge/toolchain.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace weir::grader {

/// How a reader's object becomes a module: `object` and what the toolchain adds, with the symbols
/// of `exports` (a version script) kept to itself.
///
/// Calls the linker itself where every one of the toolchain's link flags is understood: the
/// compiler driver would only look up libraries that `-nostdlib` then leaves out, and takes as long
/// as the linking. Else calls the driver.
std::vector<std::string> link_command(const toolchain& tools, const std::filesystem::path& object,
                                      const std::filesystem::path& module,
                                      const std::filesystem::path& exports);

} // namespace weir::grader
