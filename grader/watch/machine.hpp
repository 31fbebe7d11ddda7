#pragma once

#include "watch/action.hpp"
#include "watch/event.hpp"
#include "watch/state.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir::grader::watch {

/// The watch loop's mind: events in, actions out, no input or output of its own.
///
/// Rules it keeps:
/// - At most one run is under way. A save cancels it and starts the next; every run has a new,
/// larger number.
/// - An answer with another number than the latest run's is stale and changes nothing.
/// - A pass starts a search in the background. Its answer is shown only if it found something; a
/// save of the same
///   exercise cancels it, another exercise's pass replaces it.
/// - A run that waits for something to be built has the brief on the screen meanwhile; the verdict
/// takes
///   its place, unless the reader is in the midst of it.
/// - Nothing of the reader's is thrown away unasked: `x` asks back, and only `y` means yes.
///
/// Not synchronised: one thread feeds it.
class watch_machine {
public:
  /// `exercises` must not be empty and `current` must be one of them. With `manual`, saves start
  /// nothing.
  watch_machine(std::vector<watched_exercise> exercises, std::size_t current, bool manual = false);

  /// Takes one event and says what to do, in order. Actions that show something come last.
  actions on(const event& happened);

  const watch_state& state() const { return state_; }

private:
  void handle(const started&);
  void handle(const key_pressed& e);
  void handle(const file_changed&);
  void handle(const file_missing&);
  void handle(const run_waits& e);
  void handle(const verdict_arrived& e);
  void handle(const run_broke& e);
  void handle(const deep_finished& e);
  void handle(const exercise_checked& e);
  void handle(const exercise_broke& e);
  void handle(const check_finished& e);
  void handle(const page_loaded& e);
  void handle(const reset_finished& e);
  void handle(const editor_finished& e);
  void handle(const resized& e);
  void handle(const ticked&);
  void handle(const noticed& e);
  void handle(const asked_to_stop&);

  void press_character(char32_t character);
  void press_named(key_name name);
  void answer_question(const key& pressed);
  void go_next();
  void go_previous();
  void next_hint();
  void toggle_page(page_kind page);
  void check_all();
  void visualize();
  void ask_reset();
  void choose();
  void scroll_by(std::ptrdiff_t lines);

  void open(std::size_t index);
  void leave_brief();
  void begin_run();
  void end_run();
  void end_deep();
  void show(view_kind view);
  void stop();
  void judge(watched_exercise& exercise, const run_outcome& outcome);
  std::optional<std::size_t> index_of(std::string_view id) const;

  watched_exercise& current() { return state_.exercises[state_.current]; }

  watch_state state_;
  actions out_;
};

} // namespace weir::grader::watch
