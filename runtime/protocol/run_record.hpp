#pragma once

#include "protocol/message_error.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// \file
/// The run record: what weir-runner tells weir about a run of hidden tests or of a scene, on a pipe
/// that the reader's code does not know of, a JSON object a line. Every line carries the nonce that
/// weir handed over.
///
/// A run of tests: `begin_record`, for each test `test_begin_record` and `test_end_record`, then
/// `end_record`. A run of a scene: `scene_end_record` or `scene_error_record`, and nothing else. A
/// `crash_record` may come anywhere, and is the last.
namespace weir::protocol {

struct begin_record {
  std::vector<std::string> tests = {}; ///< the ids of those that will be run

  friend bool operator==(const begin_record&, const begin_record&) = default;
};

struct test_begin_record {
  std::string id = {};

  friend bool operator==(const test_begin_record&, const test_begin_record&) = default;
};

struct recorded_event {
  std::chrono::nanoseconds at{}; ///< virtual time
  std::string task = {};
  std::string text = {};

  friend bool operator==(const recorded_event&, const recorded_event&) = default;
};

/// What a task was doing when the schedule ended.
struct recorded_task {
  std::string name = {};
  std::string state = {};

  friend bool operator==(const recorded_task&, const recorded_task&) = default;
};

/// The schedule that failed.
struct recorded_failure {
  std::string scenario = {};
  std::string token = {};   ///< replays it
  std::uint64_t number = 0; ///< of the schedule, from 1
  std::uint64_t deviations = 0;
  std::uint64_t found_deviations = 0; ///< before it was shrunk
  std::uint64_t shrink_runs = 0;
  std::chrono::nanoseconds virtual_time{};
  std::vector<recorded_task> tasks = {};
  std::vector<recorded_event> timeline = {}; ///< its last events

  friend bool operator==(const recorded_failure&, const recorded_failure&) = default;
};

struct test_end_record {
  std::string id = {};
  bool passed = false;
  std::string outcome = {}; ///< the runtime's word: "completed", "deadlock", ...
  std::string message = {};
  std::uint64_t schedules = 0; ///< run, over all explorations
  std::uint64_t explorations = 0;
  std::uint64_t handlers = 0;
  bool exhausted = false;                       ///< every schedule within the bound was run
  std::optional<bool> followed = {};            ///< of a replay: to its end
  std::optional<recorded_failure> failure = {}; ///< none where no schedule failed
  std::string trace = {};                       ///< a file; empty where there is none
  std::string trace_error = {};                 ///< why not

  friend bool operator==(const test_end_record&, const test_end_record&) = default;
};

struct end_record {
  std::uint64_t passed = 0;
  std::uint64_t failed = 0;

  friend bool operator==(const end_record&, const end_record&) = default;
};

struct scene_end_record {
  bool healthy = false; ///< it reached its horizon or completed
  bool goals_met = false;
  std::string text = {}; ///< for people
  std::string json = {}; ///< the same for programs: an object

  friend bool operator==(const scene_end_record&, const scene_end_record&) = default;
};

struct scene_error_record {
  enum class kind : std::uint8_t { knob, scene }; ///< a setting that it does not take; any other

  kind what = kind::scene;
  std::string message = {};

  friend bool operator==(const scene_error_record&, const scene_error_record&) = default;
};

struct crash_record {
  int signal = 0;
  std::string test = {}; ///< the id, "scene", or empty before the first

  friend bool operator==(const crash_record&, const crash_record&) = default;
};

using record = std::variant<begin_record, test_begin_record, test_end_record, end_record,
                            scene_end_record, scene_error_record, crash_record>;

/// One line, without its newline.
[[nodiscard]] std::string to_line(const record& what, std::string_view nonce);

/// Throws message_error, also for a line with another nonce.
[[nodiscard]] record parse_record(std::string_view line, std::string_view nonce);

/// The line of a crash, made beforehand, so that a signal handler has only to put in the number.
class crash_line {
public:
  crash_line(std::string_view test, std::string_view nonce);

  /// The line with its newline. Async-signal-safe.
  [[nodiscard]] std::string_view finish(int signal) noexcept;

private:
  std::string line_;
  std::size_t number_at_ = 0; ///< three places, to be filled from the right
};

} // namespace weir::protocol
