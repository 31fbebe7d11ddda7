#include "fixture.hpp"
#include "storm.hpp"
#include "weir_catch.hpp"

using namespace weir_hidden;

namespace {

using options = counter_fixture::options;

/// Three visits now, and what else the scenario says; then `stop`.
asio::awaitable<void> few_visits(std::string_view promise, options how, nanoseconds until_stop) {
  const auto executor = co_await asio::this_coro::executor;
  counter_fixture f(executor, promise, std::move(how));
  f.visit("a", 2);
  f.visit("b");
  co_await f.pass(until_stop);
  f.stop();
  co_await f.finish();
}

/// One that fails after 20 ms, and then a good store.
options fails(thrown kind, bool at_the_call = false) {
  return {.scripts = {{.fails = kind, .at_the_call = at_the_call}, {}}};
}

asio::awaitable<void> fails_once(thrown kind, bool at_the_call = false) {
  constexpr std::string_view promise = "errors-are-seen";
  const auto executor = co_await asio::this_coro::executor;
  counter_fixture f(executor, promise, fails(kind, at_the_call));
  f.visit("a", 2);
  co_await f.pass(5s + 30ms);
  weir::expect(f.writes().size() == 1,
               "2 visits were counted 5.0 s ago, and add() was called {} times", f.writes().size());
  f.visit("a");
  f.visit("b");
  co_await f.pass(5s + 30ms);
  weir::expect(
      f.writes().size() == 2 && f.unsaved().empty(),
      "the store had failed, it works again, and {} visits are not stored after two intervals",
      sum(f.unsaved()));
  f.visit("c");
  co_await f.finish();
}

/// `stop` is cancelled so much later.
asio::awaitable<void> cancelled_stop(options how, nanoseconds until_stop,
                                     nanoseconds until_cancel) {
  const auto executor = co_await asio::this_coro::executor;
  counter_fixture f(executor, "stop-cancelled", std::move(how));
  f.visit("a", 2);
  co_await f.pass(until_stop);
  f.visit("b");
  f.stop();
  if (until_cancel == 0ns)
    f.cancel_stop();
  else
    f.at(until_cancel, [&f] { f.cancel_stop(); });
  co_await f.finish();
}

} // namespace

TEST_CASE("what is counted is stored, once", "[stored]") {
  WEIR_EXPLORE("two intervals", []() -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    counter_fixture f(executor, "stored", {});
    for (int i = 0; i < 4; ++i) {
      f.visit("a");
      f.visit("b", 2);
      co_await f.pass(2s);
    }
    co_await f.pass(6s);
    weir::expect(f.unsaved().empty(),
                 "the last visit was 8.0 s ago; visits that are not stored: {}", sum(f.unsaved()));
    co_await f.finish();
  });

  WEIR_EXPLORE("visits while the store is called and while it works",
               []() -> asio::awaitable<void> {
                 const auto executor = co_await asio::this_coro::executor;
                 counter_fixture f(executor, "stored", {.scripts = {{.takes = 3s}}});
                 f.when_called = [&f] {
                   if (f.writes().size() < 3)
                     f.visit("from inside add()");
                 };
                 f.visit("a");
                 f.visit("b");
                 f.at(6s, [&f] { f.visit("a", 5); });
                 f.at(8s, [&f] { f.visit("b", 5); });
                 co_await f.pass(40s);
                 weir::expect(f.unsaved().empty(), "visits that are not stored after 40 s: {}",
                              sum(f.unsaved()));
                 co_await f.finish();
               });

  WEIR_EXPLORE("two counters", []() -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    counter_fixture one(executor, "stored", {.scripts = {{.takes = 2s}}});
    counter_fixture other(executor, "stored", {.interval = 4s, .scripts = {{.takes = 3s}}});
    one.visit("a", 300);
    other.visit("b", 3);
    co_await one.pass(5s + 500ms); // both stores are at work
    one.visit("c");
    other.visit("d", 2);
    co_await one.pass(5s);
    co_await other.pass(15s);
    weir::expect(one.unsaved().empty() && other.unsaved().empty(),
                 "of two counters, visits that are not stored: {} and {}", sum(one.unsaved()),
                 sum(other.unsaved()));
    co_await one.finish();
    co_await other.finish();
  });

  WEIR_EXPLORE("a storm of visits", [] { return storm("stored", weather::fair); });
}

TEST_CASE("the store is called as seldom as that allows", "[spared]") {
  WEIR_EXPLORE("nothing, and then a visit now and then", []() -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    counter_fixture f(executor, "spared", {});
    co_await f.pass(17s);
    for (int i = 0; i < 5; ++i) {
      f.visit("a");
      co_await f.pass(3s);
    }
    co_await f.finish();
  });

  WEIR_EXPLORE("a store that takes longer than an interval", []() -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    counter_fixture f(executor, "spared", {.scripts = {{.takes = 12s}}});
    for (int i = 0; i < 8; ++i) {
      f.visit("a", 2);
      co_await f.pass(3s);
    }
    co_await f.finish();
  });

  WEIR_EXPLORE("an interval of all the time there is", []() -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    co_await weir::testing::pass(1s);
    counter_fixture f(executor, "spared", {.interval = nanoseconds::max()});
    f.visit("a");
    co_await f.pass(1h);
    weir::expect(f.writes().empty(), "the interval is as long as can be, and add() was called");
    f.stop();
    co_await f.end();
  });

  WEIR_EXPLORE("a storm of visits", [] { return storm("spared", weather::fair); });
}

TEST_CASE("an error of the store is told, and ends nothing", "[errors-are-seen]") {
  WEIR_EXPLORE("a broken connection", [] { return fails_once(thrown::system_error); });
  WEIR_EXPLORE("an error with a type of its own", [] { return fails_once(thrown::derived); });
  WEIR_EXPLORE("no std::exception", [] { return fails_once(thrown::number); });
  WEIR_EXPLORE("an operation_aborted of the store's own",
               [] { return fails_once(thrown::aborted); });
  WEIR_EXPLORE("thrown at the call", [] { return fails_once(thrown::runtime_error, true); });

  WEIR_EXPLORE("many visits, kept", []() -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    counter_fixture f(executor, "errors-are-seen", fails(thrown::system_error));
    f.visit("a", 300);
    co_await f.pass(11s);
    weir::expect(f.unsaved().empty(),
                 "the store had failed and works again; visits that are not stored: {}",
                 sum(f.unsaved()));
    co_await f.finish();
  });

  WEIR_EXPLORE("visits while it fails, and from inside the handler", []() -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    counter_fixture f(executor, "errors-are-seen",
                      {.scripts = {{.takes = 1s, .fails = thrown::system_error},
                                   {.takes = 1s, .fails = thrown::runtime_error},
                                   {}}});
    f.when_told = [&f] {
      f.visit("from inside the handler");
    };
    f.visit("a", 2);
    f.at(5s + 500ms, [&f] { f.visit("a"); });
    f.at(5s + 600ms, [&f] { f.visit("b"); });
    co_await f.pass(25s);
    weir::expect(f.unsaved().empty(),
                 "the store has failed twice and works again; visits that are not stored: {}",
                 sum(f.unsaved()));
    co_await f.finish();
  });

  WEIR_EXPLORE("a storm of errors", [] { return storm("errors-are-seen", weather::faults); });
}

TEST_CASE("stop has everything stored, and waits for it", "[stop-flushes]") {
  const auto stops = [](options how, nanoseconds until_stop) {
    return [how, until_stop] {
      return few_visits("stop-flushes", how, until_stop);
    };
  };
  WEIR_EXPLORE("between two calls", stops({}, 2s));
  WEIR_EXPLORE("at once", stops({}, 0s));
  WEIR_EXPLORE("in the instant in which the interval is over", stops({}, 5s));
  WEIR_EXPLORE("when all is stored", stops({}, 7s));
  WEIR_EXPLORE("while a call runs", stops({.scripts = {{.takes = 3s}}}, 6s));
  WEIR_EXPLORE("in the instant in which a call ends", stops({.scripts = {{.takes = 1s}}}, 6s));
  WEIR_EXPLORE("while a call runs that fails",
               stops({.scripts = {{.takes = 2s, .fails = thrown::derived}, {}}}, 6s));
  WEIR_EXPLORE("and the last call fails", stops({.scripts = {{.fails = thrown::derived}}}, 2s));
  WEIR_EXPLORE("and the last call throws at the call",
               stops({.scripts = {{.fails = thrown::number, .at_the_call = true}}}, 2s));

  WEIR_EXPLORE("nothing was counted", []() -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    counter_fixture f(executor, "stop-flushes", {});
    if (weir::pick(2) == 1)
      co_await f.pass(12s);
    f.stop();
    co_await f.finish();
    weir::expect(f.writes().empty(), "nothing was counted, and add() was called");
  });

  WEIR_EXPLORE("visits while the last but one runs", []() -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    counter_fixture f(executor, "stop-flushes", {.scripts = {{.takes = 2s}}});
    f.visit("a", 2);
    co_await f.pass(6s);
    f.visit("a");
    f.visit("b", 7);
    f.stop();
    co_await f.finish();
  });

  WEIR_EXPLORE("a storm of visits", [] { return storm("stop-flushes", weather::faults); });
}

TEST_CASE("after stop nothing of the counter is left", "[nothing-left]") {
  const auto stops = [](options how, nanoseconds until_stop) {
    how.destroys = true;
    return [how, until_stop] {
      return few_visits("nothing-left", how, until_stop);
    };
  };
  WEIR_EXPLORE("it is destroyed between two calls", stops({}, 2s));
  WEIR_EXPLORE("it is destroyed before it has begun", stops({}, 0s));
  WEIR_EXPLORE("it is destroyed in the instant of a call", stops({}, 5s));
  WEIR_EXPLORE("it is destroyed when all is stored", stops({}, 9s));
  WEIR_EXPLORE("it is destroyed after an error",
               stops({.scripts = {{.fails = thrown::system_error}}}, 9s));

  WEIR_EXPLORE("visits after stop", []() -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    counter_fixture f(executor, "nothing-left", {.scripts = {{.takes = 1s}}});
    f.visit("a");
    co_await f.pass(5s + 100ms);
    f.visit("b");
    f.stop();
    f.at(1ms, [&f] { f.visit("too late"); });
    f.at(1s, [&f] { f.visit("too late"); });
    co_await f.finish();
  });

  WEIR_EXPLORE("a storm, and it is destroyed",
               [] { return storm("nothing-left", weather::faults); });
  WEIR_EXPLORE("a storm, and stop is cancelled",
               [] { return storm("nothing-left", weather::cancelled); });
}

TEST_CASE("a stop that is cancelled cancels the call, and waits for it", "[stop-cancelled]") {
  WEIR_EXPLORE("while the last call runs", [] {
    return cancelled_stop({.scripts = {{.takes = 10s, .tidies = 30ms}}}, 2s, 1s);
  });
  WEIR_EXPLORE("while the last call runs, which fails in its own way", [] {
    return cancelled_stop(
        {.scripts = {{.takes = 10s, .then = thrown::runtime_error, .tidies = 30ms}}}, 2s, 1s);
  });
  WEIR_EXPLORE("while the last but one runs", [] {
    return cancelled_stop({.scripts = {{.takes = 10s, .tidies = 30ms}}}, 6s, 1s);
  });
  WEIR_EXPLORE("the last but one is stored after all", [] {
    return cancelled_stop({.scripts = {{.takes = 10s, .tidies = 30ms, .late_success = true}}}, 6s,
                          1s);
  });
  WEIR_EXPLORE("in the instant in which the last but one ends",
               [] { return cancelled_stop({.scripts = {{.takes = 2s}}}, 6s, 1s); });
  WEIR_EXPLORE("in the instant in which the last one ends",
               [] { return cancelled_stop({.scripts = {{.takes = 2s}}}, 1s, 2s); });
  WEIR_EXPLORE("at once",
               [] { return cancelled_stop({.scripts = {{.takes = 10s, .tidies = 1ms}}}, 1s, 0s); });
  WEIR_EXPLORE("a storm, and stop is cancelled",
               [] { return storm("stop-cancelled", weather::cancelled); });
}
