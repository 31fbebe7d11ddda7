#pragma once

#include "judge/sandbox.hpp"
#include "judge/toolchain.hpp"
#include "judge/verdict.hpp"
#include "workbook/exercise.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace weir::grader {

/// One thing that `weir author check` looked at.
struct check_item {
  std::string exercise; ///< id
  std::string subject;  ///< "starter", "solution", "accept/callbacks.cpp", "brief", …
  std::string way;      ///< "seed 1", "sanitized", …; empty for what is only read
  bool good{};
  std::string detail; ///< what was expected and found; of a good one, what was seen
};

struct check_request {
  std::filesystem::path repository_root;
  std::filesystem::path scratch; ///< a folder of ours
  std::vector<const exercise*> exercises;
  std::vector<std::uint64_t> seeds{1, 1'000'003, 77'777'777};
  std::size_t jobs{2};  ///< how many files are graded at a time
  bool sanitized{true}; ///< also with the sanitized toolchain, where it was built
  std::function<void(std::size_t done, std::size_t all, const check_item& last)> on_item;
  part_progress_handler on_waiting; ///< as in `grade_jobs`
};

/// What an exercise must have in its files: three hints, a scene with goals, a picture, a line in
/// the main README.md, the parts of a debrief, anchors that exist in the chapter, two accepts, six
/// rejects. (That its brief has a promise for each test, the catalog has seen.) Reads only.
std::vector<check_item> check_files(const std::filesystem::path& root, const exercise& ex);

/// The starter fails as stated, the solution and every accept pass under each seed and under
/// the sanitizers, every reject fails in the test it names. Items come in the order of the
/// exercises. Cancellation ends what runs and throws operation_aborted; throws content_error and
/// environment_error for what can't be judged at all.
boost::asio::awaitable<std::vector<check_item>>
check_exercises(const toolchain& tools, const sandbox& box, check_request request);

} // namespace weir::grader
