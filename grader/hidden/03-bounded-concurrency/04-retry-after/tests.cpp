#include "bench.hpp"
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
    bench b(co_await asio::this_coro::executor, rhythm);
    b.ask_many(1, 8);
    co_await b.finish();
  });

  WEIR_EXPLORE("idle time is not saved up", []() -> asio::awaitable<void> {
    bench b(co_await asio::this_coro::executor, rhythm);
    b.ask(1);
    co_await b.wait(205ms);
    b.ask_many(2, 5);
    co_await b.wait(16ms);
    b.ask(6);
    co_await b.finish();
  });

  WEIR_EXPLORE("repeated requests count too", []() -> asio::awaitable<void> {
    bench b(co_await asio::this_coro::executor, rhythm);
    for (const int request : {1, 2, 4})
      b.to.script[request] = {refuse(0ms), refuse(3ms)};
    b.ask_many(1, 6);
    co_await b.finish();
  });
}

TEST_CASE("the allowance is used", "[full-use]") {
  WEIR_EXPLORE("while answers take their time", []() -> asio::awaitable<void> {
    bench b(co_await asio::this_coro::executor, use);
    for (int request = 1; request <= 6; ++request)
      b.to.script[request] = {{.latency = 95ms}};
    b.ask_many(1, 6);
    co_await b.finish();
  });

  WEIR_EXPLORE("one now and then", []() -> asio::awaitable<void> {
    bench b(co_await asio::this_coro::executor, use);
    b.ask(1);
    co_await b.wait(5ms);
    b.ask(2);
    co_await b.wait(50ms);
    b.ask(3);
    co_await b.wait(17ms);
    b.ask_many(4, 5);
    co_await b.wait(3ms);
    b.ask(6);
    co_await b.finish();
  });

  WEIR_EXPLORE("after each pause", []() -> asio::awaitable<void> {
    bench b(co_await asio::this_coro::executor, use);
    b.to.script[1] = {refuse(33ms), refuse(0ms)};
    b.to.script[3] = {refuse(71ms)};
    b.ask_many(1, 5);
    co_await b.wait(400ms);
    b.ask(6);
    co_await b.finish();
  });

  WEIR_EXPLORE("no other answer begins a pause", []() -> asio::awaitable<void> {
    bench b(co_await asio::this_coro::executor, use);
    b.to.script[1] = {{.status = 503, .retry_after = 500ms}};
    b.to.script[2] = {{.retry_after = 200ms}};
    b.ask_many(1, 6);
    co_await b.wait(70ms);
    b.ask(7);
    co_await b.finish();
  });

  WEIR_EXPLORE("the pause of one who has left", []() -> asio::awaitable<void> {
    bench b(co_await asio::this_coro::executor, use);
    b.to.script[1] = {refuse(80ms)};
    call& refused = b.ask(1);
    co_await b.wait(50ms);
    b.cancel(refused);
    co_await b.wait(9ms);
    b.ask_many(2, 3); // the pause ends at 104 ms
    co_await b.finish();
  });
}

TEST_CASE("a pause is everybody's", "[pause-shared]") {
  WEIR_EXPLORE("those in line wait too", []() -> asio::awaitable<void> {
    bench b(co_await asio::this_coro::executor, pauses);
    b.to.script[2] = {refuse(200ms + 700us)}; // to the nanosecond
    b.ask_many(1, 8);
    co_await b.wait(100ms);
    b.ask(9); // so does who comes during the pause
    co_await b.finish();
  });

  WEIR_EXPLORE("the latest end counts", []() -> asio::awaitable<void> {
    bench b(co_await asio::this_coro::executor, pauses);
    b.to.script[1] = {refuse(100ms)}; // until 124 ms
    b.to.script[2] = {refuse(300ms)}; // until 334 ms
    b.to.script[3] = {refuse(20ms)};  // until 64 ms
    b.ask_many(1, 6);
    co_await b.finish();
  });

  WEIR_EXPLORE("the latest news is not the latest end", []() -> asio::awaitable<void> {
    bench b(co_await asio::this_coro::executor, pauses);
    b.to.script[1] = {refuse(300ms)};                          // until 324 ms
    b.to.script[2] = {refuse(0ms), refuse(90ms), refuse(0ms)}; // until 34 ms, and later
    b.ask_many(1, 5);
    co_await b.finish();
  });

  WEIR_EXPLORE("a good answer does not end it", []() -> asio::awaitable<void> {
    bench b(co_await asio::this_coro::executor, pauses);
    b.to.script[1] = {{.latency = 66ms}};
    b.to.script[2] = {refuse(150ms)};
    b.ask_many(1, 5);
    co_await b.wait(90ms);
    b.ask(6);
    co_await b.finish();
  });

  WEIR_EXPLORE("it stays when the refused one leaves", []() -> asio::awaitable<void> {
    bench b(co_await asio::this_coro::executor, pauses);
    b.to.script[1] = {refuse(150ms)};
    call& refused = b.ask(1);
    co_await b.wait(1ms);
    b.ask_many(2, 4);
    co_await b.wait(50ms);
    b.cancel(refused);
    b.ask(5);
    co_await b.finish();
  });

  WEIR_EXPLORE("it stays when nobody waits", []() -> asio::awaitable<void> {
    bench b(co_await asio::this_coro::executor, pauses);
    b.to.script[1] = {refuse(150ms)};
    call& refused = b.ask(1);
    co_await b.wait(50ms);
    b.cancel(refused);
    co_await b.wait(20ms);
    b.ask(2);
    co_await b.finish();
  });
}

TEST_CASE("no burst after a pause", "[no-burst]") {
  WEIR_EXPLORE("many have waited", []() -> asio::awaitable<void> {
    bench b(co_await asio::this_coro::executor, rhythm_and_use);
    b.to.script[1] = {refuse(100ms)};
    b.ask(1);
    co_await b.wait(30ms);
    b.ask_many(2, 9);
    co_await b.wait(94ms); // the end of the pause
    b.ask(10);
    co_await b.finish();
    b.expect_answered(1, 10);
  });

  WEIR_EXPLORE("several were refused", []() -> asio::awaitable<void> {
    bench b(co_await asio::this_coro::executor, rhythm_and_use);
    // All three of them until 144 ms.
    b.to.script[1] = {refuse(120ms)};
    b.to.script[2] = {refuse(110ms)};
    b.to.script[3] = {refuse(100ms), refuse(40ms)};
    b.ask_many(1, 3);
    co_await b.finish();
    b.expect_answered(1, 3);
  });
}

TEST_CASE("every request gets its answer", "[all-answered]") {
  WEIR_EXPLORE("refused again and again", []() -> asio::awaitable<void> {
    bench b(co_await asio::this_coro::executor, {});
    b.to.script[1] = std::vector<reaction>(7, refuse(15ms));
    b.to.script[3] = {refuse(40ms), refuse(0ms), refuse(5ms)};
    b.ask_many(1, 4);
    co_await b.finish();
    b.expect_answered(1, 4);
    const int due[] = {8, 1, 4, 1};
    for (int request = 1; request <= 4; ++request)
      b.expect_sent(request, due[request - 1]);
  });

  WEIR_EXPLORE("other answers are answers", []() -> asio::awaitable<void> {
    bench b(co_await asio::this_coro::executor, {});
    b.to.script[1] = {{.status = 503, .retry_after = 500ms}};
    b.to.script[2] = {refuse(30ms), {.status = 404}};
    const call& unavailable = b.ask(1);
    const call& unknown = b.ask(2);
    b.ask(3);
    co_await b.finish();
    weir::expect(unavailable.got && unavailable.got->status == 503,
                 "the partner answered 503 to request 1: ask(1) {}", unavailable.fate());
    weir::expect(unknown.got && unknown.got->status == 404,
                 "the partner answered 404 to request 2: ask(2) {}", unknown.fate());
    b.expect_sent(1, 1);
    b.expect_sent(2, 2);
    b.expect_answered(3, 3);
  });

  WEIR_EXPLORE("a broken connection is its caller's", []() -> asio::awaitable<void> {
    bench b(co_await asio::this_coro::executor, {.full_use = true});
    b.to.script[1] = {{.breaks = true}};
    b.to.script[3] = {refuse(50ms), {.breaks = true}};
    const call& first = b.ask(1);
    b.ask(2);
    const call& third = b.ask(3);
    b.ask(4);
    co_await b.finish();
    for (const call* one : {&first, &third})
      weir::expect(one->error == asio::error::connection_reset,
                   "the connection broke under request {}: ask({}) {}", one->request, one->request,
                   one->fate());
    b.expect_sent(1, 1);
    b.expect_sent(3, 2);
    b.expect_answered(2, 2);
    b.expect_answered(4, 4);
  });
}

TEST_CASE("first come, first sent", "[order]") {
  WEIR_EXPLORE("in order of arrival", []() -> asio::awaitable<void> {
    bench b(co_await asio::this_coro::executor, turns);
    co_await b.ask_in_turn(1, 6);
    co_await b.wait(33ms);
    co_await b.ask_in_turn(7, 9);
    co_await b.finish();
    b.expect_answered(1, 9);
  });

  WEIR_EXPLORE("the refused keep their places", []() -> asio::awaitable<void> {
    bench b(co_await asio::this_coro::executor, turns);
    b.to.script[1] = {refuse(60ms, 38ms), refuse(20ms)};
    b.to.script[2] = {refuse(60ms, 24ms), refuse(20ms)};
    b.to.script[4] = {refuse(0ms, 31ms)};
    co_await b.ask_in_turn(1, 8);
    co_await b.finish();
    b.expect_answered(1, 8);
  });
}

TEST_CASE("who is cancelled leaves no trace", "[cancelled]") {
  WEIR_EXPLORE("in the line", []() -> asio::awaitable<void> {
    bench b(co_await asio::this_coro::executor, everything);
    b.ask(1);
    co_await b.wait(1ms);
    call& second = b.ask(2);
    co_await b.wait(1ms);
    call& third = b.ask(3);
    co_await b.wait(1ms);
    b.ask(4);
    co_await b.wait(1ms);
    co_await b.give_up(third);
    co_await b.give_up(second);
    co_await b.wait(5ms);
    b.expect_sent(4, 1);
    co_await b.finish();
    b.expect_answered(4, 4);
  });

  WEIR_EXPLORE("in a pause", []() -> asio::awaitable<void> {
    bench b(co_await asio::this_coro::executor, everything);
    b.to.script[1] = {refuse(100ms)};
    call& refused = b.ask(1);
    co_await b.wait(30ms);
    call& second = b.ask(2);
    co_await b.wait(1ms);
    b.ask_many(3, 4);
    co_await b.wait(1ms);
    co_await b.give_up(refused);
    co_await b.give_up(second);
    co_await b.finish();
    b.expect_sent(1, 1);
    b.expect_answered(3, 4);
  });

  WEIR_EXPLORE("all of them", []() -> asio::awaitable<void> {
    bench b(co_await asio::this_coro::executor, everything);
    b.to.script[1] = {refuse(100ms)};
    call& refused = b.ask(1);
    co_await b.wait(30ms);
    call& second = b.ask(2);
    co_await b.wait(1ms);
    co_await b.give_up(second);
    co_await b.give_up(refused);
    co_await b.wait(200ms);
    b.ask_many(3, 4);
    co_await b.finish();
    b.expect_answered(3, 4);
  });

  WEIR_EXPLORE("on the way", []() -> asio::awaitable<void> {
    bench b(co_await asio::this_coro::executor, everything);
    b.to.script[1] = {{.latency = 500ms}};
    call& first = b.ask(1);
    co_await b.wait(1ms);
    b.ask(2);
    co_await b.wait(13ms);
    b.cancel(first);
    const nanoseconds at = weir::now();
    co_await b.wait(1ms);
    weir::expect(b.to.cancelled == 1,
                 "ask(1) was cancelled while its request was on the way, and the sending goes on");
    weir::expect(first.ended && first.error == asio::error::operation_aborted && first.at == at,
                 "ask(1) was cancelled while its request was on the way: 1 ms later it {}",
                 first.fate());
    b.ask(3);
    co_await b.finish();
    b.expect_answered(2, 3);
  });

  WEIR_EXPLORE("as its turn comes", []() -> asio::awaitable<void> {
    bench b(co_await asio::this_coro::executor, rhythm);
    b.ask(1);
    co_await b.wait(1ms);
    call& second = b.ask(2);
    co_await b.wait(1ms);
    b.ask_many(3, 4);
    co_await b.wait(8ms); // 10 ms: the turn of request 2
    b.cancel(second);
    co_await b.wait(1ms);
    weir::expect(second.ended && second.error == asio::error::operation_aborted,
                 "ask(2) was cancelled in the instant of its turn: 1 ms later it {}",
                 second.fate());
    co_await b.wait(10ms); // 21 ms: at the latest the next turn is another's
    weir::expect(b.books.times(3) + b.books.times(4) > 0,
                 "ask(2), the first in line, was cancelled in the instant of its turn; 11 ms later "
                 "none of those behind it has been sent");
    co_await b.finish();
    b.expect_answered(3, 4);
  });
}
