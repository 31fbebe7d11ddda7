#pragma once

#include "judge/build_folder.hpp"
#include "judge/sandbox.hpp"
#include "judge/toolchain.hpp"
#include "judge/verdict.hpp"
#include "workbook/exercise.hpp"

#include <boost/asio/awaitable.hpp>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace weir::grader {

struct build_request {
  const exercise* ex{};
  std::filesystem::path repository_root;
  std::filesystem::path source; ///< the file to judge: the reader's, a solution, a calibration file
  std::filesystem::path output_folder; ///< a folder of ours; each content gets a folder below it
  search_depth depth{search_depth::quick};
  bool verbose{}; ///< compiler messages in full
  bool use_cache{true};
};

struct build_outcome {
  std::filesystem::path module; ///< the reader's code, to be loaded by the runner
  /// While somebody holds it, `module` stays where it is, whatever else is built.
  std::shared_ptr<const build_claim> claim;
  bool cached{}; ///< the module of an earlier build with the same content was taken
  std::vector<stage_timing> stages;    ///< read, compile, link
  std::string compiler_output;         ///< folded; warnings even when it succeeded
  std::optional<verdict_kind> failure; ///< empty: `module` can be run
  std::string detail;                  ///< of a failure
};

/// Compiles and links one file, nothing else: a snapshot of `source` with the exercise's interface,
/// the runtime's headers and the precompiled header in sight, under limits, in the sandbox.
/// Messages name the file as "NN-chapter/MM-name/file.cpp", as it lies in the workspace.
///
/// Cancellation ends the compiler and throws operation_aborted. Throws environment_error for a disk
/// that refuses or a compiler that can't be started.
boost::asio::awaitable<build_outcome> build_module(const toolchain& tools, const sandbox& box,
                                                   build_request request);

} // namespace weir::grader
