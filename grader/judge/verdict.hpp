#pragma once

#include "protocol/run_record.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir::grader {

/// The one word at the top of a report.
enum class verdict_kind {
  passed,
  failed, ///< a promise was broken: an expectation did not hold, or an exception came out
  does_not_compile,
  deadlock,
  leak,
  step_limit,
  time_limit, ///< of virtual time
  nondeterministic,
  left_virtual_time,
  timed_out, ///< real time, or processor time
  out_of_memory,
  crashed,
  output_limit,      ///< wrote more than the limit, to a stream or to a file
  incomplete_record, ///< the program ended without a complete record
  environment_error, ///< the reader's code was not judged at all
};

/// As JSON reports, the progress file and `exercise.toml` spell it: "does-not-compile".
std::string_view to_key(verdict_kind kind);
std::optional<verdict_kind> verdict_from_key(std::string_view key);
/// As people read it: "does not compile".
std::string_view to_words(verdict_kind kind);

/// What became of one hidden test.
enum class test_outcome {
  completed, ///< the only one that can be a pass
  assertion_failed,
  exception,
  deadlock,
  leak,
  step_limit,
  time_limit,
  out_of_memory,
  left_virtual_time,
  nondeterministic,
  not_finished, ///< the program ended while the test was running
  not_run,      ///< the program ended before the test
};

/// The runner's spelling: "assertion-failed".
std::string_view to_key(test_outcome outcome);
std::optional<test_outcome> outcome_from_key(std::string_view key);
/// The verdict of an exercise whose first failing test came to this; incomplete_record for the two
/// that did not end.
verdict_kind verdict_of(test_outcome outcome);

/// One line of the story a failing run tells.
using timeline_entry = protocol::recorded_event;

/// A task that was alive when the failing run ended.
using task_state = protocol::recorded_task;

struct test_result {
  std::string id;
  std::string promise; ///< the brief's words
  std::string read;    ///< anchor in the chapter; may be empty
  int points{};        ///< what it is worth, passed or not
  bool passed{};
  test_outcome outcome{test_outcome::not_run};
  std::string message; ///< what was promised and what was seen
  std::size_t schedules{};
  std::uint64_t handlers{};
  bool exhausted{}; ///< every schedule within the policy's bound was run
  std::optional<std::size_t> failing_schedule{}; ///< which one failed first, from 1
  std::string token;                             ///< replays the failure; empty without one
  /// Of a replayed token: whether the run came to every choice that it lists. Code that was changed
  /// since may have others.
  std::optional<bool> followed{};
  std::vector<timeline_entry> timeline;
  std::vector<task_state> tasks;
  std::string trace_file; ///< absolute; empty without one: only failures and replays leave one
};

struct stage_timing {
  std::string name; ///< read, compile, link, run
  std::chrono::microseconds duration{};
};

/// The answer to "is this a solution?", with all that a report can say about it. A value; made by
/// the parent process only.
struct verdict {
  verdict_kind kind{verdict_kind::environment_error};
  std::vector<test_result> tests; ///< in the exercise's order; empty when nothing was run
  int points{};                   ///< of tests passed in a complete record, else 0
  int max_points{};
  std::size_t schedules{}; ///< over all tests
  std::uint64_t handlers{};
  std::uint64_t seed{};
  std::string token;      ///< of the first failing test
  std::string trace_file; ///< of the first failing test
  std::vector<stage_timing> stages;
  std::string compiler_output; ///< folded, first error first; empty without one
  std::string program_output;  ///< what the reader's code printed, capped, both streams
  std::string detail;          ///< why, for verdicts that no single test explains
  std::string sandbox;         ///< "bubblewrap", "none (limits only)"; empty when nothing was run
  bool cached{};               ///< the compiled object of an earlier run was taken
  bool deep{};                 ///< the deep tier

  [[nodiscard]] bool passed() const { return kind == verdict_kind::passed; }

  /// The first that did not pass; null when all did, or none was run.
  [[nodiscard]] const test_result* first_failure() const;
  [[nodiscard]] std::chrono::microseconds total_time() const;
};

/// One line for lists and status bars: "passed, 6 of 6 points, 3,072 schedules", "deadlock in
/// push-waits".
std::string headline(const verdict& v);

} // namespace weir::grader
