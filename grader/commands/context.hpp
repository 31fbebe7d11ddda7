#pragma once

#include "base/exit_code.hpp"
#include "terminal/terminal.hpp"
#include "workbook/catalog.hpp"
#include "workbook/paths.hpp"
#include "workbook/progress.hpp"
#include "workbook/workspace.hpp"

#include <chrono>
#include <functional>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>

namespace weir::grader {

/// What every command is handed. The process has one; tests build their own over string streams and
/// a temporary folder.
///
/// A command's callback writes to `out`, tells the reader of side matters through `note`, throws
/// one of errors.hpp or sets `result`. Not synchronised.
struct context {
  paths where;
  terminal_info terminal;
  environment env;
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  std::function<std::chrono::system_clock::time_point()> now;

  /// The process's exit code unless the command throws.
  exit_code result{exit_code::passed};
  /// What `weir` without a command does; the watch loop puts itself here. Empty: the list is shown.
  std::function<void()> default_action{};

  painter paint() const { return painter{terminal.colour}; }

  /// A line on `err`.
  void note(const std::string& text) const;

  /// Loaded on first use. Throws content_error, environment_error.
  const catalog& exercises();
  /// As `exercises`, but null when it cannot be had: for help and suggestions.
  const catalog* exercises_if_any();
  workspace& work();
  progress_file& progress();

  /// Resolves what the reader typed. Throws usage_error with the nearest ids.
  const exercise& require_exercise(std::string_view typed);
  /// For commands whose ID may be left out: `typed`, else the exercise whose workspace folder the
  /// reader stands in, else the first pending one after where they were last.
  const exercise& exercise_or_current(std::string_view typed);
  /// The first exercise that has not passed, starting from where the reader was last; null when all
  /// have.
  const exercise* first_pending();

  std::optional<catalog> catalog_{};
  std::optional<workspace> workspace_{};
  std::optional<progress_file> progress_{};
};

} // namespace weir::grader
