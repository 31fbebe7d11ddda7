#include "shown_stage.hpp"
#include "testing/catch.hpp"

using namespace weir::viz;
using namespace weir::viz::test;

TEST_CASE("why there is nothing beside this run is said") {
  CHECK(shown_stage{"compare: waiting"}.says("Waiting for the other run"));
  CHECK(shown_stage{"compare: previous of nothing"}.says("There is no run before this one"));
  {
    const shown_stage crashed{"compare: crashed"};
    CHECK(crashed.says("The other run did not come"));
    CHECK(crashed.mentions("segmentation fault"));
  }
  CHECK(shown_stage{"compare: does not compile"}.says("The other run did not come"));
  const shown_stage empty{"compare: empty run"};
  CHECK(empty.says("The other run left nothing to compare"));
  CHECK(empty.says("starter: crashed"));
}

TEST_CASE("a run that did not go to its end is told before any figure") {
  const shown_stage at{"compare: other horizon"};
  CHECK(at.mentions("starter went no further than 1.319 s: deadlock"));
}

TEST_CASE("where nothing differs, that is said") {
  CHECK(shown_stage{"compare: same code"}.says("No figure differs by 1 % or more."));
  CHECK(shown_stage{"compare: same code"}.says("Both sides run the same code."));
  CHECK_FALSE(shown_stage{"compare: solution"}.says("No figure differs by 1 % or more."));
}

TEST_CASE("goals stand beside each other, met or missed") {
  const shown_stage at{"compare: solution"};
  CHECK(at.says("at most 10 requests time out"));
  CHECK(at.says("missed"));
  CHECK(at.says("met"));
  CHECK(at.says("not judged"));
}

TEST_CASE("a failure is the other run's only when this one has come") {
  live_bench live;
  live.bench->compare_with(rival::starter);
  live.bench->set_knob(0, 90);
  live.source->tell(banner{banner::kind::crash, "The starter crashed: signal 11", ""});
  live.bench->poll();
  CHECK(live.bench->other_failure().empty()); // both are awaited: it may be either
  const auto main = std::ranges::find(live.source->asked, slot::main, &run_request::where);
  REQUIRE(main != live.source->asked.end());
  live.source->tell(fake_simulation::result(
      live.source->asked.back().where == slot::main ? live.source->asked.back() : *main));
  live.bench->poll();
  CHECK(live.bench->other_failure() == "The starter crashed: signal 11");
  live.bench->set_knob(0, 91);
  CHECK(live.bench->other_failure().empty());
  live.answer();
  CHECK(live.bench->other() != nullptr);
  CHECK(live.bench->other_failure().empty());
}
