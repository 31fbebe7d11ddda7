#include "for_real.hpp"
#include "scenarios.hpp"
#include "weir_catch.hpp"

using namespace weir_hidden;

TEST_CASE("a job is called on a thread, when there is one", "[beside]") {
  WEIR_EXPLORE(few("one job"), [] { return calls("beside", {.commands = {call()}}); });
  WEIR_EXPLORE(few("three at once, two threads"), [] {
    return calls("beside", {.threads = 2,
                            .limit = 1,
                            .commands = {call({.takes = 5ms}), and_then(call({.takes = 3ms})),
                                         and_then(call({.takes = 4ms}))}});
  });
  WEIR_EXPLORE(few("a thread that is free again"), [] {
    return calls("beside", {.limit = 0,
                            .commands = {call({.takes = 0ns}), call({.takes = 900us}), call(),
                                         call({.takes = 0ns})}});
  });
  WEIR_EXPLORE(few("one that ends as another comes"), [] {
    return calls("beside", {.threads = 2,
                            .limit = 2,
                            .commands = pass(0) + call({.takes = 4ms}) + call({.takes = 3ms}) +
                                        and_then(call({.takes = 1ms})) + pass(2) + call() +
                                        and_then(call())});
  });
  WEIR_EXPLORE("a storm", [] { return storm("beside", weather::fair); });
}

TEST_CASE("what a job gives comes back to its caller", "[comes-back]") {
  WEIR_EXPLORE(few("a result"), [] { return calls("comes-back", {.commands = {call(), call()}}); });
  WEIR_EXPLORE(few("errors of all kinds"), [] {
    return calls("comes-back", {.limit = 5,
                                .commands = {call({.takes = 1ms, .throws = thrown::system_error}),
                                             call({.takes = 1ms, .throws = thrown::derived}),
                                             call({.takes = 2ms, .throws = thrown::runtime_error}),
                                             call({.takes = 0ns, .throws = thrown::number}),
                                             call({.takes = 1ms, .throws = thrown::aborted})}});
  });
  WEIR_EXPLORE(few("to callers on a strand and beside it"), [] {
    return calls("comes-back", {.threads = 2,
                                .on_a_strand = true,
                                .commands = {call(), and_then(call({.takes = 2ms})),
                                             call({.takes = 1ms, .throws = thrown::number})}});
  });
  WEIR_EXPLORE(few("several in one instant"), [] {
    return calls("comes-back",
                 {.threads = 3,
                  .commands = {call({.takes = 3ms}),
                               and_then(call({.takes = 3ms, .throws = thrown::derived})),
                               and_then(call({.takes = 3ms}))}});
  });
  WEIR_EXPLORE("a storm", [] { return storm("comes-back", weather::fair); });
}

TEST_CASE("few run, few wait, and the others are refused", "[bounded]") {
  WEIR_EXPLORE(few("one too many"), [] {
    return calls(
        "bounded",
        {.threads = 2, .limit = 2, .commands = {call(), call(), call(), call(), call(), call()}});
  });
  WEIR_EXPLORE(few("nobody may wait"), [] {
    return calls("bounded", {.limit = 0, .commands = {call(), call(), and_then(call())}});
  });
  WEIR_EXPLORE(few("ten in one instant"), [] {
    plan ten{.threads = 2, .limit = 3};
    for (int i = 0; i < 10; ++i)
      ten.commands.push_back(and_then(call({.takes = 1ms})));
    return calls("bounded", ten);
  });
  WEIR_EXPLORE(few("a caller who comes again at once"), [] {
    return calls("bounded", {.limit = 0, .commands = {call({.takes = 2ms, .again = 5})}});
  });
  WEIR_EXPLORE(few("who waits is served in order"), [] {
    return calls("bounded", {.limit = 4,
                             .commands = {call({.takes = 7ms}), call({.takes = 1ms}),
                                          call({.takes = 2ms}), call({.takes = 0ns}), call()}});
  });
  WEIR_EXPLORE(few("places that were left are taken again"), [] {
    return calls("bounded",
                 {.limit = 2,
                  .commands = {call({.takes = 20ms}), call(), call(), cancel(1), call(), cancel(1),
                               call(), cancel(1), cancel(1), call(), call()}});
  });
  WEIR_EXPLORE(few("jobs that fail give back their place"), [] {
    plan five{.limit = 1};
    for (int i = 0; i < 4; ++i)
      five.commands = five.commands + call({.takes = 1ms, .throws = thrown::runtime_error}) +
                      and_then(call({.takes = 1ms, .throws = thrown::number})) + pass(3);
    five.commands = five.commands + call() + call() + call();
    return calls("bounded", five);
  });
  WEIR_EXPLORE("a storm", [] { return storm("bounded", weather::fair); });
}

TEST_CASE("who waits can leave", "[withdrawn]") {
  WEIR_EXPLORE(few("the first of two"), [] {
    return calls("withdrawn", {.limit = 2, .commands = {call(), call(), call(), cancel(1)}});
  });
  WEIR_EXPLORE(few("the last, and a place is free"), [] {
    return calls("withdrawn", {.limit = 1,
                               .commands = {call({.takes = 9ms}), call(), cancel(1), call(),
                                            cancel(1), call({.takes = 1ms})}});
  });
  WEIR_EXPLORE(few("all of them"), [] {
    return calls("withdrawn",
                 {.threads = 2,
                  .limit = 3,
                  .commands = {call({.takes = 9ms}), call({.takes = 9ms}), call(), call(), call(),
                               cancel(2), and_then(cancel(2)), and_then(cancel(2)), call()}});
  });
  WEIR_EXPLORE(few("in the instant in which its turn comes"), [] {
    return calls("withdrawn",
                 {.limit = 2,
                  .commands = pass(0) + call({.takes = 5ms}) +
                              call({.takes = 2ms, .polite = true}) + call() + pass(2) + cancel(1)});
  });
  WEIR_EXPLORE(few("ten thousand wait, and most of them leave", 1), [] { return crowd(); });
  WEIR_EXPLORE(few("twice"), [] {
    return calls("withdrawn",
                 {.commands = {call(), call(), cancel(1), and_then(cancel(1)), call()}});
  });
  WEIR_EXPLORE("a storm", [] { return storm("withdrawn", weather::cancelling); });
}

TEST_CASE("a job that runs is asked to stop", "[stopped]") {
  WEIR_EXPLORE(few("one that looks"), [] {
    return calls("stopped", {.commands = {call({.takes = 9ms, .polite = true}), cancel()}});
  });
  WEIR_EXPLORE(few("one that does not"), [] {
    return calls("stopped", {.commands = {call({.takes = 6ms}), cancel(), call()}});
  });
  WEIR_EXPLORE(few("one that fails when it is asked"), [] {
    return calls(
        "stopped",
        {.threads = 2,
         .commands = {call({.takes = 9ms, .polite = true, .if_stopped = thrown::number}),
                      call({.takes = 4ms, .throws = thrown::derived}), cancel(), cancel()}});
  });
  WEIR_EXPLORE(few("and the next goes on undisturbed"), [] {
    return calls("stopped", {.limit = 2,
                             .commands = {call({.takes = 9ms, .polite = true}),
                                          call({.takes = 4ms, .polite = true}), cancel(),
                                          call({.takes = 2ms, .polite = true})}});
  });
  WEIR_EXPLORE(few("in the instant of its end"), [] {
    return calls("stopped", {.commands = pass(0) + call({.takes = 3ms}) + pass(2) + cancel()});
  });
  WEIR_EXPLORE(few("twice"), [] {
    return calls("stopped", {.commands = {call({.takes = 6ms}), cancel(), cancel(), call()}});
  });
  WEIR_EXPLORE("a storm", [] { return storm("stopped", weather::cancelling); });
}

TEST_CASE("nothing is left of a job when its call has ended", "[nothing-left]") {
  WEIR_EXPLORE(few("it has returned"), [] {
    return calls("nothing-left", {.threads = 2, .commands = {call(), and_then(call())}});
  });
  WEIR_EXPLORE(few("it has thrown"), [] {
    return calls("nothing-left", {.commands = {call({.throws = thrown::runtime_error})}});
  });
  WEIR_EXPLORE(few("it was refused"),
               [] { return calls("nothing-left", {.limit = 0, .commands = {call(), call()}}); });
  WEIR_EXPLORE(few("it was withdrawn"), [] {
    return calls("nothing-left", {.limit = 1, .commands = {call(), call(), cancel(1)}});
  });
  WEIR_EXPLORE(few("it was asked to stop"), [] {
    return calls("nothing-left", {.limit = 1,
                                  .commands = {call({.takes = 9ms, .polite = true}),
                                               call({.takes = 3ms}), cancel(), cancel()}});
  });
  WEIR_EXPLORE("a storm", [] { return storm("nothing-left", weather::cancelling); });
}

TEST_CASE("close waits for everybody, and the loop does not wait for it", "[closed]") {
  WEIR_EXPLORE(few("nobody is inside"), [] { return calls("closed", {.commands = {close()}}); });
  WEIR_EXPLORE(few("a job runs"), [] {
    return calls("closed", {.threads = 2, .commands = {call(), call(), close()}});
  });
  WEIR_EXPLORE(few("some wait"), [] {
    return calls("closed", {.limit = 3, .commands = {call(), call(), call(), close(), call()}});
  });
  WEIR_EXPLORE(few("and one of those that wait leaves"), [] {
    return calls("closed", {.limit = 3,
                            .commands = {call(), call(), call({.throws = thrown::number}), close(),
                                         cancel(1), cancel()}});
  });
  WEIR_EXPLORE(few("in the instant in which the last one ends"), [] {
    return calls("closed", {.commands = pass(0) + call({.takes = 3ms}) + pass(2) + close()});
  });
  WEIR_EXPLORE("a storm", [] { return storm("closed", weather::closing); });
}

TEST_CASE("a real io_context and a real thread_pool", "[for-real]") {
  WEIR_EXPLORE(few("two offloaders, in virtual time"), [] { return two_of_them(); });
  const std::string found = for_real();
  WEIR_EXPECT(found.empty(), "{}", found);
}
