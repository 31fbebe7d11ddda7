#include "scenarios.hpp"
#include "storm.hpp"
#include "weir_catch.hpp"

using namespace weir_hidden;
using weir::harness::few;

namespace {

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
  WEIR_EXPLORE(few(1, "in order"), on_its_own(in_order));
  WEIR_EXPLORE(few(1, "at once, or not"), on_its_own(at_once_or_not));
  WEIR_EXPLORE(few(1, "a function that can only be moved"), on_its_own(only_to_be_moved));
  WEIR_EXPLORE(few(1, "a loop that never runs"), on_its_own(never_served));
  WEIR_EXPLORE("coroutines", coroutines_meet);
}

TEST_CASE("all the time in handlers counts, and no other", "[busy]") {
  WEIR_EXPLORE(few(1, "by post"), on_its_own([] {
                 three_of_ten([](const auto& to, auto what) { asio::post(to, what); },
                              "each was posted");
               }));
  WEIR_EXPLORE(few(1, "by defer"), on_its_own([] {
                 three_of_ten([](const auto& to, auto what) { asio::defer(to, what); },
                              "each was deferred");
               }));
  WEIR_EXPLORE(few(1, "by dispatch"), on_its_own([] {
                 three_of_ten([](const auto& to, auto what) { asio::dispatch(to, what); },
                              "each was dispatched");
               }));
  WEIR_EXPLORE(few(1, "by execute"), on_its_own([] {
                 three_of_ten([](const auto& to, auto what) { to.execute(what); },
                              "each was handed to execute()");
               }));
  WEIR_EXPLORE(few(1, "by a strand"), on_its_own([] {
                 three_of_ten([](const auto& to, auto what) { asio::post(strand(to), what); },
                              "each was posted into a strand");
               }));
  WEIR_EXPLORE(few(1, "beside others"), on_its_own(others_on_the_loop));
  WEIR_EXPLORE("by coroutines, and a timer", by_coroutines);
  WEIR_EXPLORE(few(1, "nobody"), on_its_own(nobody));
  WEIR_EXPLORE(few(1, "small and large ones"), on_its_own(small_and_large));
  WEIR_EXPLORE("a storm", storm(weather::plain));
}

TEST_CASE("no time counts twice", "[once]") {
  WEIR_EXPLORE(few(1, "one inside the other"), on_its_own(dispatched_inside));
  WEIR_EXPLORE(few(1, "three hundred inside each other"), on_its_own(deep));
  WEIR_EXPLORE(few(1, "two meters"), on_its_own(two_meters));
  WEIR_EXPLORE("a storm", storm(weather::nested));
}

TEST_CASE("a handler counts in each window for its part", "[windows]") {
  WEIR_EXPLORE(few(1, "a handler of several windows"), on_its_own(three_windows));
  WEIR_EXPLORE(few(1, "taken inside"), on_its_own(taken_inside));
  WEIR_EXPLORE(few(1, "a window of 24 days"), on_its_own(long_ago));
  WEIR_EXPLORE("a storm", storm(weather::taken));
}

TEST_CASE("what a handler throws comes out, and the time until then counts", "[throws]") {
  for (std::size_t i = 0; i < weir::storm::thrown_kinds; ++i) {
    const auto kind = static_cast<weir::storm::thrown>(i);
    WEIR_EXPLORE(few(1, weir::text("{}", weir::storm::to_string(kind))),
                 on_its_own([kind] { thrown_out(kind); }));
  }
  WEIR_EXPLORE(few(1, "out of a handler inside a handler"), on_its_own(thrown_inside_another));
  WEIR_EXPLORE("a storm", storm(weather::thrown));
}

TEST_CASE("it is an executor as the one inside", "[executor]") {
  WEIR_EXPLORE(few(1, "equal, and not"), on_its_own(equal_and_not));
  WEIR_EXPLORE(few(1, "its context"), on_its_own(has_its_context));
  WEIR_EXPLORE(few(1, "blocking.never"), on_its_own(never_blocks));
  WEIR_EXPLORE(few(1, "outstanding work"), on_its_own(has_work));
  WEIR_EXPLORE(few(1, "a coroutine that waits"), on_its_own(spawned_and_waiting));
}
