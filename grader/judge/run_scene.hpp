#pragma once

#include "judge/sandbox.hpp"
#include "judge/toolchain.hpp"
#include "workbook/exercise.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/json/object.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace weir::grader {

struct scene_request {
  const exercise* ex{};
  std::filesystem::path module;      ///< the reader's code
  std::filesystem::path kept_folder; ///< where the trace goes
  std::vector<std::string> settings; ///< "knob=value"
  std::uint64_t seed{1};
};

struct scene_outcome {
  enum class kind {
    finished,  ///< it reached its horizon or completed
    unhealthy, ///< it ran and came to a bad end: `text` and `problem` tell
    bad_knob,  ///< a setting names no knob or no value of it: `problem` tells
    broken,    ///< there is no result: crash, time-out, incomplete record
  };
  kind what{kind::broken};
  std::string problem;
  std::string text;         ///< for people
  boost::json::object json; ///< the same for programs
  bool goals_met{};
  std::string program_output;
  std::filesystem::path trace_file; ///< empty without one
};

/// Runs the exercise's scene around the reader's code, as `run_tests` runs its tests: in the
/// sandbox, under limits, and with a result that is believed only when it is whole and carries the
/// nonce.
///
/// Cancellation ends it and throws operation_aborted. Throws environment_error as `call_runner`
/// does.
boost::asio::awaitable<scene_outcome> run_scene(const toolchain& tools, const sandbox& box,
                                                scene_request request);

/// The record of a scene, judged; exposed for its test.
scene_outcome judge_scene(const std::string& record, const std::string& nonce,
                          const process_end& end);

} // namespace weir::grader
