#include "watch/state.hpp"

#include <algorithm>

namespace weir::grader::watch {

namespace {

/// Passed, or skipped by its chapter's fast track.
bool is_settled(const watch_state& state, const watched_exercise& exercise) {
  const auto is_open_door = [&](const watched_exercise& each) {
    return each.id == exercise.door && each.passed_once;
  };
  return exercise.passed || std::ranges::any_of(state.exercises, is_open_door);
}

} // namespace

view_kind view_of(page_kind page) {
  switch (page) {
  case page_kind::brief:
    return view_kind::brief;
  case page_kind::debrief:
    return view_kind::debrief;
  case page_kind::solution:
    break;
  }
  return view_kind::solution;
}

std::optional<std::size_t> next_pending(const watch_state& state) {
  const std::size_t count = state.exercises.size();
  for (std::size_t step = 1; step < count; ++step) {
    const std::size_t index = (state.current + step) % count;
    if (!is_settled(state, state.exercises[index])) {
      return index;
    }
  }
  return std::nullopt;
}

} // namespace weir::grader::watch
