#include "tests/watch/watch_support.hpp"

#include <algorithm>

using namespace weir::grader;
using namespace weir::grader::watch;

namespace {

/// A machine that has opened "overflow" (pending, between a passed one and a pending one).
class opened {
public:
  explicit opened(bool manual = false) : machine{three_exercises(), 1, manual} {
    first = machine.on(started{});
  }

  actions on(const event& happened) { return machine.on(happened); }

  actions press(char32_t character) { return machine.on(key_pressed{key::of(character)}); }

  actions press(key_name name) { return machine.on(key_pressed{key{name}}); }

  const watch_state& state() const { return machine.state(); }

  watch_machine machine;
  actions first;
};

std::vector<std::string> written(const actions& all) {
  std::vector<std::string> texts;
  for (const auto& each : all) {
    texts.push_back(to_string(each));
  }
  return texts;
}

using texts = std::vector<std::string>;

} // namespace

TEST_CASE("the loop opens on its exercise, watches it and judges it", "[watch]") {
  opened loop;
  CHECK(loop.first == actions{record_current{"overflow"}, watch_file{"overflow"},
                              start_run{"overflow", 1}, draw{}});
}

TEST_CASE("actions print as what they are", "[watch]") {
  opened loop;
  CHECK(written(loop.first) == texts{"record_current(overflow)", "watch_file(overflow)",
                                     "start_run(overflow, 1)", "draw"});
}

TEST_CASE("a save during a run cancels it and starts the next", "[watch]") {
  opened loop;
  CHECK(loop.on(file_changed{}) == actions{cancel_run{1}, start_run{"overflow", 2}, draw{}});
}

TEST_CASE("a save while nothing runs just starts a run", "[watch]") {
  opened loop;
  loop.on(verdict_arrived{1, failing()});
  CHECK(loop.on(file_changed{}) == actions{start_run{"overflow", 2}, draw{}});
}

TEST_CASE("a verdict of an older run changes nothing", "[watch]") {
  opened loop;
  loop.on(file_changed{});
  CHECK(loop.on(verdict_arrived{1, passing()}).empty());
  CHECK_FALSE(loop.state().outcome.has_value());
  CHECK_FALSE(loop.state().exercise().passed);
  CHECK(loop.on(run_broke{1, "no compiler"}).empty());
}

TEST_CASE("a verdict is not taken twice", "[watch]") {
  opened loop;
  loop.on(verdict_arrived{1, failing()});
  CHECK(loop.on(verdict_arrived{1, passing()}).empty());
  CHECK_FALSE(loop.state().outcome->passed);
}

TEST_CASE("a failing verdict is recorded and shown, and nothing deeper is searched", "[watch]") {
  opened loop;
  CHECK(loop.on(verdict_arrived{1, failing()}) ==
        actions{record_result{"overflow", false, "deadlock", 2}, draw{}});
  CHECK(loop.state().outcome == failing());
}

TEST_CASE("after a pass the search goes on in the background", "[watch]") {
  opened loop;
  CHECK(loop.on(verdict_arrived{1, passing()}) ==
        actions{record_result{"overflow", true, "passed", 6}, start_deep{"overflow", 1}, draw{}});
}

TEST_CASE("a deeper search that finds nothing says nothing", "[watch]") {
  opened loop;
  loop.on(verdict_arrived{1, passing()});
  CHECK(loop.on(deep_finished{1, passing()}) == actions{draw{}});
  CHECK(loop.state().notice.empty());
  CHECK(loop.state().outcome == passing());
}

TEST_CASE("a deeper search that finds something takes the pass back", "[watch]") {
  opened loop;
  loop.on(verdict_arrived{1, passing()});
  CHECK(loop.on(deep_finished{1, failing()}) ==
        actions{record_result{"overflow", false, "deadlock", 2}, draw{}});
  CHECK(loop.state().outcome == failing());
  CHECK(loop.state().outcome_is_deep);
  CHECK_FALSE(loop.state().exercise().passed);
  CHECK(loop.state().exercise().passed_once);
}

TEST_CASE("what a deeper search finds after the reader moved on is a notice", "[watch]") {
  opened loop;
  loop.on(verdict_arrived{1, passing()});
  loop.press('n');
  REQUIRE(loop.state().exercise().id == "demand");
  loop.on(deep_finished{1, failing()});
  CHECK(loop.state().notice == "A deeper search broke overflow: deadlock in push-waits");
  CHECK_FALSE(loop.state().outcome.has_value());
  CHECK_FALSE(loop.state().exercises[1].passed);
}

TEST_CASE("a save cancels the deeper search of the same file", "[watch]") {
  opened loop;
  loop.on(verdict_arrived{1, passing()});
  CHECK(loop.on(file_changed{}) == actions{cancel_deep{1}, start_run{"overflow", 2}, draw{}});
  CHECK(loop.on(deep_finished{1, failing()}).empty());
}

TEST_CASE("a save of another exercise leaves the deeper search alone", "[watch]") {
  opened loop;
  loop.on(verdict_arrived{1, passing()});
  loop.press('n');
  loop.on(verdict_arrived{2, failing()});
  CHECK(loop.on(file_changed{}) == actions{start_run{"demand", 3}, draw{}});
}

TEST_CASE("the next pass replaces the deeper search", "[watch]") {
  opened loop;
  loop.on(verdict_arrived{1, passing()});
  loop.press('n');
  CHECK(loop.on(verdict_arrived{2, passing()}) ==
        actions{record_result{"demand", true, "passed", 6}, cancel_deep{1}, start_deep{"demand", 2},
                draw{}});
}

TEST_CASE("n goes to the next exercise before a pass, to the next pending one after it",
          "[watch]") {
  opened loop;
  CHECK(loop.press('n') == actions{cancel_run{1}, record_current{"demand"}, watch_file{"demand"},
                                   start_run{"demand", 2}, draw{}});
  loop.on(verdict_arrived{2, passing()});
  loop.press('n'); // bounded-queue has passed, so round to overflow
  CHECK(loop.state().exercise().id == "overflow");
}

TEST_CASE("n at the end says so and stays", "[watch]") {
  opened loop;
  loop.press('n');
  CHECK(loop.press('n') == actions{draw{}});
  CHECK(loop.state().exercise().id == "demand");
  CHECK(loop.state().notice == "This is the last exercise; l lists them all.");
}

TEST_CASE("n after the last pass congratulates instead of moving", "[watch]") {
  opened loop;
  loop.on(verdict_arrived{1, passing()});
  loop.press('n');
  loop.on(verdict_arrived{2, passing()});
  CHECK(loop.press('n') == actions{draw{}});
  CHECK(loop.state().notice == "Every exercise has passed; l lists them all.");
}

TEST_CASE("p goes back, and at the first says so", "[watch]") {
  opened loop;
  loop.press('p');
  CHECK(loop.state().exercise().id == "bounded-queue");
  CHECK(loop.press('p') == actions{draw{}});
  CHECK(loop.state().notice == "This is the first exercise; l lists them all.");
}

TEST_CASE("r judges again, and cancels what runs", "[watch]") {
  opened loop;
  CHECK(loop.press('r') == actions{cancel_run{1}, start_run{"overflow", 2}, draw{}});
}

TEST_CASE("by hand, only r starts a run", "[watch]") {
  opened loop{true};
  CHECK(loop.first == actions{record_current{"overflow"}, watch_file{"overflow"}, draw{}});
  CHECK(loop.press('r') == actions{start_run{"overflow", 1}, draw{}});
}

TEST_CASE("h goes one step further each time, and remembers how far", "[watch]") {
  opened loop;
  CHECK(loop.press('h') == actions{record_hints{"overflow", 1}, draw{}});
  CHECK(loop.press('h') == actions{record_hints{"overflow", 2}, draw{}});
  CHECK(loop.press('h') == actions{record_hints{"overflow", 3}, draw{}});
  CHECK(loop.press('h') == actions{draw{}});
  CHECK(loop.state().notice == "These are all the hints.");
  CHECK(loop.state().hints_shown == 3);
}

TEST_CASE("hints of an earlier sitting are not gone through again", "[watch]") {
  auto exercises = three_exercises();
  exercises[1].hints_seen = 1;
  watch_machine machine{exercises, 1};
  machine.on(started{});
  CHECK(machine.on(key_pressed{key::of('h')}) == actions{record_hints{"overflow", 2}, draw{}});
}

TEST_CASE("x asks back, and only y resets", "[watch]") {
  opened loop;
  loop.on(verdict_arrived{1, failing()});
  CHECK(loop.press('x') == actions{draw{}});
  CHECK(loop.state().question == question_kind::reset);

  SECTION("y") {
    CHECK(loop.press('y') == actions{reset_file{"overflow"}, draw{}});
    CHECK(loop.on(reset_finished{"overflow", true, "Your version is in backups."}) ==
          actions{start_run{"overflow", 2}, draw{}});
    CHECK(loop.state().notice == "Your version is in backups.");
  }
  SECTION("Enter") {
    CHECK(loop.press(key_name::enter) == actions{draw{}});
  }
  SECTION("n does not even go to the next exercise") {
    CHECK(loop.press('n') == actions{draw{}});
  }
  SECTION("q does not quit") {
    CHECK(loop.press('q') == actions{draw{}});
  }
  CHECK(loop.state().question == question_kind::none);
  CHECK(loop.state().exercise().id == "overflow");
}

TEST_CASE("a save while a question waits is judged, and the question stays", "[watch]") {
  opened loop;
  loop.press('x');
  CHECK(loop.on(file_changed{}) == actions{cancel_run{1}, start_run{"overflow", 2}, draw{}});
  CHECK(loop.state().question == question_kind::reset);
}

TEST_CASE("a reset ends the run and the deeper search, and makes the exercise pending", "[watch]") {
  opened loop;
  loop.on(verdict_arrived{1, passing()});
  loop.press('r');
  loop.press('x');
  CHECK(loop.press('y') == actions{cancel_run{2}, cancel_deep{1}, reset_file{"overflow"}, draw{}});
  loop.on(reset_finished{"overflow", true, "Done."});
  CHECK_FALSE(loop.state().exercise().passed);
}

TEST_CASE("a reset that failed changes nothing but says why", "[watch]") {
  opened loop;
  loop.press('x');
  loop.press('y');
  CHECK(loop.on(reset_finished{"overflow", false, "The disk is full."}) == actions{draw{}});
  CHECK(loop.state().notice == "The disk is full.");
}

TEST_CASE("a deleted file ends the run and is said; its return is judged", "[watch]") {
  opened loop;
  CHECK(loop.on(file_missing{}) == actions{cancel_run{1}, draw{}});
  CHECK(loop.state().file_missing);
  CHECK(loop.on(file_changed{}) == actions{start_run{"overflow", 2}, draw{}});
  CHECK_FALSE(loop.state().file_missing);
}

TEST_CASE("a deleted file can be reset", "[watch]") {
  opened loop;
  loop.on(file_missing{});
  loop.press('x');
  CHECK(loop.press('y') == actions{reset_file{"overflow"}, draw{}});
  loop.on(reset_finished{"overflow", true, "The starter is back."});
  CHECK_FALSE(loop.state().file_missing);
}

TEST_CASE("a run that could not judge says why and leaves the progress alone", "[watch]") {
  opened loop;
  CHECK(loop.on(run_broke{1, "clang++-19 is not installed."}) == actions{draw{}});
  CHECK(loop.state().broken == "clang++-19 is not installed.");
  CHECK(loop.on(file_changed{}) == actions{start_run{"overflow", 2}, draw{}});
}

TEST_CASE("b opens the brief and closes it", "[watch]") {
  opened loop;
  CHECK(loop.press('b') == actions{load_page{page_kind::brief, "overflow"}, draw{}});
  loop.on(page_loaded{page_kind::brief, "overflow", "What to lose"});
  CHECK(loop.state().view == view_kind::brief);
  CHECK(loop.press('b') == actions{draw{}});
  CHECK(loop.state().view == view_kind::report);
}

TEST_CASE("a page that arrives after the reader moved on is not shown", "[watch]") {
  opened loop;
  loop.press('b');
  loop.press('n');
  CHECK(loop.on(page_loaded{page_kind::brief, "overflow", "What to lose"}).empty());
}

TEST_CASE("the solution opens after a pass only", "[watch]") {
  opened loop;
  CHECK(loop.press('s') == actions{draw{}});
  CHECK(loop.state().notice ==
        "The solution opens after a pass (or now, with `weir solution overflow --anyway`).");
  loop.on(verdict_arrived{1, passing()});
  CHECK(loop.press('s') == actions{load_page{page_kind::solution, "overflow"}, draw{}});
}

TEST_CASE("d opens the debrief, after a pass only", "[watch]") {
  auto exercises = three_exercises();
  exercises[1].has_debrief = true;
  watch_machine machine{exercises, 1, false};
  machine.on(started{});
  CHECK(machine.on(key_pressed{key::of('d')}) == actions{draw{}});
  CHECK(machine.state().notice ==
        "The debrief opens after a pass (or now, with `weir debrief overflow --anyway`).");
  machine.on(verdict_arrived{1, passing()});
  CHECK(machine.on(key_pressed{key::of('d')}) ==
        actions{load_page{page_kind::debrief, "overflow"}, draw{}});
  machine.on(page_loaded{page_kind::debrief, "overflow", "# After the fix"});
  CHECK(machine.state().view == view_kind::debrief);
}

TEST_CASE("n goes past a chapter whose door has passed on the fast track", "[watch]") {
  auto exercises = three_exercises();
  for (auto& each : exercises) {
    each.passed = false;
  }
  exercises[0].door = "bounded-queue";
  exercises[1].door = "bounded-queue";
  watch_machine machine{exercises, 0, false};
  machine.on(started{});
  machine.on(verdict_arrived{1, passing()});
  machine.on(key_pressed{key::of('n')});
  CHECK(machine.state().current == 2);
}

TEST_CASE("where there is no solution, s says so, before a pass and after", "[watch]") {
  auto exercises = three_exercises();
  exercises[1].has_solution = false;
  watch_machine machine{exercises, 1, false};
  machine.on(started{});
  for (const auto& verdict : {failing(), passing()}) {
    machine.on(verdict_arrived{machine.state().latest, verdict});
    CHECK(machine.on(key_pressed{key::of('s')}) == actions{draw{}});
    CHECK(machine.state().notice == "Hand-outs for readers come without solutions.");
    machine.on(file_changed{});
  }
}

TEST_CASE("c judges all; a save ends that and judges the file", "[watch]") {
  opened loop;
  CHECK(loop.press('c') == actions{cancel_run{1}, start_check{2}, draw{}});
  CHECK(loop.state().view == view_kind::list);
  CHECK(loop.on(exercise_checked{2, "bounded-queue", failing()}) ==
        actions{record_result{"bounded-queue", false, "deadlock", 2}, draw{}});
  CHECK_FALSE(loop.state().exercises[0].passed);
  CHECK(loop.on(file_changed{}) == actions{cancel_run{2}, start_run{"overflow", 3}, draw{}});
  CHECK(loop.on(exercise_checked{2, "demand", passing()}).empty());
  CHECK(loop.on(check_finished{2}).empty());
}

TEST_CASE("an exercise that cannot be judged does not stop the check, and keeps its standing",
          "[watch]") {
  opened loop;
  loop.press('c');
  CHECK(loop.on(exercise_broke{2, "bounded-queue", "The disk is full."}) == actions{draw{}});
  CHECK(loop.state().exercises[0].passed);
  CHECK(loop.state().exercises[0].checked == "not judged: The disk is full.");
  CHECK(loop.on(exercise_checked{2, "overflow", failing()}) ==
        actions{record_result{"overflow", false, "deadlock", 2}, draw{}});
  loop.on(file_changed{});
  CHECK(loop.on(exercise_broke{2, "demand", "Too late."}).empty());
}

TEST_CASE("a check that went through says how many pass", "[watch]") {
  opened loop;
  loop.press('c');
  for (const auto* id : {"bounded-queue", "overflow", "demand"}) {
    loop.on(exercise_checked{2, id, passing()});
  }
  loop.on(check_finished{2});
  CHECK(loop.state().notice == "All checked: 3 of 3 pass.");
  CHECK(loop.state().running == run_kind::none);
}

TEST_CASE("the list moves with j and k and opens with Enter", "[watch]") {
  opened loop;
  loop.press('l');
  loop.press('j');
  loop.press('j');
  CHECK(loop.state().cursor == 2);
  CHECK(loop.press(key_name::enter) == actions{cancel_run{1}, record_current{"demand"},
                                               watch_file{"demand"}, start_run{"demand", 2},
                                               draw{}});
}

TEST_CASE("o asks for the editor, v for the visualizer", "[watch]") {
  opened loop;
  CHECK(loop.press('o') == actions{open_editor{"overflow"}, draw{}});
  CHECK(loop.on(editor_finished{""}) == actions{redraw{}});
  CHECK(loop.press('v') == actions{open_visualizer{"overflow"}, draw{}});
}

TEST_CASE("v opens the failure on the screen, and the scene after a pass", "[watch]") {
  opened loop;
  auto failed = failing();
  failed.token = "w1:overflow/order/x:1:3";
  loop.on(verdict_arrived{1, failed});
  CHECK(loop.press('v') == actions{open_visualizer{"overflow", failed.token}, draw{}});
  loop.press('r');
  CHECK(loop.press('v') ==
        actions{open_visualizer{"overflow"}, draw{}}); // it may not be so any more
  loop.on(verdict_arrived{2, passing()});
  CHECK(loop.press('v') == actions{open_visualizer{"overflow"}, draw{}});
}

TEST_CASE("q closes a page first, then quits, and ends what runs", "[watch]") {
  opened loop;
  loop.press('?');
  CHECK(loop.press('q') == actions{draw{}});
  CHECK(loop.press('q') == actions{cancel_run{1}, quit{}});
}

TEST_CASE("a signal to stop ends everything, page or no page", "[watch]") {
  opened loop;
  loop.on(verdict_arrived{1, passing()});
  loop.press('r');
  loop.press('?');
  CHECK(loop.on(asked_to_stop{}) == actions{cancel_run{2}, cancel_deep{1}, quit{}});
}

TEST_CASE("a key without a meaning gets a short hint, which the next key takes away", "[watch]") {
  opened loop;
  loop.press('z');
  CHECK(loop.state().notice == "'z' does nothing here; ? shows the keys.");
  loop.press(key_name::other);
  CHECK(loop.state().notice == "That key does nothing here; ? shows the keys.");
  loop.press('l');
  CHECK(loop.state().notice.empty());
}

TEST_CASE("time is drawn while something runs, and only then", "[watch]") {
  opened loop;
  CHECK(loop.on(ticked{}) == actions{draw{}});
  loop.on(verdict_arrived{1, failing()});
  CHECK(loop.on(ticked{}).empty());
}

TEST_CASE("a long report scrolls to its end and no further, and a new verdict begins at its top",
          "[watch]") {
  opened loop;
  loop.on(resized{{80, 24}});
  auto outcome = failing();
  std::string text;
  for (int line = 0; line < 100; ++line) {
    text += "line\n";
  }
  outcome.report = saying(text);
  loop.on(verdict_arrived{1, outcome});
  loop.press('k');
  CHECK(loop.state().scroll == 0);
  loop.press(key_name::page_down);
  const auto page = loop.state().scroll;
  CHECK(page > 10);
  loop.press(key_name::end);
  const auto end = loop.state().scroll;
  loop.press('j');
  CHECK(loop.state().scroll == end);
  loop.on(resized{{80, 100}});
  CHECK(loop.state().scroll < end);
  loop.press('r');
  loop.on(verdict_arrived{2, outcome});
  CHECK(loop.state().scroll == 0);
}

TEST_CASE("a verdict that comes while a page is open does not close it, a save does", "[watch]") {
  opened loop;
  loop.press('l');
  loop.on(verdict_arrived{1, failing()});
  CHECK(loop.state().view == view_kind::list);
  loop.on(file_changed{});
  CHECK(loop.state().view == view_kind::report);
}

TEST_CASE("while a run waits for its tests to be built there is the brief to read", "[watch]") {
  opened loop;
  CHECK(loop.on(run_waits{1, "overflow's tests are being built: 12 s left"}) ==
        actions{load_page{page_kind::brief, "overflow"}, draw{}});
  loop.on(page_loaded{page_kind::brief, "overflow", "# What to lose"});
  CHECK(loop.state().view == view_kind::brief);
  CHECK(loop.state().waiting == "overflow's tests are being built: 12 s left");
  CHECK(loop.on(run_waits{1, "overflow's tests are being built: 11 s left"}) == actions{draw{}});
  CHECK(loop.state().waiting == "overflow's tests are being built: 11 s left");
}

TEST_CASE("the verdict takes the place of the brief that bridged the time", "[watch]") {
  opened loop;
  loop.on(run_waits{1, "overflow's tests are being built: 12 s left"});
  loop.on(page_loaded{page_kind::brief, "overflow", "# What to lose"});
  loop.on(verdict_arrived{1, failing()});
  CHECK(loop.state().view == view_kind::report);
  CHECK(loop.state().waiting.empty());
}

TEST_CASE("a reader in the midst of the brief is told of the verdict, and stays", "[watch]") {
  opened loop;
  loop.on(resized{{80, 12}});
  loop.on(run_waits{1, "overflow's tests are being built: 12 s left"});
  std::string text;
  for (int line = 0; line < 100; ++line) {
    text += "A line of the brief.\n\n";
  }
  loop.on(page_loaded{page_kind::brief, "overflow", text});
  loop.press(U'j');
  REQUIRE(loop.state().scroll > 0);
  loop.on(verdict_arrived{1, failing()});
  CHECK(loop.state().view == view_kind::brief);
  CHECK(loop.state().notice == "The verdict is there; Esc shows it.");
}

TEST_CASE("a brief that the reader opened is not closed by the verdict", "[watch]") {
  opened loop;
  loop.on(page_loaded{page_kind::brief, "overflow", "# What to lose"});
  loop.on(run_waits{1, "overflow's tests are being built: 12 s left"});
  loop.on(verdict_arrived{1, failing()});
  CHECK(loop.state().view == view_kind::brief);
}

TEST_CASE("a run that is over waits for nothing any more", "[watch]") {
  opened loop;
  loop.on(run_waits{1, "overflow's tests are being built: 12 s left"});
  loop.on(run_broke{1, "the disk is full"});
  CHECK(loop.state().waiting.empty());
  CHECK(loop.on(run_waits{1, "overflow's tests are being built: 11 s left"}) == actions{});
}

TEST_CASE("a check of all says what it waits for, and opens nothing", "[watch]") {
  opened loop;
  loop.on(verdict_arrived{1, failing()});
  loop.press(U'c');
  const auto run = loop.state().latest;
  CHECK(loop.on(run_waits{run, "demand's tests are being built: 3 s left"}) == actions{draw{}});
  CHECK(loop.state().waiting == "demand's tests are being built: 3 s left");
  loop.on(exercise_checked{run, "bounded-queue", passing()});
  CHECK(loop.state().waiting.empty());
}
