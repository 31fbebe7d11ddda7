#include "model/flow.hpp"
#include "testing/catch.hpp"
#include "tests/session/live_bench.hpp"

using namespace weir::viz;
using namespace weir::viz::test;

TEST_CASE("opening a scene asks for its first run and shows it where it is busy") {
  live_bench live;
  REQUIRE(live.bench->shown() != nullptr);
  CHECK(live.bench->title() == "A dependency that hangs");
  run& shown = *live.bench->shown();
  CHECK(live.bench->clock.at() == telling_moment(shown.line()));
  CHECK(flow_at(shown.line(), shown.state(), live.bench->clock.at()).places.back().count > 0);
  CHECK_FALSE(live.bench->waiting());
}

TEST_CASE("a knob's move asks for a run with that value and the run before stays as a ghost") {
  live_bench live;
  run* before = live.bench->shown();
  live.bench->begin_change();
  live.bench->set_knob(0, 100);
  REQUIRE(live.source->asked.size() == 1);
  CHECK(live.source->asked.front().knobs.front() ==
        std::pair<std::string, double>{"arrival-rate", 100});
  CHECK(live.bench->waiting());
  live.answer();
  CHECK(live.bench->ghost() == before);
  CHECK(live.bench->shown() != before);
}

TEST_CASE("while a knob is dragged the ghost is the run before the drag") {
  live_bench live;
  run* before = live.bench->shown();
  live.bench->begin_change();
  for (const double rate : {70.0, 80.0, 90.0}) {
    live.bench->set_knob(0, rate);
    live.answer();
  }
  CHECK(live.bench->ghost() == before);
}

TEST_CASE("values are held to the knob's range and steps") {
  live_bench live;
  live.bench->set_knob(0, 1e9);
  CHECK(live.bench->scene().knobs[0].value == 400);
  live.bench->set_knob(2, 7.4);
  CHECK(live.bench->scene().knobs[2].value == 7);
  live.bench->drag_knob(1, 14e6);
  CHECK(live.bench->scene().knobs[1].value == 10e6);
}

TEST_CASE("a rebuilt file keeps the knobs and asks again") {
  live_bench live;
  live.bench->set_knob(0, 90);
  live.answer();
  live.source->tell(fake_simulation::scene());
  live.bench->poll();
  CHECK(live.bench->scene().knobs[0].value == 90);
  REQUIRE(live.source->asked.size() == 1);
  CHECK(live.source->asked.front().knobs.front().second == 90);
}

TEST_CASE("what is folded in the tree stays so with the next run, and not in another scene") {
  live_bench live;
  live.bench->screen.folded.insert(7);
  live.bench->set_knob(0, 90);
  live.answer();
  CHECK(live.bench->screen.folded.contains(7));
  live.bench->open_scene("queue", submission::mine);
  live.bench->poll();
  CHECK(live.bench->screen.folded.empty());
}

TEST_CASE("what the command line asked for is where the scene begins") {
  auto made = std::make_unique<fake_simulation>();
  fake_simulation& source = *made;
  workbench bench{std::move(made)};
  scene_opened told = fake_simulation::scene();
  told.knobs = {{"arrival-rate", 120}};
  told.seed = 7;
  told.beside = submission::starter;
  source.tell(told);
  bench.poll();
  CHECK(bench.scene().seed == 7);
  CHECK(bench.scene().knobs[0].value == 120);
  CHECK(bench.against() == rival::starter);
  REQUIRE(source.asked.size() == 2);
  CHECK(source.asked[1].where == slot::other);
}

TEST_CASE("a failure that came long after the last event says where to look") {
  trace_builder b;
  b.at(100 * ms).note("the last that happens");
  b.at(60 * s).promise_broken("nobody came");
  const auto bench = recorded_bench(b.done());
  CHECK(bench->caption().find("Nothing happens after 0.100 s") != std::string::npos);

  trace_builder busy;
  for (int i = 0; i < 10; ++i) {
    busy.at(i * s).note("something");
  }
  busy.promise_broken("the tenth");
  CHECK(recorded_bench(busy.done())->caption().find("Nothing happens") == std::string::npos);
}

TEST_CASE("a value in words or digits is kept exactly; a hand on the slider goes by steps") {
  live_bench live;
  scene_opened told = fake_simulation::scene();
  told.scene.knobs[1].step = 50e6;
  told.knobs = {{"timeout", 123e6}};
  live.source->asked.clear();
  live.source->tell(told);
  live.bench->poll();
  CHECK(live.bench->scene().knobs[1].value == 123e6);
  REQUIRE_FALSE(live.source->asked.empty());
  CHECK(live.source->asked.back().knobs[1].second == 123e6);
  live.source->tell(fake_simulation::scene()); // rebuilt: the setting stays
  live.bench->poll();
  CHECK(live.bench->scene().knobs[1].value == 123e6);
  live.bench->set_knob(1, 77e6);
  CHECK(live.bench->scene().knobs[1].value == 77e6);
  live.bench->set_knob(2, 7.6); // whole all the same
  CHECK(live.bench->scene().knobs[2].value == 8);
  live.bench->drag_knob(1, 77e6);
  CHECK(live.bench->scene().knobs[1].value == 80e6);
  live.bench->set_knob(1, 1e12);
  CHECK(live.bench->scene().knobs[1].value == 5e9);
}

TEST_CASE("a sweep runs each value of a knob that has few, and says when it is out of date") {
  live_bench live;
  scene_opened told = fake_simulation::scene();
  told.scene.knobs[2].max = 12;
  live.source->tell(told);
  live.bench->poll();
  live.answer();
  live.bench->screen.sweep_knob = 2;
  live.bench->start_sweep();
  REQUIRE(live.source->asked.size() == 12);
  for (std::size_t i = 0; i < 12; ++i) {
    CHECK(live.source->asked[i].knobs[2].second == static_cast<double>(i + 1));
  }
  live.answer();
  CHECK_FALSE(live.bench->sweep_is_old());
  live.bench->choose_swept(5);
  CHECK(live.bench->scene().knobs[2].value == 5);
  REQUIRE(live.source->asked.size() == 1);
  CHECK(live.source->asked[0].where == slot::main);
  CHECK_FALSE(live.bench->sweep_is_old()); // its own knob does not count
  live.bench->set_knob(0, 90);
  CHECK(live.bench->sweep_is_old());

  live.source->asked.clear();
  live.bench->screen.sweep_knob = 0; // 1 to 400: some of them, each on a step
  live.bench->start_sweep();
  CHECK(live.source->asked.size() == 22);
}

TEST_CASE("a save during a sweep ends it: what has come stays, and nothing more is awaited") {
  live_bench live;
  live.bench->start_sweep(5);
  const auto asked = std::exchange(live.source->asked, {});
  live.source->tell(fake_simulation::result(asked.front()));
  live.source->tell(fake_simulation::scene()); // the file is built anew
  live.bench->poll();
  CHECK_FALSE(live.bench->sweep().running());
  CHECK(live.bench->sweep().done() == 1);
  CHECK(live.source->sweeps_cancelled == 1); // of other code the points were still in line
}

TEST_CASE("a compile error is a banner over the last good picture") {
  live_bench live;
  run* before = live.bench->shown();
  live.source->tell(
      banner{banner::kind::compile_error, "queue.cpp does not compile", "line 3: ..."});
  live.bench->poll();
  CHECK(live.bench->banner().what == banner::kind::compile_error);
  CHECK(live.bench->shown() == before);
  live.source->tell(banner{});
  live.bench->poll();
  CHECK(live.bench->banner().what == banner::kind::none);
}

TEST_CASE("the command line names scene, code, seed and the knobs that were turned") {
  live_bench live;
  live.bench->set_seed(9);
  live.bench->set_knob(1, 500e6);
  live.bench->show_code(submission::starter);
  CHECK(live.bench->command_line() == "weir viz breaker --starter --seed 9 --set timeout=500ms");
}

TEST_CASE("comparing runs the other code with the same seed and knobs, again on every change") {
  live_bench live;
  live.bench->set_knob(0, 80);
  live.answer();
  live.bench->compare_with(rival::starter);
  REQUIRE(live.source->asked.size() == 1);
  CHECK(live.source->asked[0].code == submission::starter);
  CHECK(live.source->asked[0].knobs[0].second == 80);
  live.answer();
  REQUIRE(live.bench->other() != nullptr);
  live.bench->set_knob(0, 90);
  CHECK(live.source->asked.size() == 2);
}

TEST_CASE("a sweep takes its results in any order and ignores those of one that was stopped") {
  live_bench live;
  live.bench->start_sweep(5);
  auto asked = std::exchange(live.source->asked, {});
  REQUIRE(asked.size() == 5);
  live.source->tell(fake_simulation::result(asked[3]));
  live.source->tell(fake_simulation::result(asked[0]));
  live.bench->poll();
  REQUIRE(live.bench->sweep().result() != nullptr);
  CHECK(live.bench->sweep().result()->points.size() == 2);
  CHECK(live.bench->sweep().result()->points[0].value <
        live.bench->sweep().result()->points[1].value);
  live.bench->stop_sweep();
  CHECK(live.source->sweeps_cancelled == 1);
  live.source->tell(fake_simulation::result(asked[1]));
  live.bench->poll();
  CHECK(live.bench->sweep().result()->points.size() == 2);
}

TEST_CASE("markers come and go at the cursor") {
  auto bench = recorded_bench(breaker_run());
  bench->perform(action::to_start);
  bench->perform(action::forward_second);
  bench->perform(action::marker);
  REQUIRE(bench->markers.size() == 1);
  CHECK(bench->markers.front() == 1'000'000'000);
  bench->perform(action::marker);
  CHECK(bench->markers.empty());
}

TEST_CASE("Esc clears one thing at a time: list, filter, selection") {
  auto bench = recorded_bench(breaker_run());
  bench->select_event(5);
  bench->screen.filter.text = "breaker";
  bench->screen.help_open = true;
  bench->perform(action::clear);
  CHECK_FALSE(bench->screen.help_open);
  CHECK(bench->screen.filter.text == "breaker");
  bench->perform(action::clear);
  CHECK(bench->screen.filter.text.empty());
  CHECK(bench->screen.selected_event);
  bench->perform(action::clear);
  CHECK_FALSE(bench->screen.selected_event);
}

TEST_CASE("a zoom is undone") {
  auto bench = recorded_bench(breaker_run());
  const auto whole = bench->view.view();
  bench->perform(action::zoom_in);
  CHECK(bench->view.view().length() < whole.length());
  bench->perform(action::undo_zoom);
  CHECK(bench->view.view() == whole);
}

TEST_CASE("a session that has ended asks for nothing more") {
  live_bench live;
  live.source->tell(banner{banner::kind::problem, "the session has ended", ""});
  live.bench->poll();
  CHECK(live.bench->session_over());
  live.bench->set_knob(0, 99);
  CHECK(live.source->asked.empty());
}
