#include "panels/sweep_findings.hpp"
#include "shown_stage.hpp"
#include "testing/catch.hpp"

using namespace weir::viz;
using namespace weir::viz::test;

TEST_CASE("a run of a sweep that fails is counted, marked and told") {
  {
    const shown_stage some{"sweep: some crashed"};
    CHECK(some.bench->sweep().failures().size() == 8);
    CHECK(some.bench->sweep().done() == some.bench->sweep().total());
    CHECK(some.says("8 runs failed"));
  }
  const shown_stage all{"sweep: all crashed"};
  CHECK(all.says("Every run failed"));
  CHECK(all.mentions("crashed"));
}

TEST_CASE("a scene whose knobs are all choices cannot be swept, and says so") {
  const shown_stage at{"sweep: choices only"};
  CHECK(at.says("No knob to sweep"));
  CHECK(at.window.places.find("start sweep") == nullptr);
}

TEST_CASE("where the goals are met is told, and marked at every point") {
  trace_builder quiet;
  quiet.at(4 * s).note("the end");
  live_bench live;
  live.bench->screen.tab = tab::sweep;
  live.bench->screen.sweep_knob = 2; // limit, 1 to 64
  live.bench->start_sweep();
  for (const run_request& each : std::exchange(live.source->asked, {})) {
    auto done = fake_simulation::result(each);
    const double limit = each.knobs[2].second;
    done.goals = {{"fast", limit <= 20, "", ""}, {"complete", limit >= 10, "", ""}};
    live.source->tell(std::move(done));
  }
  live.bench->poll();
  null_window window;
  window.settle(*live.bench);
  const auto& points = live.bench->sweep().result()->points;
  const auto met = [](const sweep_point& each) {
    return meets_all(each);
  };
  const auto first = std::ranges::find_if(points, met);
  const auto last = std::find_if_not(first, points.end(), met) - 1;
  REQUIRE(first->value >= 10);
  REQUIRE(last->value <= 20);
  const std::string wanted = "both goals met from " +
                             value_text(*live.bench->sweep().knob(), first->value) + " to " +
                             value_text(*live.bench->sweep().knob(), last->value);
  const auto& labels = window.places.labels();
  CHECK(std::ranges::count(labels, wanted, &locator::label::text) == 1);
  CHECK(std::ranges::count(labels, "goal 2", &locator::label::text) == 1);
}

TEST_CASE("a point meets its goals when all that could be judged are met, and one could") {
  CHECK_FALSE(meets_all({}));
  CHECK_FALSE(meets_all({.goals_met = {std::nullopt}}));
  CHECK(meets_all({.goals_met = {true, std::nullopt}}));
  CHECK_FALSE(meets_all({.goals_met = {true, false}}));
}

TEST_CASE("values are told as people read them") {
  weir::knob_info knob{.name = "high", .kind = weir::knob_kind::integer, .unit = "B"};
  CHECK(value_text(knob, 314'101) == "307 KiB");
  knob = {.name = "timeout", .kind = weir::knob_kind::duration};
  CHECK(value_text(knob, 2'912'573'947) == "2.913 s");
  knob = {.name = "workers", .kind = weir::knob_kind::integer};
  CHECK(value_text(knob, 12) == "12");
}

TEST_CASE("curves of another knob than the chosen one say whose they are") {
  CHECK(shown_stage{"sweep: other knob chosen"}.says("these curves are of 'limit'"));
  CHECK_FALSE(shown_stage{"sweep: knee"}.mentions("these curves are of"));
}
