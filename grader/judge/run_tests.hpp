#pragma once

#include "judge/record.hpp"
#include "judge/sandbox.hpp"
#include "judge/toolchain.hpp"
#include "judge/verdict.hpp"
#include "workbook/exercise.hpp"

#include <weir/search.hpp>

#include <boost/asio/awaitable.hpp>

#include <filesystem>
#include <functional>
#include <vector>

namespace weir::grader {

struct run_request {
  const exercise* ex{};
  std::filesystem::path module;       ///< the reader's code
  std::filesystem::path trace_folder; ///< where traces of failures are kept; emptied first
  std::vector<test_info> expected;    ///< the tests that must be run
  bool all_tests{true};               ///< false: the runner is told which
  weir::search_options search;
  process_limits limits;
  std::function<void(const record_step&)>
      on_step; ///< told of each line of the record; may be empty
};

/// Runs weir-runner in the sandbox and judges its record. Fills all of the verdict but stages
/// and compiler output.
///
/// Cancellation ends it and throws operation_aborted. Throws environment_error when the runner or
/// the hidden tests are missing or can't be started.
boost::asio::awaitable<verdict> run_tests(const toolchain& tools, const sandbox& box,
                                          run_request request);

} // namespace weir::grader
