#pragma once

#include "weir/trace/event.hpp"
#include "weir/trace/source.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::trace {

/// What was run, so that it can be run again.
struct header {
  std::string exercise = {}; ///< stable id, empty outside the workbook
  std::string scenario = {}; ///< name of the scenario or the title of the scene
  std::uint64_t seed = 0;
  std::string token = {}; ///< replays the schedule; empty when there is none
  std::vector<std::pair<std::string, std::string>> knobs =
      {}; ///< name and value as `--set` takes it

  friend bool operator==(const header&, const header&) = default;
};

/// A task that was started during the run.
struct task_info {
  std::uint32_t id = 0;
  string_id name = 0;
  std::uint32_t parent = 0; ///< 0 = none

  friend bool operator==(const task_info&, const task_info&) = default;
};

/// A finished trace: immutable by convention, self-contained, read by reports, exporters and the
/// visualizer.
struct recording {
  trace::header header = {};
  std::vector<std::string> strings{""}; ///< by `string_id`
  std::vector<source_info> sources{{}}; ///< by `source_id`
  std::vector<task_info> tasks = {};    ///< sorted by id
  std::vector<event> events = {}; ///< in the order of happening; t_ns never decreases within a run
  bool truncated = false;  ///< read from a file that broke off or was damaged: events end early
  std::string remark = {}; ///< what a person should be told about that; empty otherwise

  /// The text of `id`, or "" where the table has no such entry.
  [[nodiscard]] std::string_view text(string_id id) const noexcept;
  /// The source `id`, or source 0 where the table has no such entry.
  [[nodiscard]] const source_info& source(source_id id) const noexcept;
  /// The name of a task, "task 7" where it has none, "" for task 0. O(log tasks).
  [[nodiscard]] std::string task_name(std::uint32_t id) const;
  /// Time of the last event, 0 when there is none.
  [[nodiscard]] std::int64_t end_ns() const noexcept;
};

} // namespace weir::trace
