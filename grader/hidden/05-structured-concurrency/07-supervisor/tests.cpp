#include "scenarios.hpp"
#include "storm.hpp"
#include "weir_catch.hpp"

using namespace weir_hidden;
using weir::harness::few;

TEST_CASE("all start at once, and when all are done it returns", "[together]") {
  WEIR_EXPLORE(few(5, "nobody"), [] { return nobody(); });
  WEIR_EXPLORE(few(60, "three, each in its own time"),
               [] { return three_in_their_time({5ms, 15ms, 10ms}); });
  WEIR_EXPLORE(few(60, "three that are done at once"),
               [] { return three_in_their_time({0ns, 0ns, 0ns}); });
  WEIR_EXPLORE(few(60, "one is done at once, two in the same instant"),
               [] { return three_in_their_time({10ms, 0ns, 10ms}); });
  WEIR_EXPLORE(few(1, "ten thousand"), [] { return ten_thousand(); });
  WEIR_EXPLORE("a storm of failures", [] { return storm(storm_focus::ends, "together"); });
}

TEST_CASE("who fails is started again after the pause", "[restarted]") {
  WEIR_EXPLORE(few(10, "a connection is reset"), [] { return restarted(thrown::system_error); });
  WEIR_EXPLORE(few(10, "an error with a type of its own"),
               [] { return restarted(thrown::derived); });
  WEIR_EXPLORE(few(10, "a runtime_error"), [] { return restarted(thrown::runtime_error); });
  WEIR_EXPLORE(few(10, "a number is thrown"), [] { return restarted(thrown::number); });
  WEIR_EXPLORE(few(10, "an operation_aborted that nobody asked for"),
               [] { return restarted(thrown::aborted); });
  WEIR_EXPLORE(few(10, "calling it throws"), [] { return restarted_at_the_call(); });
  WEIR_EXPLORE(few(10, "it fails as soon as it is started"),
               [] { return restarted_after(2ms, 0ns); });
  WEIR_EXPLORE(few(10, "a pause below a millisecond"), [] { return restarted_after(900us, 3ms); });
  WEIR_EXPLORE(few(10, "no pause at all"), [] { return restarted_after(0ns, 3ms); });
  WEIR_EXPLORE(few(10, "a pause of ten hours"), [] { return restarted_after(10h, 3ms); });
  WEIR_EXPLORE("a storm of failures", [] { return storm(storm_focus::ends, "restarted"); });
}

TEST_CASE("one child's failure is nobody else's", "[undisturbed]") {
  WEIR_EXPLORE(few(60, "two others run"), [] { return others_run_on(); });
  WEIR_EXPLORE(few(60, "four fail in one instant"), [] { return four_at_once(); });
  WEIR_EXPLORE(few(60, "one fails in the pause of another"), [] { return pauses_overlap(); });
  WEIR_EXPLORE(few(60, "one is done in the pause of another"), [] { return done_in_a_pause(); });
  WEIR_EXPLORE("a storm of failures", [] { return storm(storm_focus::ends, "undisturbed"); });
}

TEST_CASE("failures count for a period", "[intensity]") {
  WEIR_EXPLORE(few(10, "as many as are borne, and one more"), [] { return one_too_many(); });
  WEIR_EXPLORE(few(20, "never more than two in ten milliseconds, for ever so long"),
               [] { return never_too_many(); });
  WEIR_EXPLORE(few(50, "four in four milliseconds"),
               [] { return across_a_border({8ms, 9ms, 11ms, 12ms}); });
  WEIR_EXPLORE(few(50, "the first of them just out of the period"),
               [] { return across_a_border({1ms, 10ms, 11500us, 12ms, 12500us}); });
  WEIR_EXPLORE(few(50, "failures of a child that runs well in between"),
               [] { return well_in_between(); });
  WEIR_EXPLORE(few(60, "everybody's failures count together"), [] { return everybodys(); });
  WEIR_EXPLORE(few(60, "failures in the pauses of others"), [] { return before_the_restart(); });
  WEIR_EXPLORE(few(10, "none is borne"), [] { return none_is_borne(); });
  WEIR_EXPLORE(few(10, "any number is borne"), [] { return any_number(SIZE_MAX, 60s); });
  WEIR_EXPLORE(few(10, "a period of a nanosecond"), [] { return any_number(1, 1ns); });
  WEIR_EXPLORE(few(10, "a period without end"), [] { return without_end(); });
  WEIR_EXPLORE(few(60, "two supervisors, each with its own failures"),
               [] { return two_supervisors(); });
  WEIR_EXPLORE(few(1, "ten thousand failures in one instant"), [] { return in_one_instant(); });
  WEIR_EXPLORE("a storm of failures", [] { return storm(storm_focus::ends, "intensity"); });
}

TEST_CASE("giving up, it ends the others and says why", "[escalates]") {
  WEIR_EXPLORE(few(60, "one tidies up, one is in a pause"), [] { return ends_the_others(); });
  WEIR_EXPLORE(few(50, "an error with a type of its own"),
               [] { return escalated(thrown::derived, false); });
  WEIR_EXPLORE(few(50, "a number is thrown"), [] { return escalated(thrown::number, false); });
  WEIR_EXPLORE(few(50, "an operation_aborted that nobody asked for"),
               [] { return escalated(thrown::aborted, false); });
  WEIR_EXPLORE(few(50, "calling it throws"), [] { return escalated(thrown::runtime_error, true); });
  WEIR_EXPLORE(few(60, "the others throw as they end"), [] { return others_throw(); });
  WEIR_EXPLORE(few(60, "a pause ends in this instant"), [] { return a_pause_ends_now(); });
  WEIR_EXPLORE(few(60, "a supervisor under a supervisor"), [] { return under_another(); });
  WEIR_EXPLORE(few(60, "two that are one too many"), [] { return two_too_many(); });
  WEIR_EXPLORE("a storm of failures", [] { return storm(storm_focus::ends, "escalates"); });
}

TEST_CASE("cancelled, it ends everybody and says so", "[cancelled]") {
  WEIR_EXPLORE(few(60, "three run, one of them tidies up"),
               [] { return cancelled_while_they_run(aborted); });
  WEIR_EXPLORE(few(60, "one throws as it ends"), [] { return cancelled_while_they_run(reset); });
  WEIR_EXPLORE(few(60, "one gets done all the same"),
               [] { return cancelled_while_they_run(done); });
  WEIR_EXPLORE(few(60, "all get done all the same"), [] { return all_get_done(); });
  WEIR_EXPLORE(few(60, "one shields its tidying up"), [] { return one_shields_itself(); });
  WEIR_EXPLORE(few(60, "by one of its children, which then fails"),
               [] { return a_child_asks(reset); });
  WEIR_EXPLORE(few(60, "by one of its children, which is done then"),
               [] { return a_child_asks(done); });
  WEIR_EXPLORE(few(60, "twice"), [] { return cancelled_twice(); });
  WEIR_EXPLORE(few(60, "in the instant of the call"), [] { return cancelled_at_the_start(); });
  WEIR_EXPLORE(few(60, "in the instant in which the last is done"),
               [] { return cancelled_at_the_end(); });
  WEIR_EXPLORE(few(60, "as it gives up"), [] { return cancelled_as_it_gives_up(); });
  WEIR_EXPLORE("a storm of failures and cancellations",
               [] { return storm(storm_focus::cancelling, "cancelled"); });
}

TEST_CASE("cancelled, it starts nobody again", "[cancelled-in-a-pause]") {
  WEIR_EXPLORE(few(60, "in the middle of a pause, and one runs"),
               [] { return cancelled_in_a_pause(7ms); });
  WEIR_EXPLORE(few(60, "all are in a pause"), [] { return all_in_a_pause(); });
  WEIR_EXPLORE(few(60, "in the instant in which a pause ends"),
               [] { return cancelled_in_a_pause(9ms); });
  WEIR_EXPLORE(few(60, "in the instant in which a pause begins"),
               [] { return cancelled_in_a_pause(5ms); });
  WEIR_EXPLORE(few(60, "in the instant of a restart without a pause"),
               [] { return cancelled_without_a_pause(); });
  WEIR_EXPLORE(few(60, "in the pause of one that shields itself"),
               [] { return after_one_that_shields_itself(); });
  WEIR_EXPLORE(few(50, "a pause of a day"), [] { return cancelled_in_a_day(); });
  WEIR_EXPLORE("a storm of failures and cancellations",
               [] { return storm(storm_focus::cancelling, "cancelled-in-a-pause"); });
}
