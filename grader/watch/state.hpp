#pragma once

#include "watch/model.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace weir::grader::watch {

/// What is being judged at the moment.
enum class run_kind : std::uint8_t { none, exercise, all };

/// A question that waits for an answer.
enum class question_kind : std::uint8_t { none, reset };

/// A search in the background.
struct deep_search {
  generation number{};
  std::string exercise;
};

/// Everything the screen shows; owned and changed by watch_machine alone.
struct watch_state {
  std::vector<watched_exercise> exercises; ///< Never empty, in reading order.
  std::size_t current{};
  bool manual{}; ///< Only `r` starts a run.
  screen_size size;

  run_kind running{run_kind::none};
  generation latest{};    ///< Number of the latest run, under way or not.
  std::size_t ticks{};    ///< Since the run under way began; tenths of a second.
  std::string waiting;    ///< What the run under way waits for, and how long; empty: it runs.
  bool brief_meanwhile{}; ///< The brief was opened to bridge that time.
  std::size_t checked{};  ///< Exercises judged by the check under way.
  std::optional<deep_search> deep;

  std::optional<run_outcome> outcome; ///< Of the current exercise in this sitting.
  bool outcome_is_deep{}; ///< The background search found it, after the first tier had passed.
  std::string broken;     ///< Why the latest run could not judge; empty when it could.
  bool file_missing{};

  view_kind view{view_kind::report};
  std::size_t scroll{};      ///< Lines of the view above the screen's edge.
  std::size_t hints_shown{}; ///< Of the current exercise.
  std::size_t cursor{};      ///< In the list.
  std::string page_text;     ///< Of a brief or a debrief (Markdown), or a solution.
  question_kind question{question_kind::none};
  std::string notice; ///< One line, until the next key.

  const watched_exercise& exercise() const { return exercises[current]; }
};

/// The place of the next exercise that is still ahead, from the current one on and then from the
/// start; none when all others are settled.
std::optional<std::size_t> next_pending(const watch_state& state);

} // namespace weir::grader::watch
