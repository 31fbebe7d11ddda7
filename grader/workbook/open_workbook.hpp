#pragma once

#include "workbook/catalog.hpp"
#include "workbook/chapters.hpp"
#include "workbook/paths.hpp"
#include "workbook/progress.hpp"
#include "workbook/workspace.hpp"

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir::grader {

/// The workbook and the reader's place in it. Each part is loaded on first use and kept.
/// Not synchronised.
class open_workbook {
public:
  using remark = std::function<void(const std::string&)>;
  using clock = std::function<std::chrono::system_clock::time_point()>;

  /// `note` is told of side matters, such as a broken exercise.toml among good ones.
  open_workbook(paths places, remark note, clock wall_clock)
      : where{std::move(places)}, now{std::move(wall_clock)}, note_{std::move(note)} {}

  paths where;
  clock now;

  /// Throws content_error, environment_error.
  const catalog& exercises();
  /// As `exercises`, but null when it cannot be had: for help and suggestions.
  const catalog* exercises_if_any();
  workspace& work();
  /// Throws environment_error for a workspace of another version.
  progress_file& progress();

  /// Resolves what the reader typed. Throws usage_error with the nearest ids.
  const exercise& require_exercise(std::string_view typed);
  /// For commands whose ID may be left out: `typed`, else the exercise whose workspace folder the
  /// reader stands in, else the first pending one after where they were last.
  const exercise& exercise_or_current(std::string_view typed);
  /// In order of number.
  const std::vector<chapter>& chapters();
  /// What the reader means by `typed`: a chapter's number, name, folder or path, or an exercise of
  /// it; when empty, the chapter of the current exercise, else the first. Throws usage_error with
  /// the nearest names.
  const chapter& require_chapter(std::string_view typed);

  /// The first exercise that is still ahead (`route`), from where the reader was last; null when
  /// none is.
  const exercise* first_pending();

  /// The model answer's file. Throws environment_error, with words for a hand-out's reader, when
  /// there is none.
  std::filesystem::path require_solution(const exercise& ex) const;

private:
  remark note_;
  std::optional<catalog> catalog_;
  std::optional<std::vector<chapter>> chapters_;
  std::optional<workspace> workspace_;
  std::optional<progress_file> progress_;
};

} // namespace weir::grader
