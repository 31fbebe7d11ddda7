#include "panels/actions.hpp"
#include "testing/catch.hpp"

#include <set>
#include <string>

using namespace weir::viz;

namespace {

key_press character(char32_t letter, bool ctrl = false, bool repeated = false) {
  return {.special = special_key::none,
          .character = letter,
          .ctrl = ctrl,
          .shift = false,
          .repeated = repeated};
}

key_press special(special_key key, bool shift = false) {
  return {.special = key, .character = 0, .ctrl = false, .shift = shift, .repeated = false};
}

} // namespace

TEST_CASE("every key of the list does what the list says") {
  CHECK(action_of(character(U' ')) == action::play_pause);
  CHECK(action_of(character(U',')) == action::previous_event);
  CHECK(action_of(character(U'.')) == action::next_event);
  CHECK(action_of(special(special_key::left)) == action::back_tenth);
  CHECK(action_of(special(special_key::right)) == action::forward_tenth);
  CHECK(action_of(special(special_key::left, true)) == action::back_second);
  CHECK(action_of(special(special_key::right, true)) == action::forward_second);
  CHECK(action_of(special(special_key::up)) == action::previous_task);
  CHECK(action_of(special(special_key::down)) == action::next_task);
  CHECK(action_of(character(U't')) == action::fold);
  CHECK(action_of(character(U'o')) == action::orphans);
  CHECK(action_of(special(special_key::home)) == action::to_start);
  CHECK(action_of(special(special_key::end)) == action::to_end);
  CHECK(action_of(character(U'a')) == action::pan_left);
  CHECK(action_of(character(U'd')) == action::pan_right);
  CHECK(action_of(character(U'w')) == action::zoom_in);
  CHECK(action_of(character(U's')) == action::zoom_out);
  CHECK(action_of(character(U'f')) == action::fit);
  CHECK(action_of(character(U'1')) == action::speed_1);
  CHECK(action_of(character(U'5')) == action::speed_5);
  CHECK(action_of(character(U'n')) == action::next_transition);
  CHECK(action_of(character(U'p')) == action::previous_transition);
  CHECK(action_of(character(U'm')) == action::marker);
  CHECK(action_of(character(U'r')) == action::rerun);
  CHECK(action_of(character(U'z', true)) == action::undo_zoom);
  CHECK(action_of(character(U'+', true)) == action::scale_up);
  CHECK(action_of(character(U'-', true)) == action::scale_down);
  CHECK(action_of(character(U'0', true)) == action::scale_reset);
  CHECK(action_of(character(U'/')) == action::filter);
  CHECK(action_of(character(U'?')) == action::help);
  CHECK(action_of(special(special_key::escape)) == action::clear);
}

TEST_CASE("a capital letter is the same key") {
  CHECK(action_of(character(U'A')) == action::pan_left);
  CHECK(action_of(character(U'M')) == action::marker);
}

TEST_CASE("a letter with Ctrl is another key than the letter") {
  CHECK_FALSE(action_of(character(U'a', true)));
  CHECK_FALSE(action_of(character(U'z')));
}

TEST_CASE("holding a key repeats steps and nothing that toggles") {
  CHECK(action_of(character(U'.', false, true)) == action::next_event);
  CHECK(action_of(character(U'w', false, true)) == action::zoom_in);
  CHECK_FALSE(action_of(character(U' ', false, true)));
  CHECK_FALSE(action_of(character(U'm', false, true)));
  CHECK_FALSE(action_of(character(U'r', false, true)));
}

TEST_CASE("every action has a name of its own, a key and a tooltip") {
  std::set<std::string_view> names;
  std::set<std::string_view> keys;
  for (const action_info& each : all_actions()) {
    CAPTURE(std::string{each.name});
    CHECK(names.insert(each.name).second);
    CHECK(keys.insert(each.keys).second);
    CHECK_FALSE(each.tip.empty());
    CHECK(&info_of(each.what) == &each);
  }
}
