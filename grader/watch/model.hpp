#pragma once

#include "terminal/screen_size.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace weir::grader::watch {

/// What the loop has to know of an exercise.
struct watched_exercise {
  std::string id;
  std::string number; ///< "1.1"
  std::string title;
  std::string summary; ///< One line, shown before the first verdict.
  std::string file;    ///< The file to edit, as the reader should see its path.
  std::vector<std::string> hints;
  std::size_t hints_seen{}; ///< In earlier sittings too.
  bool passed{};            ///< The latest judgement was a pass.
  bool passed_once{};       ///< Any judgement ever was: opens the solution.
  bool has_solution{true};  ///< A hand-out for readers comes without.
  bool has_debrief{};       ///< What to read after a pass.
  std::string door{};       ///< Exercise whose pass settles this one too (fast track); or empty.
  std::string checked{};    ///< Headline from the latest "check all"; empty before.

  bool operator==(const watched_exercise&) const = default;
};

/// Counts the runs; an answer that carries an older number than the latest run's is stale.
using generation = std::uint64_t;

/// What a run came to, as far as the loop cares.
struct run_outcome {
  bool passed{};
  std::string verdict;  ///< Its name in JSON reports: "passed", "deadlock".
  std::string headline; ///< One line: "passed, 6 of 6 points, 512 schedules".
  int points{};
  /// The full text for a terminal of so many columns, lines ended by newlines; SGR colours allowed.
  std::function<std::string(std::size_t width)> report{};
  std::string token{}; ///< replays the failure; empty for a pass, and where there is none

  /// The same judgement; how it is laid out does not count.
  bool operator==(const run_outcome& other) const {
    return passed == other.passed && verdict == other.verdict && headline == other.headline &&
           points == other.points && token == other.token;
  }
};

/// Documents that the reader can open.
enum class page_kind : std::uint8_t { brief, debrief, solution };

/// What fills the middle of the screen.
enum class view_kind : std::uint8_t { report, hints, list, brief, debrief, solution, keys };

/// The view that shows a document.
view_kind view_of(page_kind page);

} // namespace weir::grader::watch
