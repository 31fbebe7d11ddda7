#include "null_window.hpp"
#include "stages.hpp"
#include "testing/catch.hpp"

#include <algorithm>

using namespace weir::viz;
using namespace weir::viz::test;

namespace {

std::unique_ptr<workbench> staged(const std::string& name) {
  const auto all = all_stages();
  return std::ranges::find(all, name, &stage::name)->set();
}

bool told(const null_window& window, std::string_view text) {
  return std::ranges::any_of(window.places.labels(), [&](const locator::label& each) {
    return each.text.find(text) != std::string::npos;
  });
}

bool in_view(const locator::widget& what) {
  return what.where.min.y >= what.clip.min.y && what.where.max.y <= what.clip.max.y;
}

} // namespace

TEST_CASE("under a compiler's messages the flow of the last good run stays in view") {
  for (const char* name : {"banner: compile error", "banner: long title and text"}) {
    auto bench = staged(name);
    null_window window;
    window.settle(*bench);
    CAPTURE(name);
    CHECK(told(window, "Flow"));
    CHECK(told(window, "Breaker"));
    CHECK(window.places.find("Flow tab") == nullptr);
  }
}

TEST_CASE("a notice takes the caption's room: nothing below it moves") {
  live_bench live;
  null_window window;
  window.settle(*live.bench);
  const float before = window.find("arrival-rate slider").where.min.y;
  live.bench->perform(action::copy_command);
  window.settle(*live.bench);
  CHECK(window.places.find("notice") != nullptr);
  CHECK(window.find("arrival-rate slider").where.min.y == before);
}

TEST_CASE("a run that takes its time is announced, one that does not is not") {
  auto bench = staged("header: the next run goes");
  null_window window;
  window.settle(*bench);
  CHECK_FALSE(told(window, "on its way"));
  CHECK(window.with.next_frame_in < 1);
  ImGui::GetIO().DeltaTime = 1;
  window.frame(*bench);
  CHECK(told(window, "on its way"));
}

TEST_CASE("without a run the transport bar says so instead of a time") {
  auto bench = staged("header: waiting for the scene");
  null_window window;
  window.settle(*bench);
  CHECK(told(window, "no run yet"));
  CHECK_FALSE(window.find("Rerun").enabled);
  CHECK_FALSE(window.find("Play or pause").enabled);
  bench->rerun();
  CHECK_FALSE(bench->waiting()); // there is nothing that could run
}

TEST_CASE("the strip keeps still while the time grows longer") {
  trace_builder b;
  b.at(ms).note("begins").at(150 * s).note("ends");
  auto bench = recorded_bench(b.done());
  null_window window;
  bench->clock.to_start();
  window.settle(*bench);
  const float left = window.find("scrubber").where.min.x;
  bench->clock.to_end(bench->shown()->trace());
  window.settle(*bench);
  CHECK(window.find("scrubber").where.min.x == left);
}

TEST_CASE("the knob that an advice points at comes into view") {
  auto bench = staged("knobs: eighteen");
  null_window window;
  window.settle(*bench);
  CHECK_FALSE(in_view(window.find("limit-17")));
  bench->screen.highlighted_knob = "limit-17";
  bench->screen.scroll_to_knob = true;
  window.settle(*bench);
  CHECK(in_view(window.find("limit-17")));
}

TEST_CASE("a choice that is too long for the panel can be read in its tooltip") {
  auto bench = staged("knobs: long names and values");
  null_window window;
  window.settle(*bench);
  const std::string choice = "it waits until one of the connections is free again";
  CHECK(
      window.find("what-becomes-of-one-too-many-request = " + choice).tooltip.starts_with(choice));
}

TEST_CASE("knobs and goal share the side by what they need, and keep still under a hand") {
  live_bench live;
  null_window window;
  window.settle(*live.bench);
  const float few = window.with.side.goal_given;
  auto many = staged("knobs: eighteen");
  window.settle(*many);
  CHECK(window.with.side.goal_given < few);
  window.settle(*live.bench);
  window.move_to(*live.bench, {2, 2});
  ImGui::GetIO().MouseDown[0] = true;
  window.frame(*live.bench);
  window.settle(*many);
  CHECK(window.with.side.goal_given == few);
  window.release(*many);
  window.settle(*many);
  CHECK(window.with.side.goal_given < few);
}

TEST_CASE("a goal says what the run reached, and one that cannot be judged is not missed") {
  null_window window{{1920, 1080}};
  auto missed = staged("goal: some missed, one not judged");
  window.settle(*missed);
  CHECK(window.find("goal: at most 10 requests time out").tooltip == "missed: 60 timed out");
  CHECK(window.find("goal: every price is fresh").tooltip ==
        "not judged: no gauge is called 'age'");
  auto met = staged("goal: all met");
  window.settle(*met);
  CHECK(window.find("goal: lose nothing at twice the load").tooltip == "met: 0 of 4,650 lost");
  auto none = staged("goal: none, nothing stands out");
  window.settle(*none);
  CHECK(told(window, "sets no goal"));
  CHECK(told(window, "Nothing stands out"));
}

TEST_CASE("a broken promise has a button that leads to its moment") {
  auto bench = staged("goal: broken promises");
  bench->clock.to_start();
  null_window window;
  window.settle(*bench);
  window.click(*bench, "go to promise 1");
  CHECK(bench->clock.at().event == 2);
}

TEST_CASE("the flow says in words what it has no picture for") {
  null_window window;

  struct expected {
    const char* stage;
    const char* text;
  };

  for (const expected& each : {expected{"flow: no run yet", "No run yet"},
                               expected{"flow: nothing that flows", "No items to follow"},
                               expected{"flow: only outcomes", "names no places"},
                               expected{"flow: a pile without bound", "+ 12,281 more"},
                               expected{"flow: over its capacity", "13 of 8  over"},
                               expected{"flow: one slot, full", "1 of 1  full"},
                               expected{"flow: a capacity of a million", "12,000 of 1 M"}}) {
    auto bench = staged(each.stage);
    window.settle(*bench);
    CAPTURE(each.stage, each.text);
    CHECK(told(window, each.text));
  }
}

TEST_CASE("in a lecture with large type nothing of the breaker is cut off") {
  auto bench = staged("presenter: with a breaker");
  null_window window{{1280, 720}, 1.5F * 1.3F};
  window.settle(*bench);
  CHECK(window.places.complaints().empty());
}
