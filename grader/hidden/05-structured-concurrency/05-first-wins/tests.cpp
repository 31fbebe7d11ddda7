#include "fixture.hpp"
#include "storm.hpp"
#include "weir_catch.hpp"

using namespace weir_hidden;

TEST_CASE("all replicas are asked at once", "[together]") {
  WEIR_EXPLORE("three replicas", [] {
    return race("together", {{.answers = 20ms}, {.answers = 5ms}, {.withdraws = 3ms}});
  });
  WEIR_EXPLORE("one replica", [] { return race("together", {{.answers = 20ms}}); });
  WEIR_EXPLORE("one that answers at once",
               [] { return race("together", {{}, {.answers = 0ns}, {.answers = 5ms}}); });
  WEIR_EXPLORE(few("ten thousand replicas"), [] { return crowd("together"); });
  WEIR_EXPLORE("a storm", [] { return storm("together", weather::fair); });
}

TEST_CASE("the first success wins", "[first-success]") {
  WEIR_EXPLORE("an error comes first", [] {
    return race("first-success",
                {{.answers = 2ms, .fails = thrown::system_error}, {.answers = 20ms}, {}});
  });
  WEIR_EXPLORE("errors of all kinds come first", [] {
    return race("first-success", {{.answers = 1ms, .fails = thrown::number},
                                  {.answers = 2ms, .fails = thrown::aborted},
                                  {.fails = thrown::derived, .at_the_call = true},
                                  {.answers = 0ns, .fails = thrown::runtime_error},
                                  {.answers = 30ms}});
  });
  WEIR_EXPLORE("one that can't even be called", [] {
    return race("first-success", {{.answers = 9ms},
                                  {.fails = thrown::runtime_error, .at_the_call = true},
                                  {.answers = 5ms}});
  });
  WEIR_EXPLORE("its lease has the number 0", [] {
    return race("first-success", {{.answers = 9ms, .number = -1}, {.answers = 2ms, .number = 0}});
  });
  WEIR_EXPLORE("the first of all has it", [] {
    return race("first-success", {{.answers = 2ms, .gives_back = 3ms},
                                  {.withdraws = 5ms, .late = true, .gives_back = 3ms},
                                  {.answers = 3ms, .gives_back = 3ms}});
  });
  WEIR_EXPLORE("the last of all has it", [] {
    return race("first-success", {{.withdraws = 5ms, .late = true},
                                  {.answers = 30ms, .withdraws = 2ms, .late = true},
                                  {.answers = 2ms}});
  });
  WEIR_EXPLORE("two leases in one instant", [] {
    return race("first-success", {{.answers = 7ms, .gives_back = 2ms},
                                  {.answers = 7ms, .gives_back = 4ms},
                                  {.answers = 7ms, .fails = thrown::system_error}});
  });
  WEIR_EXPLORE("two at once, each its own", [] { return two_races("first-success"); });
  WEIR_EXPLORE("a storm", [] { return storm("first-success", weather::fair); });
}

TEST_CASE("losers are cancelled, and waited for", "[losers-end]") {
  WEIR_EXPLORE("a withdrawal that takes its time", [] {
    return race("losers-end",
                {{.answers = 5ms}, {.withdraws = 7ms}, {.answers = 50ms, .withdraws = 3ms}});
  });
  WEIR_EXPLORE("withdrawals that fail in their own way", [] {
    return race("losers-end", {{.withdraws = 7ms, .then = thrown::system_error},
                               {.withdraws = 4ms, .then = thrown::number},
                               {.answers = 5ms}});
  });
  WEIR_EXPLORE("some have failed already", [] {
    return race("losers-end", {{.answers = 1ms, .fails = thrown::system_error},
                               {.answers = 5ms},
                               {.withdraws = 2ms},
                               {.answers = 5ms, .fails = thrown::derived}});
  });
  WEIR_EXPLORE("one that answers before the others are asked", [] {
    return race("losers-end", {{.withdraws = 3ms}, {.answers = 0ns}, {.withdraws = 1ms}, {}});
  });
  WEIR_EXPLORE("the caller is cancelled while they end", [] {
    return race("losers-end", {{.answers = 5ms}, {.withdraws = 9ms}, {.withdraws = 4ms}}, {7ms});
  });
  WEIR_EXPLORE(few("ten thousand replicas"), [] { return crowd("losers-end"); });
  WEIR_EXPLORE("two at once, each its own", [] { return two_races("losers-end"); });
  WEIR_EXPLORE("a storm", [] { return storm("losers-end", weather::fair); });
}

TEST_CASE("what the others are granted is given back", "[given-back]") {
  WEIR_EXPLORE("two leases in one instant", [] {
    return race("given-back", {{.answers = 7ms, .gives_back = 2ms},
                               {.answers = 7ms, .gives_back = 2ms},
                               {.withdraws = 5ms}});
  });
  WEIR_EXPLORE("a lease in spite of the cancellation", [] {
    return race("given-back", {{.answers = 5ms},
                               {.withdraws = 0ms, .late = true, .gives_back = 1ms},
                               {.withdraws = 3ms, .late = true, .gives_back = 20ms},
                               {.withdraws = 9ms, .late = true, .gives_back = 2ms}});
  });
  WEIR_EXPLORE("leases with the numbers 0 and -1", [] {
    return race("given-back", {{.answers = 5ms},
                               {.withdraws = 1ms, .late = true, .number = 0},
                               {.withdraws = 3ms, .late = true, .number = -1}});
  });
  WEIR_EXPLORE("giving back takes ten hours", [] {
    return race("given-back",
                {{.answers = 5ms}, {.withdraws = 2ms, .late = true, .gives_back = 10h}}, {1h}, 11h);
  });
  WEIR_EXPLORE("the caller is cancelled, and one is faster", [] {
    return race("given-back",
                {{.withdraws = 3ms, .late = true, .gives_back = 4ms}, {.withdraws = 12ms}}, {10ms});
  });
  WEIR_EXPLORE("a lease and a cancellation in one instant", [] {
    return race("given-back",
                {{.answers = 10ms, .gives_back = 4ms},
                 {.answers = 10ms, .gives_back = 2ms},
                 {.withdraws = 1ms, .late = true, .gives_back = 1ms}},
                {10ms});
  });
  WEIR_EXPLORE("the caller is cancelled while a lease is given back", [] {
    return race("given-back",
                {{.answers = 5ms}, {.withdraws = 2ms, .late = true, .gives_back = 10ms}}, {12ms});
  });
  WEIR_EXPLORE("the caller is cancelled twice", [] {
    return race("given-back", {{.withdraws = 2ms, .late = true, .gives_back = 10ms}, {}},
                {5ms, 9ms});
  });
  WEIR_EXPLORE("the caller is cancelled when a lease has won", [] {
    return race("given-back", {{.answers = 5ms, .gives_back = 6ms}, {.withdraws = 8ms}}, {9ms});
  });
  WEIR_EXPLORE("a storm", [] { return storm("given-back", weather::cancelled); });
}

TEST_CASE("when all have failed, all failures come out", "[all-failed]") {
  WEIR_EXPLORE("errors of all kinds", [] {
    return race("all-failed", {{.answers = 9ms, .fails = thrown::system_error},
                               {.answers = 3ms, .fails = thrown::derived},
                               {.answers = 3ms, .fails = thrown::runtime_error},
                               {.answers = 1ms, .fails = thrown::number},
                               {.answers = 5ms, .fails = thrown::aborted}});
  });
  WEIR_EXPLORE("before there is anything to wait for", [] {
    return race("all-failed", {{.fails = thrown::derived, .at_the_call = true},
                               {.answers = 0ns, .fails = thrown::number},
                               {.fails = thrown::number, .at_the_call = true}});
  });
  WEIR_EXPLORE("one replica",
               [] { return race("all-failed", {{.answers = 4ms, .fails = thrown::derived}}); });
  WEIR_EXPLORE("nobody is there", [] { return race("all-failed", {}); });
  WEIR_EXPLORE("a storm", [] { return storm("all-failed", weather::foul); });
}

TEST_CASE("a cancellation of the caller reaches all, and is told", "[cancelled]") {
  WEIR_EXPLORE("while all are asked", [] {
    return race("cancelled",
                {{.withdraws = 3ms}, {.withdraws = 8ms}, {.answers = 50ms, .withdraws = 1ms}},
                {10ms});
  });
  WEIR_EXPLORE("when some have failed", [] {
    return race("cancelled",
                {{.answers = 2ms, .fails = thrown::system_error},
                 {.withdraws = 3ms, .then = thrown::number},
                 {.fails = thrown::derived, .at_the_call = true}},
                {10ms});
  });
  WEIR_EXPLORE("when the last fails in that instant", [] {
    return race("cancelled",
                {{.answers = 2ms, .fails = thrown::system_error},
                 {.answers = 10ms, .fails = thrown::derived}},
                {10ms});
  });
  WEIR_EXPLORE("and one is faster than its withdrawal", [] {
    return race("cancelled",
                {{.withdraws = 3ms, .late = true, .gives_back = 4ms}, {.withdraws = 1ms}}, {10ms});
  });
  WEIR_EXPLORE("in the instant of the call", [] {
    return race("cancelled",
                {{.answers = 0ns, .gives_back = 1ms}, {.withdraws = 3ms}, {.answers = 5ms}}, {0ms});
  });
  WEIR_EXPLORE("twice", [] {
    return race("cancelled", {{.withdraws = 6ms}, {.withdraws = 3ms}}, {10ms, 12ms});
  });
  WEIR_EXPLORE("after the end",
               [] { return race("cancelled", {{.answers = 4ms}, {.withdraws = 3ms}}, {20ms}); });
  WEIR_EXPLORE("a storm", [] { return storm("cancelled", weather::cancelled); });
}
