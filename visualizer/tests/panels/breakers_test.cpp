#include "null_window.hpp"
#include "stages.hpp"
#include "testing/catch.hpp"

#include <algorithm>
#include <set>

using namespace weir::viz;
using namespace weir::viz::test;

namespace {

std::unique_ptr<workbench> staged(const std::string& name) {
  const auto all = breaker_stages();
  return std::ranges::find(all, name, &stage::name)->set();
}

bool told(const null_window& window, std::string_view text) {
  return std::ranges::any_of(window.places.labels(), [&](const locator::label& each) {
    return each.text.find(text) != std::string::npos;
  });
}

/// Two breakers of which the first opens at 1 s and the second at 2 s.
weir::trace::recording two_breakers() {
  trace_builder b;
  b.breaker("payments", 0, -1).breaker("search", 0, -1);
  b.at(1 * s).breaker("payments", 1, 0);
  b.at(2 * s).breaker("search", 1, 0);
  b.at(3 * s).note("the end");
  return b.done();
}

} // namespace

TEST_CASE("of several breakers each has a button, with the state that it is in") {
  auto bench = recorded_bench(two_breakers());
  bench->clock.go_to(bench->shown()->trace(), 1500 * ms);
  null_window window;
  window.settle(*bench);
  CHECK(bench->breaker()->name == "payments");
  CHECK(window.find("breaker payments").tooltip.find("open") != std::string::npos);
  CHECK(window.find("breaker search").tooltip.find("closed") != std::string::npos);
  window.click(*bench, "breaker search");
  CHECK(bench->breaker()->name == "search");
  window.settle(*bench);
  CHECK(told(window, "never opened"));
}

TEST_CASE("N and P go over the chosen breaker's changes of state only") {
  auto bench = recorded_bench(two_breakers());
  bench->screen.breaker = "search";
  bench->perform(action::to_start);
  bench->perform(action::next_transition);
  CHECK(bench->clock.at().t_ns == 2 * s);
  bench->perform(action::next_transition);
  CHECK(bench->clock.at().t_ns == 2 * s);
  CHECK_FALSE(bench->screen.notice.empty());
  bench->screen.breaker = "payments";
  bench->perform(action::previous_transition);
  CHECK(bench->clock.at().t_ns == 1 * s);
  CHECK(bench->screen.notice.empty());
}

TEST_CASE("a run to come keeps the chosen breaker, and one without it shows its first") {
  live_bench live;
  const auto answer_with = [&](weir::trace::recording what) {
    live.bench->rerun();
    run_finished done;
    done.request = live.source->asked.back();
    done.trace = std::make_shared<weir::trace::recording>(std::move(what));
    live.source->asked.clear();
    live.source->tell(std::move(done));
    live.bench->poll();
  };
  answer_with(two_breakers());
  live.bench->screen.breaker = "search";
  answer_with(breaker_run());
  CHECK(live.bench->breaker()->name == "breaker");
  answer_with(two_breakers());
  CHECK(live.bench->breaker()->name == "search");
}

TEST_CASE("more breakers than there is room for are turned over one by one") {
  auto bench = staged("breaker: seven with long names");
  null_window window;
  window.settle(*bench);
  std::set<std::string> seen;
  for (int i = 0; i < 7; ++i) {
    seen.emplace(bench->breaker()->name);
    window.click(*bench, "next breaker");
  }
  CHECK(seen.size() == 7);
  CHECK(seen.contains(std::string{bench->breaker()->name})); // round again
  const auto first = bench->breaker()->name;
  window.click(*bench, "next breaker");
  window.click(*bench, "previous breaker");
  CHECK(bench->breaker()->name == first);
}

TEST_CASE("one breaker needs no choice, and its name is told where it is not just 'breaker'") {
  auto bench = staged("breaker: closed, the window fills");
  null_window window;
  window.settle(*bench);
  CHECK(window.places.find("breaker breaker") == nullptr);
  CHECK(told(window, "Breaker"));
}

TEST_CASE("the panel says in words what its pictures show") {
  null_window window;

  struct expected {
    const char* stage;
    const char* text;
  };

  for (const expected& each :
       {expected{"breaker: no state yet", "in no state so far"},
        expected{"breaker: closed, zero calls", "0 of 20 calls, 0 failed"},
        expected{"breaker: closed, the window fills", "7 of 20 calls, 1 failed"},
        expected{"breaker: open, counting down", "320 ms"},
        expected{"breaker: open, half-open is overdue", "with the next call"},
        expected{"breaker: open, nothing else known", "neither its failure rate nor its window"},
        expected{"breaker: half-open, two of three probes", "2 of 3"},
        expected{"breaker: half-open, a hundred probes", "61 of 100"},
        expected{"breaker: a thousand cells", "930 of 1,000 calls"},
        expected{"breaker: opened very often", "opened 1,200 times"}}) {
    auto bench = staged(each.stage);
    window.settle(*bench);
    CAPTURE(each.stage, each.text);
    CHECK(told(window, each.text));
  }
}
