#pragma once

#include "judge/record.hpp"
#include "judge/sandbox.hpp"
#include "judge/toolchain.hpp"
#include "judge/verdict.hpp"
#include "workbook/exercise.hpp"

#include <weir/search.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>

namespace weir::grader {

struct grade_request {
  const exercise* ex{};
  std::filesystem::path repository_root; ///< holds exercises/
  std::filesystem::path source;          ///< the file to judge
  std::filesystem::path build_folder;    ///< outputs: `build_folder_of(workspace root, *ex)`
  search_depth depth{search_depth::quick};
  weir::search_options search; ///< schedules for each scenario: if not set, the tier's own number
  std::chrono::seconds deep_budget{20}; ///< of real time, for the deep tier
  bool verbose{};                       ///< compiler messages in full
  bool use_cache{true};
  /// Told when a stage begins ("compile", "link", "run"), for progress displays. May be empty.
  std::function<void(const std::string& stage)> on_stage;
  std::function<void(const record_step&)> on_step;
  part_progress_handler on_waiting; ///< told of a part that has to be built first; may be empty
};

/// Schedules for each scenario in the first tier, and in all of the deep tier.
constexpr std::size_t first_tier_schedules = 200;

constexpr std::size_t deep_tier_schedules = 20'000;

/// Whether a pass under this search says as much as the first tier's: not one with fewer schedules,
/// another policy or another model.
[[nodiscard]] bool settles(const search_options& search);

/// `<workspace>/.weir/build/<id>`.
std::filesystem::path build_folder_of(const std::filesystem::path& workspace_root,
                                      const exercise& ex);

/// From a file to its verdict: read → compile → link → run → verdict, each stage timed.
///
/// The deep tier compiles with optimisation and runs in several processes with seeds that follow
/// each other, until one finds a failure, the schedules are exhausted or the budget is spent. Every
/// failure of the reader's code is a verdict; environment_error is thrown for everything else.
/// Cancellation (any type) ends whatever runs and throws system_error(operation_aborted) once it is
/// reaped. `tools` and `box` must outlive the operation. Single-threaded executor or strand.
boost::asio::awaitable<verdict> grade(const toolchain& tools, const sandbox& box,
                                      grade_request request);

/// The test that a token was made by: "push-waits" of "w2:bounded-queue/push-waits/…:…". Throws
/// usage_error when the token is malformed or names no test of this exercise.
const test_info& test_of_token(const exercise& ex, const std::string& token);

/// The exercise's id in a token. Throws usage_error when it is malformed.
std::string exercise_of_token(const std::string& token);

} // namespace weir::grader
