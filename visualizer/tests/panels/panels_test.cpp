#include "null_window.hpp"
#include "testing/catch.hpp"

#include <algorithm>
#include <cmath>

using namespace weir::viz;
using namespace weir::viz::test;

namespace {

void check_tidy(const null_window& window) {
  std::string found;
  for (const std::string& each : window.places.complaints()) {
    found += each + '\n';
  }
  INFO(found);
  CHECK(found.empty());
}

bool of_the_tree(action what) {
  return what == action::previous_task || what == action::next_task || what == action::fold ||
         what == action::orphans;
}

} // namespace

TEST_CASE("every action has a visible button with its key in the tooltip, whatever tab is open") {
  live_bench live;
  null_window window;
  for (const tab which : {tab::charts, tab::lanes, tab::events, tab::compare, tab::sweep}) {
    live.bench->screen.tab = which;
    window.settle(*live.bench);
    for (const action_info& each : all_actions()) {
      if (of_the_tree(each.what)) { // beside the tree
        continue;
      }
      CAPTURE(std::string{each.name}, static_cast<int>(which));
      const auto* found = window.places.find(each.name);
      REQUIRE(found != nullptr);
      CHECK(found->tooltip.find(each.keys) != std::string::npos);
      CHECK(found->where.max.x <= 1280);
      CHECK(found->where.max.y <= 720);
    }
  }
}

TEST_CASE("the buttons of time move the cursor") {
  live_bench live;
  null_window window;
  window.settle(*live.bench);
  window.click(*live.bench, "To the start");
  CHECK(live.bench->clock.at().t_ns == 0);
  window.click(*live.bench, "Forward 1 s");
  CHECK(live.bench->clock.at().t_ns == 1 * s);
  window.click(*live.bench, "Back 0.1 s");
  CHECK(live.bench->clock.at().t_ns == 900 * ms);
  const auto event = live.bench->clock.at().event;
  window.click(*live.bench, "Next event");
  CHECK(live.bench->clock.at().event > event);
  window.click(*live.bench, "Previous event");
  CHECK(live.bench->clock.at().event == event);
  window.click(*live.bench, "Play or pause");
  CHECK(live.bench->clock.playing());
  window.click(*live.bench, "Speed 16x");
  CHECK(live.bench->clock.speed() == 16);
}

TEST_CASE("the transition buttons stop at each state of the breaker") {
  live_bench live;
  null_window window;
  window.settle(*live.bench);
  window.click(*live.bench, "To the start");
  std::vector<nanos> stops;
  for (int i = 0; i < 3; ++i) {
    window.click(*live.bench, "Next transition");
    stops.push_back(live.bench->clock.at().t_ns);
  }
  CHECK(stops[0] < stops[1]);
  CHECK(stops[1] < stops[2]);
  window.click(*live.bench, "Previous transition");
  CHECK(live.bench->clock.at().t_ns == stops[1]);
}

TEST_CASE("zoom, pan, fit and undo have buttons that work") {
  live_bench live;
  null_window window;
  window.settle(*live.bench);
  const auto whole = live.bench->view.view();
  window.click(*live.bench, "Zoom in");
  const auto zoomed = live.bench->view.view();
  CHECK(zoomed.length() < whole.length());
  window.click(*live.bench, "Pan left");
  CHECK(live.bench->view.view().from_ns < zoomed.from_ns);
  window.click(*live.bench, "Undo zoom");
  CHECK(live.bench->view.view() == zoomed);
  window.click(*live.bench, "Fit");
  CHECK(live.bench->view.view() == whole);
}

TEST_CASE("a click and a drag on the charts scrub") {
  live_bench live;
  null_window window;
  window.settle(*live.bench);
  window.drag(*live.bench, "charts plot", 0.2F, 0.5F);
  const double share = static_cast<double>(live.bench->clock.at().t_ns) /
                       static_cast<double>(live.bench->view.whole().to_ns);
  CHECK(share == Approx(0.5).margin(0.01));
  window.drag(*live.bench, "scrubber", 0.5F, 0.25F);
  CHECK(static_cast<double>(live.bench->clock.at().t_ns) <
        0.3 * static_cast<double>(live.bench->view.whole().to_ns));
}

TEST_CASE("the wheel over the charts zooms at the mouse and the right button pans") {
  live_bench live;
  null_window window;
  window.settle(*live.bench);
  const auto whole = live.bench->view.view();
  const box plot = window.find("charts plot").where;
  window.move_to(*live.bench, plot.centre());
  ImGui::GetIO().MouseWheel = 4;
  window.frame(*live.bench);
  ImGui::GetIO().MouseWheel = 0;
  const auto zoomed = live.bench->view.view();
  CHECK(zoomed.length() < whole.length());
  ImGui::GetIO().MouseDown[1] = true;
  window.frame(*live.bench);
  window.move_to(*live.bench, {plot.centre().x + 100, plot.centre().y});
  ImGui::GetIO().MouseDown[1] = false;
  window.frame(*live.bench);
  CHECK(live.bench->view.view().from_ns < zoomed.from_ns);
}

TEST_CASE("dragging a knob asks for runs and shows the ghost") {
  live_bench live;
  null_window window;
  window.settle(*live.bench);
  run* before = live.bench->shown();
  window.drag(*live.bench, "arrival-rate slider", 0.7F, 0.9F);
  CHECK(live.source->asked.size() >= 2);
  CHECK(live.bench->scene().knobs[0].value > 100);
  live.answer();
  CHECK(live.bench->ghost() == before);
  window.settle(*live.bench);
  window.click(*live.bench, "reset arrival-rate");
  CHECK(live.bench->scene().knobs[0].value == 60);
}

TEST_CASE("a knob's value can be typed, and what makes no sense is explained") {
  live_bench live;
  null_window window;
  window.settle(*live.bench);
  window.click(*live.bench, "timeout value");
  window.settle(*live.bench);
  REQUIRE(ImGui::GetIO().WantTextInput);
  window.type(*live.bench, "1.5s");
  window.imgui_key(*live.bench, ImGuiKey_Enter);
  CHECK(live.bench->scene().knobs[1].value == 1.5e9);

  window.settle(*live.bench);
  window.click(*live.bench, "timeout value");
  window.settle(*live.bench);
  window.type(*live.bench, "soon");
  window.imgui_key(*live.bench, ImGuiKey_Enter);
  CHECK_FALSE(live.bench->screen.typing_error.empty());
  CHECK(live.bench->scene().knobs[1].value == 1.5e9);
}

TEST_CASE("choices and the seed are turned by buttons") {
  live_bench live;
  null_window window{{1280, 1000}};
  window.settle(*live.bench);
  window.click(*live.bench, "when-full = drop-newest");
  CHECK(live.bench->scene().knobs[3].value == 1);
  window.click(*live.bench, "next seed");
  CHECK(live.bench->scene().seed == 2);
  window.click(*live.bench, "reset all knobs");
  CHECK(live.bench->scene().knobs[3].value == 0);
}

TEST_CASE("no key does anything while a text field has the caret") {
  live_bench live;
  null_window window;
  window.settle(*live.bench);
  window.key(*live.bench, U'/');
  window.settle(*live.bench);
  REQUIRE(ImGui::GetIO().WantTextInput);
  const auto at = live.bench->clock.at();
  window.key(*live.bench, U',');
  window.key(*live.bench, U' ');
  window.key(*live.bench, U'm');
  CHECK(live.bench->clock.at() == at);
  CHECK_FALSE(live.bench->clock.playing());
  CHECK(live.bench->markers.empty());
}

TEST_CASE("the slash opens the filter, what is typed filters, and a click moves the cursor") {
  live_bench live;
  null_window window;
  window.settle(*live.bench);
  window.key(*live.bench, U'/');
  window.settle(*live.bench);
  CHECK(live.bench->screen.tab == tab::events);
  window.type(*live.bench, "opens");
  CHECK(live.bench->screen.filter.text == "opens");
  window.settle(*live.bench);
  const box list = window.find("events list").where;
  window.move_to(*live.bench, {list.min.x + 30, list.min.y + 34});
  window.press(*live.bench);
  window.release(*live.bench);
  const auto selected = live.bench->screen.selected_event;
  REQUIRE(selected);
  CHECK(live.bench->shown()->texts()(selected.value_or(0)).text.find("opens") != std::string::npos);
}

TEST_CASE("compare and sweep are started from their panels") {
  live_bench live;
  null_window window;
  window.settle(*live.bench);
  window.click(*live.bench, "Compare tab");
  window.settle(*live.bench);
  window.click(*live.bench, "compare with starter");
  live.answer();
  window.settle(*live.bench);
  CHECK(live.bench->other() != nullptr);
  CHECK(window.places.find("compare table") != nullptr);
  check_tidy(window);
  window.click(*live.bench, "Sweep tab");
  window.settle(*live.bench);
  window.click(*live.bench, "start sweep");
  CHECK(live.bench->sweep().running());
  live.answer();
  window.settle(*live.bench);
  CHECK_FALSE(live.bench->sweep().running());
  CHECK(window.places.find("sweep plot") != nullptr);
  check_tidy(window);
}

TEST_CASE("a click on a point of the sweep sets the knob to it") {
  live_bench live;
  null_window window;
  live.bench->screen.tab = tab::sweep;
  live.bench->start_sweep(5);
  live.answer();
  window.settle(*live.bench);
  const box plot = window.find("sweep plot").where;
  window.move_to(*live.bench, {plot.max.x - 12, plot.centre().y});
  window.press(*live.bench);
  window.release(*live.bench);
  CHECK(live.bench->scene().knobs[0].value == live.bench->sweep().result()->points.back().value);
  REQUIRE(live.source->asked.size() == 1);
  CHECK(live.source->asked[0].where == slot::main);
  live.answer();
  window.settle(*live.bench);
  CHECK(live.bench->ghost() != nullptr);
  check_tidy(window);
}

TEST_CASE("compare shows every gauge and state that both runs have, with their values") {
  live_bench live;
  null_window window{{1280, 900}};
  live.bench->screen.tab = tab::compare;
  live.bench->screen.second_tab = tab::compare;
  live.bench->compare_with(rival::solution);
  live.answer();
  live.bench->clock.go_to(live.bench->shown()->trace(), 1500 * ms);
  window.settle(*live.bench);
  const auto shown = [&](std::string_view text) {
    return std::ranges::any_of(window.places.labels(),
                               [&](const locator::label& each) { return each.text == text; });
  };
  CHECK(shown("queue depth"));
  CHECK(shown("in flight"));
  CHECK(shown("breaker"));
  CHECK(shown("open | open"));
  check_tidy(window);
}

TEST_CASE("the menu opens scenes of every chapter, starter and solution") {
  live_bench live;
  null_window window;
  window.settle(*live.bench);
  window.click(*live.bench, "Scenes");
  window.settle(*live.bench);
  CHECK(std::ranges::any_of(window.places.labels(), [](const locator::label& each) {
    return each.text == "Starter"; // as the commands call it
  }));
  window.click(*live.bench, "open queue starter");
  REQUIRE(live.source->opened.size() == 1);
  CHECK(live.source->opened[0] == std::pair<std::string, submission>{"queue", submission::starter});
  window.settle(*live.bench);
  window.click(*live.bench, "show solution");
  CHECK(live.bench->scene().code == submission::solution);
}

TEST_CASE("the list of keys opens, shows all, and closes") {
  live_bench live;
  null_window window;
  window.settle(*live.bench);
  window.key(*live.bench, U'?');
  window.settle(*live.bench);
  CHECK(window.places.find("close keys") != nullptr);
  window.click(*live.bench, "close keys");
  window.settle(*live.bench);
  CHECK(window.places.find("close keys") == nullptr);
}

TEST_CASE("goals say met or missed, in a word and not by colour alone") {
  live_bench live;
  null_window window{{1920, 1080}};
  window.settle(*live.bench);
  CHECK(window.find("goal: at most 10 requests time out").tooltip == "missed");
  live.bench->show_code(submission::solution);
  live.answer();
  window.settle(*live.bench);
  CHECK(window.find("goal: at most 10 requests time out").tooltip == "met");
}

TEST_CASE("a banner says what happened, opens its details and goes away") {
  live_bench live;
  null_window window;
  live.source->tell(banner{banner::kind::crash, "your code crashed: segmentation fault",
                           "in connection #3\nqueue.cpp:12"});
  window.settle(*live.bench);
  CHECK(window.find("banner").tooltip == "your code crashed: segmentation fault");
  check_tidy(window);
  window.click(*live.bench, "banner details");
  CHECK_FALSE(live.bench->screen.banner_open);
  window.click(*live.bench, "dismiss banner");
  window.settle(*live.bench);
  CHECK(window.places.find("banner") == nullptr);
}

TEST_CASE("presenter's mode shows flow, breaker and charts only") {
  live_bench live;
  null_window window;
  window.settle(*live.bench);
  window.click(*live.bench, "Presenter's mode");
  window.settle(*live.bench);
  CHECK(live.bench->screen.presenter);
  CHECK(window.places.find("charts plot") != nullptr);
  CHECK(window.places.find("arrival-rate slider") == nullptr);
  CHECK(window.places.find("Lanes tab") == nullptr);
}

TEST_CASE("nothing is cut off and no labels overlap, in every tab and size") {
  struct look {
    ImVec2 size;
    float scale;
  };

  const look looks[] = {
      {{1280, 720}, 1}, {{1920, 1080}, 1}, {{2560, 1440}, 2}, {{1280, 720}, 1.5F}};
  for (const look& each : looks) {
    live_bench live;
    live.bench->set_knob(0, 90);
    live.answer();
    live.bench->compare_with(rival::starter);
    live.bench->start_sweep(8);
    live.answer();
    null_window window{each.size, each.scale};
    for (const tab which : {tab::charts, tab::lanes, tab::events, tab::compare, tab::sweep}) {
      for (const nanos at : {nanos{0}, 1500 * ms, 2300 * ms, 4 * s}) {
        live.bench->screen.tab = which;
        live.bench->screen.second_tab = which;
        live.bench->clock.go_to(live.bench->shown()->trace(), at);
        window.settle(*live.bench);
        CAPTURE(each.size.x, each.scale, static_cast<int>(which), at);
        check_tidy(window);
      }
    }
    live.bench->screen.presenter = true;
    window.settle(*live.bench);
    check_tidy(window);
  }
}

TEST_CASE("every tab has something to say where there is nothing to draw") {
  trace_builder nothing;
  nothing.at(ms).note("only a note");
  auto recorded = recorded_bench(nothing.done());
  auto made = std::make_unique<fake_simulation>();
  workbench waiting{std::move(made)};
  for (workbench* bench : {recorded.get(), &waiting}) {
    null_window window;
    for (const tab which : {tab::charts, tab::lanes, tab::events, tab::compare, tab::sweep}) {
      bench->screen.tab = which;
      window.settle(*bench);
      CAPTURE(static_cast<int>(which));
      CHECK_FALSE(window.places.labels().empty());
      check_tidy(window);
    }
  }
}

TEST_CASE("a recorded failure shows the broken promise") {
  trace_builder b;
  b.at(ms).gauge("queue depth", 5, 4).promise_broken("the queue held 5 items with capacity 4");
  auto bench = recorded_bench(b.done());
  null_window window;
  window.settle(*bench);
  CHECK(window.find("broken promise").tooltip == "the queue held 5 items with capacity 4");
}

TEST_CASE("a recording without spans opens on its tasks; a click leads to what one waits for") {
  trace_builder b;
  const auto timer = b.recorder().site("timer");
  b.recorder().task_started(0, 1, "the test", 0, 0);
  b.recorder().task_started(0, 2, "B", 1, 0);
  b.in(1).add(timer, weir::trace::event_kind::task_suspended);
  b.at(1 * ms).in(2).add(b.recorder().site("permit"), weir::trace::event_kind::task_suspended);
  b.at(3 * ms).in(1).add(0, weir::trace::event_kind::task_ended);
  b.in(0).promise_broken("B waits");
  auto bench = recorded_bench(b.done());
  CHECK(bench->screen.tab == tab::lanes);
  null_window window;
  window.settle(*bench);
  check_tidy(window);
  const auto drawn = [&](std::string_view text) {
    return std::ranges::find(window.places.labels(), text, &locator::label::text);
  };
  for (const auto* each : {"the test", "B", "timer", "permit"}) {
    CAPTURE(each);
    CHECK(drawn(each) != window.places.labels().end());
  }
  const auto where = drawn("permit")->where.centre();
  window.move_to(*bench, where);
  window.press(*bench);
  window.release(*bench);
  CHECK(bench->clock.at().event == 4);
}

TEST_CASE("a recording without anything but notes opens on its events") {
  trace_builder nothing;
  nothing.at(ms).note("only a note");
  CHECK(recorded_bench(nothing.done())->screen.tab == tab::events);
}

TEST_CASE("all keys and buttons survive a run without events") {
  auto bench = recorded_bench(weir::trace::recording{});
  null_window window;
  window.settle(*bench);
  for (const action_info& each : all_actions()) {
    bench->perform(each.what);
    window.frame(*bench);
  }
  SUCCEED();
}
