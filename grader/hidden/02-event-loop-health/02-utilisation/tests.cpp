#include "scenarios.hpp"
#include "storm.hpp"
#include "weir_catch.hpp"

using namespace weir_hidden;

namespace {

/// What happens on a loop of one's own has one order.
weir::explore_options once(std::string name) {
  weir::explore_options options;
  options.name = std::move(name);
  options.search.schedules = 1;
  return options;
}

template <class Scenario>
auto on_its_own(Scenario scenario) {
  return [scenario]() -> asio::awaitable<void> {
    scenario();
    co_return;
  };
}

auto storm(weather what) {
  return [what]() -> asio::awaitable<void> {
    handler_storm(what).run();
    co_return;
  };
}

} // namespace

TEST_CASE("what is submitted runs as on the executor inside", "[runs]") {
  WEIR_EXPLORE(once("in order"), on_its_own(in_order));
  WEIR_EXPLORE(once("at once, or not"), on_its_own(at_once_or_not));
  WEIR_EXPLORE(once("a function that can only be moved"), on_its_own(only_to_be_moved));
  WEIR_EXPLORE(once("a loop that never runs"), on_its_own(never_served));
  WEIR_EXPLORE("coroutines", coroutines_meet);
}

TEST_CASE("all the time in handlers counts, and no other", "[busy]") {
  WEIR_EXPLORE(once("by post"), on_its_own([] {
                 three_of_ten([](const auto& to, auto what) { asio::post(to, what); },
                              "each was posted");
               }));
  WEIR_EXPLORE(once("by defer"), on_its_own([] {
                 three_of_ten([](const auto& to, auto what) { asio::defer(to, what); },
                              "each was deferred");
               }));
  WEIR_EXPLORE(once("by dispatch"), on_its_own([] {
                 three_of_ten([](const auto& to, auto what) { asio::dispatch(to, what); },
                              "each was dispatched");
               }));
  WEIR_EXPLORE(once("by execute"), on_its_own([] {
                 three_of_ten([](const auto& to, auto what) { to.execute(what); },
                              "each was handed to execute()");
               }));
  WEIR_EXPLORE(once("by a strand"), on_its_own([] {
                 three_of_ten([](const auto& to, auto what) { asio::post(strand(to), what); },
                              "each was posted into a strand");
               }));
  WEIR_EXPLORE(once("beside others"), on_its_own(others_on_the_loop));
  WEIR_EXPLORE("by coroutines, and a timer", by_coroutines);
  WEIR_EXPLORE(once("nobody"), on_its_own(nobody));
  WEIR_EXPLORE(once("small and large ones"), on_its_own(small_and_large));
  WEIR_EXPLORE("a storm", storm(weather::plain));
}

TEST_CASE("no time counts twice", "[once]") {
  WEIR_EXPLORE(once("one inside the other"), on_its_own(dispatched_inside));
  WEIR_EXPLORE(once("three hundred inside each other"), on_its_own(deep));
  WEIR_EXPLORE(once("two meters"), on_its_own(two_meters));
  WEIR_EXPLORE("a storm", storm(weather::nested));
}

TEST_CASE("a handler counts in each window for its part", "[windows]") {
  WEIR_EXPLORE(once("a handler of several windows"), on_its_own(three_windows));
  WEIR_EXPLORE(once("taken inside"), on_its_own(taken_inside));
  WEIR_EXPLORE(once("a window of 24 days"), on_its_own(long_ago));
  WEIR_EXPLORE("a storm", storm(weather::taken));
}

TEST_CASE("what a handler throws comes out, and the time until then counts", "[throws]") {
  for (std::size_t i = 0; i < weir::storm::thrown_kinds; ++i) {
    const auto kind = static_cast<weir::storm::thrown>(i);
    WEIR_EXPLORE(once(weir::text("{}", weir::storm::to_string(kind))),
                 on_its_own([kind] { thrown_out(kind); }));
  }
  WEIR_EXPLORE(once("out of a handler inside a handler"), on_its_own(thrown_inside_another));
  WEIR_EXPLORE("a storm", storm(weather::thrown));
}

TEST_CASE("it is an executor as the one inside", "[executor]") {
  WEIR_EXPLORE(once("equal, and not"), on_its_own(equal_and_not));
  WEIR_EXPLORE(once("its context"), on_its_own(has_its_context));
  WEIR_EXPLORE(once("blocking.never"), on_its_own(never_blocks));
  WEIR_EXPLORE(once("outstanding work"), on_its_own(has_work));
  WEIR_EXPLORE(once("a coroutine that waits"), on_its_own(spawned_and_waiting));
}
