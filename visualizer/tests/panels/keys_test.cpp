#include "null_window.hpp"
#include "testing/catch.hpp"

#include <functional>
#include <string>
#include <vector>

using namespace weir::viz;
using namespace weir::viz::test;

namespace {

key_press letter(char32_t which, bool ctrl = false) {
  return {.special = special_key::none,
          .character = which,
          .ctrl = ctrl,
          .shift = false,
          .repeated = false};
}

key_press named(special_key which, bool shift = false) {
  return {.special = which, .character = 0, .ctrl = false, .shift = shift, .repeated = false};
}

/// All that a key can change, in words that can be compared.
std::string state_of(const workbench& bench) {
  std::string text = "t " + std::to_string(bench.clock.at().t_ns) + ", event " +
                     std::to_string(bench.clock.at().event);
  text += bench.clock.playing() ? ", playing" : ", paused";
  text += ", speed " + std::to_string(bench.clock.speed());
  text += ", view " + std::to_string(bench.view.view().from_ns) + " to " +
          std::to_string(bench.view.view().to_ns);
  text += ", markers " + std::to_string(bench.markers.size());
  text += ", scale " + std::to_string(bench.screen.text_scale);
  text += bench.screen.help_open ? ", help" : "";
  text += bench.screen.presenter ? ", presenter" : "";
  text += bench.waiting() ? ", waiting" : "";
  text += ", notice " + bench.screen.notice;
  return text + ", tab " + std::to_string(static_cast<int>(bench.screen.tab));
}

struct key_of {
  const char* name;
  key_press key;
};

/// The list in the window's help; Esc is apart, for it is the one that leaves a text field.
std::vector<key_of> all_keys() {
  return {{"Space", letter(U' ')},
          {",", letter(U',')},
          {".", letter(U'.')},
          {"Left", named(special_key::left)},
          {"Right", named(special_key::right)},
          {"Shift+Left", named(special_key::left, true)},
          {"Shift+Right", named(special_key::right, true)},
          {"Up", named(special_key::up)},
          {"Down", named(special_key::down)},
          {"T", letter(U't')},
          {"O", letter(U'o')},
          {"Home", named(special_key::home)},
          {"End", named(special_key::end)},
          {"A", letter(U'a')},
          {"D", letter(U'd')},
          {"W", letter(U'w')},
          {"S", letter(U's')},
          {"F", letter(U'f')},
          {"1", letter(U'1')},
          {"2", letter(U'2')},
          {"4", letter(U'4')},
          {"5", letter(U'5')},
          {"N", letter(U'n')},
          {"P", letter(U'p')},
          {"M", letter(U'm')},
          {"R", letter(U'r')},
          {"/", letter(U'/')},
          {"?", letter(U'?')},
          {"F5", named(special_key::f5)},
          {"Ctrl+Z", letter(U'z', true)},
          {"Ctrl+C", letter(U'c', true)},
          {"Ctrl +", letter(U'+', true)},
          {"Ctrl -", letter(U'-', true)},
          {"Ctrl 0", letter(U'0', true)}};
}

/// In the middle of a run, zoomed twice, with larger type: so that every key has something to do.
live_bench in_the_middle() {
  live_bench live;
  live.bench->clock.go_to(live.bench->shown()->trace(), 1500 * ms);
  live.bench->perform(action::zoom_in);
  live.bench->perform(action::zoom_in);
  live.bench->perform(action::scale_up);
  return live;
}

} // namespace

TEST_CASE("every key of the list changes something") {
  for (const key_of& each : all_keys()) {
    live_bench live = in_the_middle();
    null_window window;
    window.settle(*live.bench);
    const std::string before = state_of(*live.bench);
    window.key(*live.bench, each.key);
    CAPTURE(each.name);
    CHECK(state_of(*live.bench) != before);
  }
}

TEST_CASE("none of the keys does anything while a text field has the caret") {
  const auto field = GENERATE(as<std::string>{}, "filter", "knob", "seed");
  live_bench live = in_the_middle();
  null_window window;
  window.settle(*live.bench);
  if (field == "filter") {
    window.key(*live.bench, U'/');
  } else {
    window.click(*live.bench, field == "knob" ? "timeout value" : "seed value");
  }
  window.settle(*live.bench);
  REQUIRE(ImGui::GetIO().WantTextInput);
  const std::string before = state_of(*live.bench);
  for (const key_of& each : all_keys()) {
    window.key(*live.bench, each.key);
    CAPTURE(field, each.name);
    CHECK(state_of(*live.bench) == before);
  }
}

TEST_CASE("a key that finds no further change of state says so, and the word goes away by itself") {
  live_bench live;
  null_window window;
  live.bench->clock.to_end(live.bench->shown()->trace());
  window.key(*live.bench, U'n');
  window.frame(*live.bench);
  REQUIRE(window.places.find("notice") != nullptr);
  CHECK(window.with.next_frame_in < 10);
  ImGui::GetIO().DeltaTime = 10;
  window.frame(*live.bench);
  window.frame(*live.bench);
  CHECK(window.places.find("notice") == nullptr);
  CHECK(window.places.find("caption") != nullptr);
}
