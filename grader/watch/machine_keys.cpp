// What each key does: the other half of watch_machine.

#include "watch/machine.hpp"
#include "watch/screen.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace weir::grader::watch {

void watch_machine::handle(const key_pressed& e) {
  state_.notice.clear();
  if (state_.question != question_kind::none) {
    answer_question(e.pressed);
  } else if (e.pressed.name == key_name::character) {
    press_character(e.pressed.character);
  } else {
    press_named(e.pressed.name);
  }
  if (out_.empty() || out_.back() != action{quit{}}) {
    out_.emplace_back(draw{});
  }
}

void watch_machine::press_character(char32_t character) {
  switch (character) {
  case U'n':
    return go_next();
  case U'p':
    return go_previous();
  case U'h':
    return next_hint();
  case U'l':
    return show(state_.view == view_kind::list ? view_kind::report : view_kind::list);
  case U'r':
    end_run();
    show(view_kind::report);
    return begin_run();
  case U'x':
    return ask_reset();
  case U'o':
    out_.emplace_back(open_editor{current().id});
    return;
  case U'b':
    return toggle_page(page_kind::brief);
  case U'd':
    return toggle_page(page_kind::debrief);
  case U's':
    return toggle_page(page_kind::solution);
  case U'c':
    return check_all();
  case U'v':
    return visualize();
  case U'q':
    return state_.view == view_kind::report ? stop() : show(view_kind::report);
  case U'?':
    return show(state_.view == view_kind::keys ? view_kind::report : view_kind::keys);
  case U'j':
    return scroll_by(1);
  case U'k':
    return scroll_by(-1);
  case U' ':
    return press_named(key_name::page_down);
  default:
    state_.notice =
        fmt::format("'{}' does nothing here; ? shows the keys.", to_string(key::of(character)));
  }
}

void watch_machine::press_named(key_name name) {
  const auto page = static_cast<std::ptrdiff_t>(std::max<std::size_t>(body_height(state_), 2) - 1);
  constexpr std::ptrdiff_t far = 1'000'000;
  switch (name) {
  case key_name::up:
    return scroll_by(-1);
  case key_name::down:
    return scroll_by(1);
  case key_name::page_up:
    return scroll_by(-page);
  case key_name::page_down:
    return scroll_by(page);
  case key_name::home:
    return scroll_by(-far);
  case key_name::end:
    return scroll_by(far);
  case key_name::enter:
    return choose();
  case key_name::escape:
  case key_name::backspace:
    return show(view_kind::report);
  default:
    state_.notice = "That key does nothing here; ? shows the keys.";
  }
}

void watch_machine::answer_question(const key& pressed) {
  state_.question = question_kind::none;
  if (pressed != key::of('y') && pressed != key::of('Y')) {
    state_.notice = "Nothing was changed.";
    return;
  }
  end_run();
  if (state_.deep && state_.deep->exercise == current().id) {
    end_deep();
  }
  out_.emplace_back(reset_file{current().id});
}

void watch_machine::go_next() {
  if (!current().passed) {
    if (state_.current + 1 < state_.exercises.size()) {
      return open(state_.current + 1);
    }
    state_.notice = "This is the last exercise; l lists them all.";
    return;
  }
  if (const auto pending = next_pending(state_)) {
    return open(*pending);
  }
  state_.notice = "Every exercise has passed; l lists them all.";
}

void watch_machine::go_previous() {
  if (state_.current > 0) {
    return open(state_.current - 1);
  }
  state_.notice = "This is the first exercise; l lists them all.";
}

void watch_machine::next_hint() {
  const std::size_t count = current().hints.size();
  if (count == 0) {
    state_.notice = "This exercise has no hints; b opens the brief.";
    return;
  }
  const std::size_t before = std::max(state_.hints_shown, current().hints_seen);
  state_.hints_shown = std::min(before + 1, count);
  show(view_kind::hints);
  state_.scroll = scroll_limit(state_); // the newest hint is the lowest
  if (before == count) {
    state_.notice = "These are all the hints.";
  } else {
    current().hints_seen = state_.hints_shown;
    out_.emplace_back(record_hints{current().id, state_.hints_shown});
  }
}

void watch_machine::toggle_page(page_kind page) {
  if (state_.view == view_of(page)) {
    return show(view_kind::report);
  }
  if (page == page_kind::debrief && !current().has_debrief) {
    state_.notice = "This exercise has no debrief.";
    return;
  }
  if (page == page_kind::debrief && !current().passed_once) {
    state_.notice = fmt::format(
        "The debrief opens after a pass (or now, with `weir debrief {} --anyway`).", current().id);
    return;
  }
  if (page == page_kind::solution && !current().has_solution) {
    state_.notice = "Hand-outs for readers come without solutions.";
    return;
  }
  if (page == page_kind::solution && !current().passed_once) {
    state_.notice =
        fmt::format("The solution opens after a pass (or now, with `weir solution {} --anyway`).",
                    current().id);
    return;
  }
  out_.emplace_back(load_page{page, current().id});
}

void watch_machine::check_all() {
  if (state_.running == run_kind::all) {
    state_.notice = "Checking all already.";
    return;
  }
  end_run();
  state_.running = run_kind::all;
  state_.ticks = 0;
  state_.checked = 0;
  for (auto& each : state_.exercises) {
    each.checked.clear();
  }
  state_.cursor = state_.current;
  show(view_kind::list);
  out_.emplace_back(start_check{++state_.latest});
}

/// The failure on the screen, if there is one; else the scene.
void watch_machine::visualize() {
  const bool failed = state_.running == run_kind::none && state_.outcome && !state_.outcome->passed;
  out_.emplace_back(open_visualizer{current().id, failed ? state_.outcome->token : std::string{}});
  state_.notice = failed && !state_.outcome->token.empty()
                      ? "Opening the failure in the visualizer."
                      : "Opening the visualizer.";
}

void watch_machine::ask_reset() {
  state_.question = question_kind::reset;
}

void watch_machine::choose() {
  if (state_.view == view_kind::list) {
    return open(state_.cursor);
  }
  if (state_.view == view_kind::report && state_.outcome && state_.outcome->passed) {
    return go_next();
  }
  show(view_kind::report);
}

void watch_machine::scroll_by(std::ptrdiff_t lines) {
  const auto moved = [&](std::size_t from, std::size_t limit) {
    return static_cast<std::size_t>(std::clamp(static_cast<std::ptrdiff_t>(from) + lines,
                                               std::ptrdiff_t{0},
                                               static_cast<std::ptrdiff_t>(limit)));
  };
  if (state_.view == view_kind::list) {
    state_.cursor = moved(state_.cursor, state_.exercises.size() - 1);
    return;
  }
  state_.scroll = moved(state_.scroll, scroll_limit(state_));
}

} // namespace weir::grader::watch
