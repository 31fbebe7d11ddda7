#pragma once

#include "author/mutants.hpp"
#include "judge/sandbox.hpp"
#include "judge/toolchain.hpp"
#include "workbook/exercise.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace weir::grader {

/// What became of a mutant of an exercise's solution.
enum class mutant_fate {
  killed,     ///< a test failed, or the run ended in another verdict than passed
  survived,   ///< every test passed
  equivalent, ///< survived, and equivalent.toml says that it behaves as the solution does
  invalid,    ///< does not compile
};

struct mutant_result {
  std::string exercise; ///< id
  mutant what;
  mutant_fate fate{mutant_fate::survived};
  std::string detail; ///< what killed it, or why it is equivalent
};

struct mutate_request {
  std::filesystem::path repository_root;
  std::filesystem::path scratch; ///< a folder of ours
  std::vector<const exercise*> exercises;
  std::size_t jobs{2}; ///< how many are graded at a time
  bool deep{};         ///< judge survivors of the first tier once more, by the deeper search
  std::function<void(std::size_t done, std::size_t all, const mutant_result& last)> on_result;
  part_progress_handler on_waiting; ///< as in `grade_jobs`
};

/// Judges every mutant of every exercise's solution by its hidden tests, in order of exercise and
/// line. The solutions themselves are judged first: content_error names those that do not pass.
/// Mutants that are known to be no mistakes stand in `grader/hidden/<folder>/equivalent.toml`:
///
///     [[mutant]]
///     was = "--in_flight_;"        # the line before, as `weir author mutate` prints it
///     becomes = ";"                # and after; "*" stands for every change of that line
///     why = "nobody reads it after the end"
///
/// Cancellation ends what runs and throws operation_aborted; throws content_error and
/// environment_error for what can't be judged at all.
boost::asio::awaitable<std::vector<mutant_result>>
mutate_exercises(const toolchain& tools, const sandbox& box, mutate_request request);

} // namespace weir::grader
