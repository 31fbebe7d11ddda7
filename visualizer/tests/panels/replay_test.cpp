#include "null_window.hpp"
#include "testing/catch.hpp"

using namespace weir::viz;
using namespace weir::viz::test;

namespace {

/// What `weir viz --replay TOKEN` feeds the window with: no scenes.
class replay_simulation : public fake_simulation {
public:
  [[nodiscard]] const std::vector<scene_entry>& scenes() const override { return none_; }

private:
  std::vector<scene_entry> none_;
};

run_replayed replayed(bool broken, std::int64_t length = 10 * ms) {
  trace_builder b;
  b.at(0).in(1).note("begun");
  if (broken) {
    b.at(4 * ms).promise_broken("two at the door");
  }
  b.at(length).note("the end");
  auto made = b.done();
  made.header.scenario = "one at a time";
  made.header.token = "w1:door/one:1:2:abcd";
  return {std::make_shared<const weir::trace::recording>(std::move(made))};
}

struct replay_bench {
  replay_bench() {
    auto made = std::make_unique<replay_simulation>();
    source = made.get();
    bench = std::make_unique<workbench>(std::move(made));
  }

  void tell(simulation_update what) {
    source->tell(std::move(what));
    bench->poll();
  }

  replay_simulation* source = nullptr;
  std::unique_ptr<workbench> bench;
};

} // namespace

TEST_CASE("a replayed schedule opens at the moment of failure, without knobs or scenes") {
  replay_bench live;
  live.tell(replayed(true));
  REQUIRE(live.bench->shown() != nullptr);
  CHECK_FALSE(live.bench->live());
  CHECK(live.bench->title() == "one at a time");
  CHECK(live.bench->clock.at().t_ns == 4 * ms);
  CHECK(live.bench->screen.selected_event.has_value());
  CHECK(live.bench->command_line() == "weir viz --replay w1:door/one:1:2:abcd");
  CHECK_FALSE(live.bench->waiting());
}

TEST_CASE("after a save that mends it, the new run is shown where one has been looking") {
  replay_bench live;
  live.tell(replayed(true));
  live.tell(banner{banner::kind::passed, "The promise holds in this schedule now.", "so it does"});
  live.tell(replayed(false));
  CHECK(live.bench->banner().what == banner::kind::passed);
  CHECK(live.bench->clock.at().t_ns == 4 * ms);
  CHECK_FALSE(live.bench->screen.selected_event.has_value());
  CHECK(live.bench->shown()->line().promises_broken().empty());
}

TEST_CASE("a save that does not compile keeps the last replay under its banner") {
  replay_bench live;
  live.tell(replayed(true));
  live.tell(banner{banner::kind::compile_error, "door.cpp does not compile", "line 3"});
  REQUIRE(live.bench->shown() != nullptr);
  CHECK(live.bench->shown()->line().promises_broken().size() == 1);
}

TEST_CASE("good news and remarks are drawn as such, with their text") {
  for (const auto kind : {banner::kind::passed, banner::kind::remark}) {
    replay_bench live;
    live.tell(replayed(false));
    live.tell(banner{kind, "The token no longer fits.", "It does not come to all the choices."});
    null_window window;
    window.settle(*live.bench);
    CHECK(window.find("banner").where.height() > 0);
  }
}
