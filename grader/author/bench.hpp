#pragma once

#include "judge/sandbox.hpp"
#include "judge/toolchain.hpp"
#include "judge/verdict.hpp"
#include "workbook/exercise.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace weir::grader {

/// From a save to its verdict, measured on one file.
struct turn_timing {
  std::string exercise;
  std::string file; ///< "starter" or "solution"
  verdict_kind kind{verdict_kind::environment_error};
  std::size_t schedules{};
  std::chrono::microseconds total{};   ///< median over the repetitions
  std::chrono::microseconds longest{}; ///< of the repetitions
  std::vector<stage_timing> stages;    ///< of the median repetition
};

/// One step of another way to build and run the same.
struct peer_timing {
  std::string name;
  std::vector<stage_timing> stages;
  std::string problem; ///< why there are no figures; empty otherwise
};

struct bench_request {
  std::filesystem::path repository_root;
  std::filesystem::path build;   ///< the workbook's build folder: the runtime's libraries
  std::filesystem::path scratch; ///< a folder of ours
  int repetitions{5};
};

/// Edits the file (a comment that no earlier build saw), grades it, and takes the time; after one
/// turn to warm up. Nothing is taken from the cache. Throws what `grade` throws.
boost::asio::awaitable<turn_timing> time_turn(const toolchain& tools, const sandbox& box,
                                              const bench_request& request, const exercise& ex,
                                              std::filesystem::path source, std::string name);

/// The exercise's solution and its hidden tests as one plain Catch2 file without a precompiled
/// header: compile, link, run. Once: it takes many seconds. The problem says so where there are no
/// hidden tests' sources, as in a hand-out.
boost::asio::awaitable<peer_timing>
time_plain_catch2(const toolchain& tools, const bench_request& request, const exercise& ex);

/// build, test and clippy of a small crate after an edit, as rustlings has it; median of the
/// repetitions, warm.
boost::asio::awaitable<peer_timing> time_cargo(const bench_request& request);

std::chrono::microseconds total_of(const std::vector<stage_timing>& stages);

} // namespace weir::grader
