#include "tests/watch/watch_support.hpp"
#include "watch/screen.hpp"

#include <algorithm>

using namespace weir::grader;
using namespace weir::grader::watch;

namespace {

const text_style plain{false, true};

/// The screen as one text, a line each, blanks at line ends taken off.
std::string shown(const watch_machine& machine, const text_style& style = plain) {
  std::string text;
  for (auto line : render(machine.state(), style)) {
    while (!line.empty() && line.back() == ' ') {
      line.pop_back();
    }
    text += line + "\n";
  }
  return text;
}

watch_machine opened(screen_size size,
                     std::vector<watched_exercise> exercises = three_exercises()) {
  watch_machine machine{std::move(exercises), 1};
  machine.on(resized{size});
  machine.on(started{});
  return machine;
}

run_outcome long_report() {
  auto outcome = failing();
  std::string text = "Deadlock: push waits while the queue holds `capacity` items.\n";
  for (int line = 1; line <= 30; ++line) {
    text += "  " + std::to_string(line) + " ms  producer waits\n";
  }
  outcome.report = saying(text);
  return outcome;
}

} // namespace

TEST_CASE("the first screen names the exercise, the file and what to do", "[watch]") {
  CHECK(shown(opened({72, 14})) ==
        R"(1.2 What to lose                                      ████░░░░░░░░░░ 1/3
workspace/01-back-pressure/overflow/overflow.cpp              - checking
────────────────────────────────────────────────────────────────────────
Give the queue a bound, and make its producers wait.

Edit overflow.cpp. Every save is checked.
b opens the brief, o the editor, h gives a hint.





────────────────────────────────────────────────────────────────────────
h hint  b brief  o editor  n next  l list  r run  ? keys  q quit
)");
}

TEST_CASE("forty columns are enough", "[watch]") {
  auto machine = opened({40, 10});
  machine.on(verdict_arrived{1, failing()});
  CHECK(shown(machine) == R"(1.2 What to lose            ██░░░░░░ 1/3
…/overflow/overflow.cpp       ✗ deadlock
Deadlock: push waits while the queue
holds `capacity` items.





h hint  b brief  ? keys  q quit
)");
}

TEST_CASE("a few lines show the verdict and the top of its report", "[watch]") {
  auto machine = opened({30, 5});
  machine.on(verdict_arrived{1, failing()});
  CHECK(shown(machine) == R"(1.2 What to lose    ✗ deadlock
Deadlock: push waits while the
queue holds `capacity` items.

h hint  ? keys  q quit
)");
}

TEST_CASE("a single line shows the verdict", "[watch]") {
  auto machine = opened({12, 1});
  machine.on(verdict_arrived{1, failing()});
  CHECK(shown(machine) == "✗ deadlock\n");
}

TEST_CASE("a long report says which part of it is shown", "[watch]") {
  auto machine = opened({60, 14});
  machine.on(verdict_arrived{1, long_report()});
  machine.on(key_pressed{key::of('j')});
  CHECK(shown(machine) == R"(1.2 What to lose                            ████░░░░░░░░ 1/3
workspace/01-back-pressure/overflow/overflow.cpp  ✗ deadlock
────────────────────────────────── 2-10 of 31, j k scroll ──
  1 ms  producer waits
  2 ms  producer waits
  3 ms  producer waits
  4 ms  producer waits
  5 ms  producer waits
  6 ms  producer waits
  7 ms  producer waits
  8 ms  producer waits
  9 ms  producer waits
────────────────────────────────────────────────────────────
h hint  b brief  o editor  n next  l list  ? keys  q quit
)");
  machine.on(key_pressed{key{key_name::end}});
  CHECK(shown(machine).find("  30 ms  producer waits\n────") != std::string::npos);
}

TEST_CASE("a pass offers the next pending exercise and says that the search goes on", "[watch]") {
  auto machine = opened({64, 8});
  machine.on(verdict_arrived{1, passing()});
  CHECK(shown(machine) == R"(1.2 What to lose                                ████████░░░░ 2/3
…/overflow/overflow.cpp               ✓ passed, searching deeper
Passed: 6 of 6 points, 3,072 schedules.



n goes on to 1.3 Ask before you send
n next  s solution  l list  v see it run  ? keys  q quit
)");
}

TEST_CASE("a pass offers no solution where there is none", "[watch]") {
  auto exercises = three_exercises();
  exercises[1].has_solution = false;
  auto machine = opened({64, 8}, exercises);
  machine.on(verdict_arrived{1, passing()});
  CHECK(shown(machine).find("\nn next  l list  v see it run  ") != std::string::npos);
}

TEST_CASE("a report is laid out for the width it is shown in", "[watch]") {
  auto machine = opened({60, 14});
  auto outcome = failing();
  outcome.report = [](std::size_t width) {
    return "for " + std::to_string(width) + " columns\n";
  };
  machine.on(verdict_arrived{1, outcome});
  CHECK(shown(machine).find("for 60 columns\n") != std::string::npos);
  machine.on(resized{{40, 14}});
  CHECK(shown(machine).find("for 40 columns\n") != std::string::npos);
}

TEST_CASE("what only a deeper search found says so", "[watch]") {
  auto machine = opened({64, 8});
  machine.on(verdict_arrived{1, passing()});
  machine.on(deep_finished{1, failing()});
  CHECK(shown(machine).find("The quick check passed, but a deeper search found this:\n") !=
        std::string::npos);
}

TEST_CASE("the list marks what has passed and where the cursor is", "[watch]") {
  auto machine = opened({50, 8});
  machine.on(key_pressed{key::of('l')});
  machine.on(key_pressed{key::of('j')});
  CHECK(shown(machine) == R"(1.2 What to lose                    ███░░░░░░░ 1/3
…/overflow/overflow.cpp                 - checking
  ✓ 1.1  bounded-queue  A queue that says wait
  · 1.2  overflow       What to lose
▸ · 1.3  demand         Ask before you send


j k move  Enter open  c check all  l back  ? keys
)");
}

TEST_CASE("a long list keeps the cursor in sight", "[watch]") {
  std::vector<watched_exercise> many(60, three_exercises()[0]);
  for (std::size_t index = 0; index < many.size(); ++index) {
    many[index].id = "exercise-" + std::to_string(index);
  }
  watch_machine machine{many, 0};
  machine.on(resized{{50, 10}});
  machine.on(started{});
  machine.on(key_pressed{key::of('l')});
  for (int step = 0; step < 60; ++step) {
    const auto cursor = "▸ ✓ 1.1  exercise-" + std::to_string(machine.state().cursor);
    REQUIRE(shown(machine).find(cursor) != std::string::npos);
    machine.on(key_pressed{key::of('j')});
  }
}

TEST_CASE(
    "a question takes as many lines as it needs, and keeps its answer in sight when there are few",
    "[watch]") {
  auto machine = opened({40, 10});
  machine.on(key_pressed{key::of('x')});
  CHECK(shown(machine).find(
            "Put the starter of overflow back? Your\nversion is kept as a dated backup. y/N\n") !=
        std::string::npos);
  CHECK(shown(machine).find("\ny yes  any other key no\n") != std::string::npos);
  machine.on(resized{{40, 4}});
  CHECK(shown(machine).find("Put the starter back? y/N\n") != std::string::npos);
}

TEST_CASE("a missing file is named, with the way back", "[watch]") {
  auto machine = opened({60, 10});
  machine.on(file_missing{});
  const auto text = shown(machine);
  CHECK(text.find("overflow.cpp is not there any more.\n") != std::string::npos);
  CHECK(text.find("x puts the starter back.") != std::string::npos);
  CHECK(text.find("file is gone") != std::string::npos);
}

TEST_CASE("hints are shown up to the newest", "[watch]") {
  auto machine = opened({60, 14});
  machine.on(key_pressed{key::of('h')});
  machine.on(key_pressed{key::of('h')});
  const auto text = shown(machine);
  CHECK(text.find("Hint 1 of 3\nWhat should push do when the queue is full?\n") !=
        std::string::npos);
  CHECK(text.find("Hint 2 of 3\n") != std::string::npos);
  CHECK(text.find("Hint 3 of 3\n") == std::string::npos);
  CHECK(text.find("h goes one step further.") != std::string::npos);
}

TEST_CASE("the wheel turns and the seconds count while something runs", "[watch]") {
  auto machine = opened({60, 8});
  machine.on(ticked{});
  CHECK(shown(machine).find("\\ checking\n") != std::string::npos);
  for (int tick = 1; tick < 25; ++tick) {
    machine.on(ticked{});
  }
  CHECK(shown(machine).find("checking, 2 s\n") != std::string::npos);
  machine.on(key_pressed{key::of('c')});
  CHECK(shown(machine).find("checking 1/3\n") != std::string::npos);
}

TEST_CASE("colour is an addition: without it nothing but the escape sequences is missing",
          "[watch]") {
  auto machine = opened({60, 14});
  machine.on(verdict_arrived{1, failing()});
  auto coloured = shown(machine, {true, true});
  CHECK(coloured.find("\x1b[31m✗ deadlock\x1b[0m") != std::string::npos);
  CHECK(shown(machine).find('\x1b') == std::string::npos);
}

TEST_CASE("a terminal without UTF-8 gets ASCII", "[watch]") {
  auto machine = opened({60, 14});
  machine.on(verdict_arrived{1, failing()});
  const auto text = shown(machine, {false, false});
  CHECK(std::all_of(text.begin(), text.end(),
                    [](char each) { return static_cast<unsigned char>(each) < 0x80; }));
  CHECK(text.find("####........ 1/3") != std::string::npos);
}

TEST_CASE("any size is filled exactly, in every view", "[watch]") {
  for (std::size_t width = 1; width < 90; width += 5) {
    for (std::size_t height = 1; height < 30; height += 3) {
      auto machine = opened({width, height});
      machine.on(verdict_arrived{1, long_report()});
      for (const char32_t page : {U' ', U'h', U'l', U'?', U'x'}) {
        machine.on(key_pressed{key::of(page)});
        const auto lines = render(machine.state(), {true, true});
        REQUIRE(lines.size() == height);
        for (const auto& line : lines) {
          REQUIRE(display_width(line) <= width);
        }
      }
    }
  }
}

TEST_CASE("what a run waits for stands where its state stands", "[watch]") {
  auto machine = opened({80, 14});
  machine.on(run_waits{1, "overflow's tests are being built: 12 s left"});
  CHECK(shown(machine).find("- overflow's tests are being built: 12 s left") != std::string::npos);
}
