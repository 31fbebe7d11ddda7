#include "scenarios.hpp"
#include "storm.hpp"
#include "weir_catch.hpp"

using namespace weir_hidden;
using weir::harness::few;

TEST_CASE("join waits for all children, and no longer", "[join-waits]") {
  WEIR_EXPLORE(few(100, "nobody"), [] { return nobody(); });
  WEIR_EXPLORE(few(50, "one"), [] { return these({5ms}); });
  WEIR_EXPLORE(few(50, "one that is done at once"), [] { return these({0ns}); });
  WEIR_EXPLORE(few(50, "three"), [] { return these({5ms, 0ns, 900us}); });
  WEIR_EXPLORE(few(50, "three that end in one instant"), [] { return these({3ms, 3ms, 3ms}); });
  WEIR_EXPLORE(few(50, "one that takes ten hours"), [] { return these({10h, 1ms}); });
  WEIR_EXPLORE(few(50, "all have ended before it is called"), [] { return all_gone_before(); });
  WEIR_EXPLORE(few(100, "children of children"), [] { return children_of_children(); });
  WEIR_EXPLORE(few(2, "256 in one instant"),
               [] { return these(std::vector<nanoseconds>(256, 3ms)); });
  WEIR_EXPLORE(few(100, "two groups"), [] { return two_groups(); });
  WEIR_EXPLORE(few(1, "ten thousand, one after the other"),
               [] { return ten_thousand_in_a_chain(); });
  WEIR_EXPLORE("a storm", [] { return storm("join-waits", storm_focus::peaceful); });
}

TEST_CASE("the first error cancels the siblings, and join waits for them", "[first-error]") {
  WEIR_EXPLORE(few(100, "a connection is reset"), [] { return siblings_go(reset, false); });
  WEIR_EXPLORE(few(100, "a number is thrown"),
               [] { return siblings_go(failing(thrown::number), false); });
  WEIR_EXPLORE(few(100, "calling the function throws"),
               [] { return siblings_go(failing(thrown::runtime_error), true); });
  WEIR_EXPLORE(few(100, "before join is called"), [] { return nobody_waits_yet(); });
  WEIR_EXPLORE(few(100, "a second error, and cancel()"), [] { return second_error(); });
  WEIR_EXPLORE(few(100, "a sibling gets done all the same"), [] { return done_all_the_same(); });
  WEIR_EXPLORE(few(100, "one is started in the instant in which another fails"),
               [] { return started_as_one_fails(); });
  WEIR_EXPLORE("a storm", [] { return storm("first-error", storm_focus::failing); });
}

TEST_CASE("all errors come out together", "[all-errors]") {
  WEIR_EXPLORE(few(100, "one after the other"), [] { return in_their_order(); });
  WEIR_EXPLORE(few(100, "three in one instant"), [] { return at_once(); });
  WEIR_EXPLORE(few(100, "twice the same"), [] { return equal_errors(); });
  WEIR_EXPLORE(few(100, "before join is called"), [] { return failed_before_the_join(); });
  WEIR_EXPLORE(few(50, "what a cancelled child throws besides"), [] { return nearly_aborted(); });
  WEIR_EXPLORE(few(50, "the errors of a group in the group"), [] { return error_of_a_group(); });
  WEIR_EXPLORE(few(100, "an operation_aborted that nobody asked for"), [] { return own_abort(); });
  WEIR_EXPLORE(few(100, "an error with a type of its own"),
               [] { return siblings_go(failing(thrown::derived), false); });
  WEIR_EXPLORE(few(1, "ten thousand in one instant"), [] { return ten_thousand_fail(); });
  WEIR_EXPLORE("a storm", [] { return storm("all-errors", storm_focus::failing); });
}

TEST_CASE("nobody is started in a group that is not open", "[refused]") {
  WEIR_EXPLORE(few(100, "after an error"), [] { return after_the_error(); });
  WEIR_EXPLORE(few(100, "after cancel()"), [] { return after_cancel(true); });
  WEIR_EXPLORE(few(100, "after cancel(), and nobody was there"),
               [] { return after_cancel(false); });
  WEIR_EXPLORE(few(100, "after join() was cancelled"), [] { return after_cancelled_join(); });
  WEIR_EXPLORE(few(100, "when join() has ended"), [] { return after_the_end(3ms); });
  WEIR_EXPLORE(few(100, "when join() has ended, and nobody was there"),
               [] { return after_the_end(0ns); });
  WEIR_EXPLORE(few(100, "by a child that is cancelled"), [] { return by_a_cancelled_child(); });
  WEIR_EXPLORE(few(100, "one is started in the instant in which the last ends"),
               [] { return start_at_the_end(); });
  WEIR_EXPLORE(few(100, "all are done, and nobody has joined"), [] { return empty_and_open(); });
  WEIR_EXPLORE("a storm", [] { return storm("refused", storm_focus::cancelling); });
}

TEST_CASE("cancel ends the children and is no error", "[cancel]") {
  WEIR_EXPLORE(few(100, "twice, and one tidies up"), [] { return cancelled_with(aborted); });
  WEIR_EXPLORE(few(100, "one gets done all the same"), [] { return cancelled_with(done); });
  WEIR_EXPLORE(few(100, "one throws as it tidies up"), [] { return cancelled_with(reset); });
  WEIR_EXPLORE(few(100, "called by a child"), [] { return cancelled_by_a_child(); });
  WEIR_EXPLORE(few(100, "called by a child before it first waits"),
               [] { return cancelled_before_the_first_wait(); });
  WEIR_EXPLORE(few(100, "before join is called"), [] { return cancelled_before_the_join(); });
  WEIR_EXPLORE(few(100, "in the instant of the start"), [] { return cancelled_at_the_start(); });
  WEIR_EXPLORE("a storm", [] { return storm("cancel", storm_focus::cancelling); });
}

TEST_CASE("a cancelled join cancels, waits, and says so", "[parent-cancelled]") {
  WEIR_EXPLORE(few(100, "one tidies up"), [] { return parent_cancels(6ms, aborted); });
  WEIR_EXPLORE(few(100, "all end at once"), [] { return parent_cancels(0ns, aborted); });
  WEIR_EXPLORE(few(100, "one gets done all the same"), [] { return parent_cancels(6ms, done); });
  WEIR_EXPLORE(few(100, "one throws as it tidies up"), [] { return parent_cancels(6ms, reset); });
  WEIR_EXPLORE(few(100, "twice"), [] { return parent_cancels_again(2); });
  WEIR_EXPLORE(few(50, "nine times"), [] { return parent_cancels_again(9); });
  WEIR_EXPLORE(few(100, "after cancel()"), [] { return parent_cancels_after_cancel(); });
  WEIR_EXPLORE(few(100, "after an error"), [] { return parent_cancels_after_error(6ms); });
  WEIR_EXPLORE(few(100, "in the instant of an error"),
               [] { return parent_cancels_after_error(4ms); });
  WEIR_EXPLORE(few(100, "in the instant of its end"), [] { return parent_cancels_at_the_end(); });
  WEIR_EXPLORE("a storm", [] { return storm("parent-cancelled", storm_focus::parent); });
}
