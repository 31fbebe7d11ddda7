#pragma once

#include <boost/json/object.hpp>

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace weir::grader {

/// What is remembered about one exercise.
struct exercise_progress {
  bool passed{}; ///< the last full grading passed, and no reset since
  std::string
      first_passed_at; ///< UTC, ISO 8601; empty before the first pass; a reset does not clear it
  std::string last_verdict; ///< the verdict's name in JSON reports; empty before the first grading
  std::string last_graded_at; ///< UTC, ISO 8601
  int attempts{};             ///< gradings so far
  int points{};               ///< of the last grading
  int best_points{};          ///< of all gradings
  int hints_seen{};           ///< how many hints were asked for
  bool solution_seen{};
  int resets{}; ///< so far
};

/// One grading's outcome, for `progress::record`.
struct grading_note {
  bool passed{};
  std::string verdict;
  int points{};
  std::chrono::system_clock::time_point at;
  int resets{}; ///< of the exercise, when its file was taken to be graded
};

/// The reader's progress as a value. Keyed by exercise id, so that renumbering loses nothing; ids
/// and members that this version does not know are kept as they are.
class progress {
public:
  progress();

  /// Takes a parsed document of format 1.
  explicit progress(boost::json::object document) : document_{std::move(document)} {}

  /// All defaults for an exercise that was never touched.
  exercise_progress of(std::string_view id) const;
  void set(std::string_view id, const exercise_progress& value);

  /// Notes a grading: attempts, points, first pass. False: the exercise has been reset meanwhile,
  /// so that the file it is about is no longer there, and nothing is noted.
  bool record(std::string_view id, const grading_note& note);
  /// A reset makes the exercise pending again and starts its hints over; the first pass stays
  /// remembered.
  void reset(std::string_view id);

  /// Where the reader was last; empty at first.
  std::string current() const;
  void set_current(std::string_view id);

  /// Whether the reader has gone to the chapter's fast-track door, and not left it since.
  bool fast_track(std::string_view chapter) const;
  void set_fast_track(std::string_view chapter, bool taken);

  /// Questions of a chapter's quiz answered rightly in the last sitting, by chapter folder.
  std::optional<int> quiz_score(std::string_view chapter) const;
  void set_quiz_score(std::string_view chapter, int right, int questions,
                      std::chrono::system_clock::time_point at);

  const boost::json::object& document() const { return document_; }

private:
  boost::json::object document_;
};

/// The file the progress lives in: one versioned JSON document, replaced atomically (write aside,
/// fsync, rename).
///
/// Any number of processes may read and update it. A file that cannot be understood is renamed to
/// `progress.json.damaged-<UTC time>` and the reader is told; a file of a newer format is left
/// alone and refused.
class progress_file {
public:
  using notice = std::function<void(const std::string&)>;
  using clock = std::function<std::chrono::system_clock::time_point()>;

  /// `folder` is the workspace's `.weir`; created by the first update.
  progress_file(std::filesystem::path folder, notice tell, clock now);

  std::filesystem::path path() const { return folder_ / "progress.json"; }

  /// The latest state; empty progress when there is no file. Throws environment_error.
  progress load() const;

  /// Applies `change` to the latest state under the lock and replaces the file; returns what was
  /// written. Either the whole change is on disk or the old file is intact. Throws
  /// environment_error.
  progress update(const std::function<void(progress&)>& change) const;

private:
  std::filesystem::path folder_;
  notice tell_;
  clock now_;

  std::optional<progress> read() const;
  void set_aside() const;
};

} // namespace weir::grader
