#include "fixture.hpp"
#include "storm.hpp"
#include "weir_catch.hpp"

using namespace weir_hidden;

namespace {

constexpr scope rhythm{.spacing = true};
constexpr scope use{.full_use = true};
constexpr scope pauses{.pause = true};
constexpr scope turns{.order = true};
constexpr scope rhythm_and_use{.spacing = true, .full_use = true};
constexpr scope everything{.spacing = true, .full_use = true, .pause = true};

} // namespace

// Nothing is cancelled in the instant in which it is started, and answers come 4 ms after a turn,
// unless a scenario is about what happens in one instant.

TEST_CASE("requests keep their distance", "[spacing]") {
  WEIR_EXPLORE("eight at once", []() -> asio::awaitable<void> {
    client_fixture f(co_await asio::this_coro::executor, rhythm);
    f.ask_many(1, 8);
    co_await f.finish();
  });

  WEIR_EXPLORE("idle time is not saved up", []() -> asio::awaitable<void> {
    client_fixture f(co_await asio::this_coro::executor, rhythm);
    f.ask(1);
    co_await f.wait(205ms);
    f.ask_many(2, 5);
    co_await f.wait(16ms);
    f.ask(6);
    co_await f.finish();
  });

  WEIR_EXPLORE("repeated requests count too", []() -> asio::awaitable<void> {
    client_fixture f(co_await asio::this_coro::executor, rhythm);
    for (const int request : {1, 2, 4})
      f.to.script[request] = {refuse(0ms), refuse(3ms)};
    f.ask_many(1, 6);
    co_await f.finish();
  });

  WEIR_EXPLORE("a storm", [] { return storm(storm_focus::refusing, "spacing"); });
}

TEST_CASE("the allowance is used", "[full-use]") {
  WEIR_EXPLORE("while answers take their time", []() -> asio::awaitable<void> {
    client_fixture f(co_await asio::this_coro::executor, use);
    for (int request = 1; request <= 6; ++request)
      f.to.script[request] = {{.latency = 95ms}};
    f.ask_many(1, 6);
    co_await f.finish();
  });

  WEIR_EXPLORE("one now and then", []() -> asio::awaitable<void> {
    client_fixture f(co_await asio::this_coro::executor, use);
    f.ask(1);
    co_await f.wait(5ms);
    f.ask(2);
    co_await f.wait(50ms);
    f.ask(3);
    co_await f.wait(17ms);
    f.ask_many(4, 5);
    co_await f.wait(3ms);
    f.ask(6);
    co_await f.finish();
  });

  WEIR_EXPLORE("after each pause", []() -> asio::awaitable<void> {
    client_fixture f(co_await asio::this_coro::executor, use);
    f.to.script[1] = {refuse(33ms), refuse(0ms)};
    f.to.script[3] = {refuse(71ms)};
    f.ask_many(1, 5);
    co_await f.wait(400ms);
    f.ask(6);
    co_await f.finish();
  });

  WEIR_EXPLORE("no other answer begins a pause", []() -> asio::awaitable<void> {
    client_fixture f(co_await asio::this_coro::executor, use);
    f.to.script[1] = {{.status = 503, .retry_after = 500ms}};
    f.to.script[2] = {{.retry_after = 200ms}};
    f.ask_many(1, 6);
    co_await f.wait(70ms);
    f.ask(7);
    co_await f.finish();
  });

  WEIR_EXPLORE("the pause of one who has left", []() -> asio::awaitable<void> {
    client_fixture f(co_await asio::this_coro::executor, use);
    f.to.script[1] = {refuse(80ms)};
    call& refused = f.ask(1);
    co_await f.wait(50ms);
    f.cancel(refused);
    co_await f.wait(9ms);
    f.ask_many(2, 3); // the pause ends at 104 ms
    co_await f.finish();
  });

  WEIR_EXPLORE("two clients", []() -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    client_fixture one(executor, use);
    client_fixture other(executor, use);
    one.to.script[1] = {refuse(200ms)};
    one.ask_many(1, 3);
    co_await one.wait(3ms);
    other.ask_many(1, 3);
    co_await one.wait(500ms);
    co_await other.finish();
    co_await one.finish();
  });

  WEIR_EXPLORE("a storm", [] { return storm(storm_focus::plain, "full-use"); });
}

TEST_CASE("a pause is everybody's", "[pause-shared]") {
  WEIR_EXPLORE("those in line wait too", []() -> asio::awaitable<void> {
    client_fixture f(co_await asio::this_coro::executor, pauses);
    f.to.script[2] = {refuse(200ms + 700us)}; // to the nanosecond
    f.ask_many(1, 8);
    co_await f.wait(100ms);
    f.ask(9); // so does who comes during the pause
    co_await f.finish();
  });

  WEIR_EXPLORE("an hour and a half", []() -> asio::awaitable<void> {
    client_fixture f(co_await asio::this_coro::executor, pauses);
    f.to.script[1] = {refuse(90min)};
    f.ask_many(1, 3);
    co_await f.finish(91min);
    f.expect_answered(1, 3);
  });

  WEIR_EXPLORE("the latest end counts", []() -> asio::awaitable<void> {
    client_fixture f(co_await asio::this_coro::executor, pauses);
    f.to.script[1] = {refuse(100ms)}; // until 124 ms
    f.to.script[2] = {refuse(300ms)}; // until 334 ms
    f.to.script[3] = {refuse(20ms)};  // until 64 ms
    f.ask_many(1, 6);
    co_await f.finish();
  });

  WEIR_EXPLORE("the latest news is not the latest end", []() -> asio::awaitable<void> {
    client_fixture f(co_await asio::this_coro::executor, pauses);
    f.to.script[1] = {refuse(300ms)};                          // until 324 ms
    f.to.script[2] = {refuse(0ms), refuse(90ms), refuse(0ms)}; // until 34 ms, and later
    f.ask_many(1, 5);
    co_await f.finish();
  });

  WEIR_EXPLORE("a good answer does not end it", []() -> asio::awaitable<void> {
    client_fixture f(co_await asio::this_coro::executor, pauses);
    f.to.script[1] = {{.latency = 66ms}};
    f.to.script[2] = {refuse(150ms)};
    f.ask_many(1, 5);
    co_await f.wait(90ms);
    f.ask(6);
    co_await f.finish();
  });

  WEIR_EXPLORE("it stays when the refused one leaves", []() -> asio::awaitable<void> {
    client_fixture f(co_await asio::this_coro::executor, pauses);
    f.to.script[1] = {refuse(150ms)};
    call& refused = f.ask(1);
    co_await f.wait(1ms);
    f.ask_many(2, 4);
    co_await f.wait(50ms);
    f.cancel(refused);
    f.ask(5);
    co_await f.finish();
  });

  WEIR_EXPLORE("it stays when nobody waits", []() -> asio::awaitable<void> {
    client_fixture f(co_await asio::this_coro::executor, pauses);
    f.to.script[1] = {refuse(150ms)};
    call& refused = f.ask(1);
    co_await f.wait(50ms);
    f.cancel(refused);
    co_await f.wait(20ms);
    f.ask(2);
    co_await f.finish();
  });

  WEIR_EXPLORE("a storm", [] { return storm(storm_focus::cancelling, "pause-shared"); });
}

TEST_CASE("no burst after a pause", "[no-burst]") {
  WEIR_EXPLORE("many have waited", []() -> asio::awaitable<void> {
    client_fixture f(co_await asio::this_coro::executor, rhythm_and_use);
    f.to.script[1] = {refuse(100ms)};
    f.ask(1);
    co_await f.wait(30ms);
    f.ask_many(2, 9);
    co_await f.wait(94ms); // the end of the pause
    f.ask(10);
    co_await f.finish();
    f.expect_answered(1, 10);
  });

  WEIR_EXPLORE("several were refused", []() -> asio::awaitable<void> {
    client_fixture f(co_await asio::this_coro::executor, rhythm_and_use);
    // All three of them until 144 ms.
    f.to.script[1] = {refuse(120ms)};
    f.to.script[2] = {refuse(110ms)};
    f.to.script[3] = {refuse(100ms), refuse(40ms)};
    f.ask_many(1, 3);
    co_await f.finish();
    f.expect_answered(1, 3);
  });

  WEIR_EXPLORE("a storm", [] { return storm(storm_focus::refusing, "no-burst"); });
}

TEST_CASE("every request gets its answer", "[all-answered]") {
  WEIR_EXPLORE("refused again and again", []() -> asio::awaitable<void> {
    client_fixture f(co_await asio::this_coro::executor, {});
    f.to.script[1] = std::vector<reaction>(7, refuse(15ms));
    f.to.script[3] = {refuse(40ms), refuse(0ms), refuse(5ms)};
    f.ask_many(1, 4);
    co_await f.finish();
    f.expect_answered(1, 4);
    const int due[] = {8, 1, 4, 1};
    for (int request = 1; request <= 4; ++request)
      f.expect_sent(request, due[request - 1]);
  });

  WEIR_EXPLORE("refused forty times", []() -> asio::awaitable<void> {
    client_fixture f(co_await asio::this_coro::executor, {});
    f.to.script[1] = std::vector<reaction>(40, refuse(1ms));
    f.ask_many(1, 2);
    co_await f.finish();
    f.expect_answered(1, 2);
    f.expect_sent(1, 41);
  });

  WEIR_EXPLORE("other answers are answers", []() -> asio::awaitable<void> {
    client_fixture f(co_await asio::this_coro::executor, {});
    f.to.script[1] = {{.status = 503, .retry_after = 500ms}};
    f.to.script[2] = {refuse(30ms), {.status = 404}};
    const call& unavailable = f.ask(1);
    const call& unknown = f.ask(2);
    f.ask(3);
    co_await f.finish();
    weir::expect(unavailable.status() == 503, "the partner answered 503 to request 1: ask(1) {}",
                 unavailable.fate());
    weir::expect(unknown.status() == 404, "the partner answered 404 to request 2: ask(2) {}",
                 unknown.fate());
    f.expect_sent(1, 1);
    f.expect_sent(2, 2);
    f.expect_answered(3, 3);
  });

  WEIR_EXPLORE("a broken connection is its caller's", []() -> asio::awaitable<void> {
    client_fixture f(co_await asio::this_coro::executor, {.full_use = true});
    f.to.script[1] = {{.breaks = true}};
    f.to.script[3] = {refuse(50ms), {.breaks = true}};
    const call& first = f.ask(1);
    f.ask(2);
    const call& third = f.ask(3);
    f.ask(4);
    co_await f.finish();
    for (const call* one : {&first, &third})
      weir::expect(one->asked->fate() == weir::testing::threw(asio::error::connection_reset),
                   "the connection broke under request {}: ask({}) {}", one->request, one->request,
                   one->fate());
    f.expect_sent(1, 1);
    f.expect_sent(3, 2);
    f.expect_answered(2, 2);
    f.expect_answered(4, 4);
  });

  WEIR_EXPLORE("a storm", [] { return storm(storm_focus::failing, "all-answered"); });
}

TEST_CASE("first come, first sent", "[order]") {
  WEIR_EXPLORE("in order of arrival", []() -> asio::awaitable<void> {
    client_fixture f(co_await asio::this_coro::executor, turns);
    co_await f.ask_in_turn(1, 6);
    co_await f.wait(33ms);
    co_await f.ask_in_turn(7, 9);
    co_await f.finish();
    f.expect_answered(1, 9);
  });

  WEIR_EXPLORE("whatever the requests are", []() -> asio::awaitable<void> {
    client_fixture f(co_await asio::this_coro::executor, turns);
    for (const int request : {5, 9, 2, -1, 7, 0, 3}) {
      f.ask(request);
      co_await f.wait(1ms);
    }
    co_await f.finish();
    f.expect_answered(-1, 9);
  });

  WEIR_EXPLORE("the refused keep their places", []() -> asio::awaitable<void> {
    client_fixture f(co_await asio::this_coro::executor, turns);
    f.to.script[1] = {refuse(60ms, 38ms), refuse(20ms)};
    f.to.script[2] = {refuse(60ms, 24ms), refuse(20ms)};
    f.to.script[4] = {refuse(0ms, 31ms)};
    co_await f.ask_in_turn(1, 8);
    co_await f.finish();
    f.expect_answered(1, 8);
  });

  WEIR_EXPLORE("a storm", [] { return storm(storm_focus::refusing, "order"); });
}

TEST_CASE("who is cancelled leaves no trace", "[cancelled]") {
  WEIR_EXPLORE("in the line", []() -> asio::awaitable<void> {
    client_fixture f(co_await asio::this_coro::executor, everything);
    f.ask(1);
    co_await f.wait(1ms);
    call& second = f.ask(2);
    co_await f.wait(1ms);
    call& third = f.ask(3);
    co_await f.wait(1ms);
    f.ask(4);
    co_await f.wait(1ms);
    co_await f.give_up(third);
    co_await f.give_up(second);
    co_await f.wait(5ms);
    f.expect_sent(4, 1);
    co_await f.finish();
    f.expect_answered(4, 4);
  });

  WEIR_EXPLORE("in a pause", []() -> asio::awaitable<void> {
    client_fixture f(co_await asio::this_coro::executor, everything);
    f.to.script[1] = {refuse(100ms)};
    call& refused = f.ask(1);
    co_await f.wait(30ms);
    call& second = f.ask(2);
    co_await f.wait(1ms);
    f.ask_many(3, 4);
    co_await f.wait(1ms);
    co_await f.give_up(refused);
    co_await f.give_up(second);
    co_await f.finish();
    f.expect_sent(1, 1);
    f.expect_answered(3, 4);
  });

  WEIR_EXPLORE("all of them", []() -> asio::awaitable<void> {
    client_fixture f(co_await asio::this_coro::executor, everything);
    f.to.script[1] = {refuse(100ms)};
    call& refused = f.ask(1);
    co_await f.wait(30ms);
    call& second = f.ask(2);
    co_await f.wait(1ms);
    co_await f.give_up(second);
    co_await f.give_up(refused);
    co_await f.wait(200ms);
    f.ask_many(3, 4);
    co_await f.finish();
    f.expect_answered(3, 4);
  });

  WEIR_EXPLORE("on the way", []() -> asio::awaitable<void> {
    client_fixture f(co_await asio::this_coro::executor, everything);
    f.to.script[1] = {{.latency = 500ms}};
    call& first = f.ask(1);
    co_await f.wait(1ms);
    f.ask(2);
    co_await f.wait(13ms);
    f.cancel(first);
    const nanoseconds at = weir::now();
    co_await f.wait(1ms);
    weir::expect(f.to.cancelled == 1,
                 "ask(1) was cancelled while its request was on the way, and the sending goes on");
    weir::expect(first.cancelled() && first.asked->ended_at() == at,
                 "ask(1) was cancelled while its request was on the way: 1 ms later it {}",
                 first.fate());
    f.ask(3);
    co_await f.finish();
    f.expect_answered(2, 3);
  });

  WEIR_EXPLORE("as its turn comes", []() -> asio::awaitable<void> {
    client_fixture f(co_await asio::this_coro::executor, rhythm);
    f.ask(1);
    co_await f.wait(1ms);
    call& second = f.ask(2);
    co_await f.wait(1ms);
    f.ask_many(3, 4);
    co_await f.wait(8ms); // 10 ms: the turn of request 2
    f.cancel(second);
    co_await f.wait(1ms);
    weir::expect(second.cancelled(),
                 "ask(2) was cancelled in the instant of its turn: 1 ms later it {}",
                 second.fate());
    co_await f.wait(10ms); // 21 ms: at the latest the next turn is another's
    weir::expect(f.books.times(3) + f.books.times(4) > 0,
                 "ask(2), the first in line, was cancelled in the instant of its turn; 11 ms later "
                 "none of those behind it has been sent");
    co_await f.finish();
    f.expect_answered(3, 4);
  });

  WEIR_EXPLORE("a storm", [] { return storm(storm_focus::cancelling, "cancelled"); });
}
