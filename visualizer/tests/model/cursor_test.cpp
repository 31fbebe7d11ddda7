#include "model/cursor.hpp"
#include "model/trace_builder.hpp"
#include "testing/catch.hpp"

namespace weir::viz {

using namespace test;

namespace {

trace::recording three_moments() {
  trace_builder run;
  run.at(1 * ms).gauge("depth", 1);                         // 0
  run.at(1 * ms).add(0, trace::event_kind::choice, 0, 2);   // 1
  run.at(2 * ms).add(0, trace::event_kind::clock_advanced); // 2
  run.at(2 * ms).gauge("depth", 2);                         // 3
  run.at(2 * ms).gauge("depth", 3);                         // 4
  run.at(5 * ms).gauge("depth", 4);                         // 5
  return run.done();
}

} // namespace

TEST_CASE("a cursor at a time has seen every event of that time") {
  const auto trace = three_moments();
  CHECK(cursor_at_time(trace, 0) == cursor{0, 0});
  CHECK(cursor_at_time(trace, 2 * ms) == cursor{5, 2 * ms});
  CHECK(cursor_at_time(trace, 3 * ms) == cursor{5, 3 * ms});
  CHECK(cursor_at_time(trace, -5) == cursor_at_start());
  CHECK(cursor_at_time(trace, 99 * ms) == cursor_at_end(trace));
  CHECK(cursor_at_end(trace) == cursor{6, 5 * ms});
}

TEST_CASE("stepping stops at every essential event, also within one moment") {
  const auto trace = three_moments();
  auto at = cursor_at_start();
  std::vector<std::size_t> seen;
  while (at != cursor_at_end(trace)) {
    at = next_event(trace, at);
    seen.push_back(at.event);
  }
  CHECK(seen == std::vector<std::size_t>{1, 4, 5, 6});
  seen.clear();
  while (at != cursor_at_start()) {
    at = previous_event(trace, at);
    seen.push_back(at.event);
  }
  CHECK(seen == std::vector<std::size_t>{5, 4, 1, 0});
}

TEST_CASE("stepping through everything stops at book-keeping too") {
  const auto trace = three_moments();
  CHECK(next_event(trace, {1, 1 * ms}, step_detail::every).event == 2);
  CHECK(previous_event(trace, {4, 2 * ms}, step_detail::every).event == 3);
  CHECK(next_event(trace, cursor_at_end(trace), step_detail::every) == cursor_at_end(trace));
}

TEST_CASE("a step forwards and one back lead to where they began, anywhere") {
  const auto trace = random_trace(5, 2'000);
  const trace_view view(trace);
  for (auto at = next_event(view, cursor_at_start()); at.event < view.size();) {
    const auto next = next_event(view, at);
    if (next.event == view.size() && is_bookkeeping(view[view.size() - 1].kind)) {
      break;
    }
    REQUIRE(previous_event(view, next) == at);
    at = next;
  }
}

TEST_CASE("time steps go by virtual time and stay within the run") {
  const auto trace = three_moments();
  CHECK(step_by(trace, {1, 1 * ms}, 2 * ms) == cursor{5, 3 * ms});
  CHECK(step_by(trace, {5, 3 * ms}, -10 * ms) == cursor_at_start());
  CHECK(step_by(trace, {5, 3 * ms}, 10 * ms) == cursor_at_end(trace));
}

TEST_CASE("transitions of the breaker are gone through one by one, both ways") {
  trace_builder run;
  run.at(0).breaker(0, -1);
  run.at(10).gauge("depth", 1);
  run.at(20).breaker(1, 0);
  run.at(30).breaker(2, 1);
  run.at(30).breaker(0, 2);
  run.at(40).gauge("depth", 0);
  const auto trace = run.done();
  const timeline line(trace);
  const auto all = line.key_transitions();
  auto at = cursor_at_start();
  at = next_transition(trace, all, at);
  CHECK(at == cursor{3, 20});
  at = next_transition(trace, all, at);
  CHECK(at == cursor{4, 30});
  at = next_transition(trace, all, at);
  CHECK(at == cursor{5, 30});
  CHECK(next_transition(trace, all, at) == at);
  at = previous_transition(trace, all, at);
  CHECK(at == cursor{4, 30});
  CHECK(previous_transition(trace, all, cursor_at_end(trace)) == cursor{5, 30});
  CHECK(previous_transition(trace, all, cursor{3, 20}) == cursor{3, 20});
}

TEST_CASE("the event that happened last is the one before the cursor") {
  const auto trace = three_moments();
  CHECK(last_event(trace, {3, 2 * ms}) == 2);
  CHECK(last_event(trace, cursor_at_start()) == trace.events.size());
}

} // namespace weir::viz
