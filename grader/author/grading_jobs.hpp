#pragma once

#include "judge/pipeline.hpp"
#include "judge/sandbox.hpp"
#include "judge/toolchain.hpp"
#include "judge/verdict.hpp"
#include "workbook/exercise.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <vector>

namespace weir::grader {

/// A file to be judged as an answer to an exercise.
struct grading_job {
  const exercise* ex{};
  std::filesystem::path file;
  const toolchain* tools{};
  std::uint64_t seed{1};
  search_depth depth{search_depth::quick};
  std::chrono::seconds deep_budget{10};
};

/// Judges all, `at_a_time` of them side by side, each in a build folder of its own below `scratch`.
/// `on_verdict` is called as each is done, with its index; `on_waiting`, which may be empty, of a
/// part that has to be built first. Cancellation ends what runs and throws
/// operation_aborted; throws environment_error for what can't be judged at all. One thread.
boost::asio::awaitable<void>
grade_jobs(const sandbox& box, const std::filesystem::path& repository_root,
           const std::filesystem::path& scratch, const std::vector<grading_job>& jobs,
           std::size_t at_a_time,
           const std::function<void(std::size_t index, const verdict& v)>& on_verdict,
           const part_progress_handler& on_waiting);

} // namespace weir::grader
