#include "actions.hpp"

#include <algorithm>
#include <array>

namespace weir::viz {

namespace {

constexpr std::array table{
    action_info{action::play_pause, "Play or pause", "Space", "Runs the clock, or stops it.",
                icon::play},
    action_info{action::previous_event, "Previous event", ", (comma)", "One event back.",
                icon::previous},
    action_info{action::next_event, "Next event", ". (period)", "One event on.", icon::next},
    action_info{action::back_tenth, "Back 0.1 s", "Left", "A tenth of a second back.", icon::back},
    action_info{action::forward_tenth, "Forward 0.1 s", "Right", "A tenth of a second on.",
                icon::forward},
    action_info{action::back_second, "Back 1 s", "Shift+Left", "A second back.", icon::back_more},
    action_info{action::forward_second, "Forward 1 s", "Shift+Right", "A second on.",
                icon::forward_more},
    action_info{action::to_start, "To the start", "Home", "The cursor to the first event.",
                icon::first},
    action_info{action::to_end, "To the end", "End", "The cursor to the last event.", icon::last},
    action_info{action::previous_transition, "Previous transition", "P",
                "Back to where the breaker changed its state.", icon::transition_back},
    action_info{action::next_transition, "Next transition", "N",
                "On to where the breaker changes its state.", icon::transition_on},
    action_info{action::pan_left, "Pan left", "A", "Shows earlier times.", icon::left},
    action_info{action::pan_right, "Pan right", "D", "Shows later times.", icon::right},
    action_info{action::zoom_in, "Zoom in", "W", "Shows less time, around the cursor.", icon::plus},
    action_info{action::zoom_out, "Zoom out", "S", "Shows more time, around the cursor.",
                icon::minus},
    action_info{action::fit, "Fit", "F", "Shows the whole run.", icon::fit},
    action_info{action::undo_zoom, "Undo zoom", "Ctrl+Z", "Back to the stretch shown before.",
                icon::undo},
    action_info{action::speed_1, "Speed 0.1x", "1", "Ten times slower than the scene's clock.",
                icon::none},
    action_info{action::speed_2, "Speed 0.5x", "2", "Half as fast as the scene's clock.",
                icon::none},
    action_info{action::speed_3, "Speed 1x", "3", "As fast as the scene's clock.", icon::none},
    action_info{action::speed_4, "Speed 4x", "4", "Four times as fast as the scene's clock.",
                icon::none},
    action_info{action::speed_5, "Speed 16x", "5", "Sixteen times as fast as the scene's clock.",
                icon::none},
    action_info{action::marker, "Marker", "M", "Sets a marker at the cursor, or takes it away.",
                icon::flag},
    action_info{action::previous_task, "Previous task", "Up",
                "Selects the task above it in the tree.", icon::up},
    action_info{action::next_task, "Next task", "Down", "Selects the task below it in the tree.",
                icon::down},
    action_info{action::fold, "Fold or unfold", "T",
                "Hides what lies below the selected task, or shows it; without one, below all.",
                icon::fold},
    action_info{action::orphans, "Only orphans", "O",
                "Shows only tasks that outlived who started them, and who these are.",
                icon::warning},
    action_info{action::rerun, "Rerun", "R", "Runs the scene again with these knobs and this seed.",
                icon::rerun},
    action_info{action::copy_command, "Copy as command", "Ctrl+C",
                "Copies seed and settings as a command line.", icon::copy},
    action_info{action::filter, "Filter events", "/", "Puts the caret into the events' filter.",
                icon::magnifier},
    action_info{action::clear, "Clear", "Esc",
                "Leaves a text field; then clears filter, selection and open lists.", icon::close},
    action_info{action::scale_up, "Larger", "Ctrl +", "Everything larger.", icon::plus},
    action_info{action::scale_down, "Smaller", "Ctrl -", "Everything smaller.", icon::minus},
    action_info{action::scale_reset, "Normal size", "Ctrl 0", "The size that fits the display.",
                icon::none},
    action_info{action::presenter, "Presenter's mode", "F5",
                "Large type; only flow, breaker and charts, or the tree.", icon::screen},
    action_info{action::help, "Keys", "?", "Lists all keys.", icon::help},
};

/// Holding the key goes on doing it.
constexpr bool repeats(action what) {
  switch (what) {
  case action::previous_event:
  case action::next_event:
  case action::back_tenth:
  case action::forward_tenth:
  case action::back_second:
  case action::forward_second:
  case action::pan_left:
  case action::pan_right:
  case action::zoom_in:
  case action::zoom_out:
  case action::previous_task:
  case action::next_task:
    return true;
  default:
    return false;
  }
}

std::optional<action> special_action(const key_press& key) {
  switch (key.special) {
  case special_key::left:
    return key.shift ? action::back_second : action::back_tenth;
  case special_key::right:
    return key.shift ? action::forward_second : action::forward_tenth;
  case special_key::up:
    return action::previous_task;
  case special_key::down:
    return action::next_task;
  case special_key::home:
    return action::to_start;
  case special_key::end:
    return action::to_end;
  case special_key::escape:
    return action::clear;
  case special_key::f1:
    return action::help;
  case special_key::f5:
    return action::presenter;
  case special_key::none:
    break;
  }
  return std::nullopt;
}

std::optional<action> control_action(char32_t letter) {
  switch (letter) {
  case U'z':
  case U'Z':
    return action::undo_zoom;
  case U'c':
  case U'C':
    return action::copy_command;
  case U'+':
  case U'=':
    return action::scale_up;
  case U'-':
    return action::scale_down;
  case U'0':
    return action::scale_reset;
  default:
    return std::nullopt;
  }
}

struct letter_action {
  char32_t letter;
  action what;
};

constexpr std::array letters{
    letter_action{U' ', action::play_pause},
    letter_action{U',', action::previous_event},
    letter_action{U'.', action::next_event},
    letter_action{U'a', action::pan_left},
    letter_action{U'd', action::pan_right},
    letter_action{U'w', action::zoom_in},
    letter_action{U's', action::zoom_out},
    letter_action{U'f', action::fit},
    letter_action{U'1', action::speed_1},
    letter_action{U'2', action::speed_2},
    letter_action{U'3', action::speed_3},
    letter_action{U'4', action::speed_4},
    letter_action{U'5', action::speed_5},
    letter_action{U'n', action::next_transition},
    letter_action{U'p', action::previous_transition},
    letter_action{U'm', action::marker},
    letter_action{U't', action::fold},
    letter_action{U'o', action::orphans},
    letter_action{U'r', action::rerun},
    letter_action{U'/', action::filter},
    letter_action{U'?', action::help},
};

std::optional<action> character_action(char32_t letter) {
  const char32_t small = letter >= U'A' && letter <= U'Z' ? letter - U'A' + U'a' : letter;
  const auto* found = std::ranges::find(letters, small, &letter_action::letter);
  return found == letters.end() ? std::nullopt : std::optional{found->what};
}

} // namespace

std::span<const action_info> all_actions() {
  return table;
}

const action_info& info_of(action what) {
  return *std::ranges::find(table, what, &action_info::what);
}

std::optional<action> action_of(const key_press& key) {
  const auto found = key.special != special_key::none ? special_action(key)
                     : key.ctrl                       ? control_action(key.character)
                                                      : character_action(key.character);
  return found && key.repeated && !repeats(*found) ? std::nullopt : found;
}

} // namespace weir::viz
