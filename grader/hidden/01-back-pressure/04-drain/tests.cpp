#include "feeds.hpp"
#include "fixture.hpp"
#include "weir_catch.hpp"

using namespace weir_hidden;

namespace {

const error_code reset = asio::error::connection_reset;
const error_code closed_for_writes = asio::error::broken_pipe;

void expect_waits(const call& one, const writer_fixture& f, std::size_t level) {
  weir::expect(one.pending(),
               "{} {} with {} bytes buffered; the marks are {} and {}, and the level has been "
               "above the high one",
               one.name(), one.text(), level, f.marks().low, f.marks().high);
}

} // namespace

TEST_CASE("what is written goes out, in order", "[sends-in-order]") {
  WEIR_EXPLORE("several at once", []() -> asio::awaitable<void> {
    writer_fixture f(co_await asio::this_coro::executor, {.low = 20, .high = 50});
    f.write(1, 5);
    for (int sent = 0; sent <= 5; ++sent) {
      co_await f.wait(sent == 0 ? 5ms : 10ms);
      weir::expect(f.connection.sent() == sent,
                   "5 messages were written, each takes 10 ms; after {} ms {} have been sent",
                   sent * 10 + 5, f.connection.sent());
      const std::size_t level = message_size * static_cast<std::size_t>(5 - sent);
      weir::expect(f.writer().buffered() == level,
                   "5 messages of 10 bytes, {} sent: buffered() says {}", sent,
                   f.writer().buffered());
    }
    co_await f.finish();
  });

  WEIR_EXPLORE("long ones and short ones", []() -> asio::awaitable<void> {
    writer_fixture f(co_await asio::this_coro::executor, {.low = 20, .high = 50});
    f.write_text("a position, a course and a speed");
    f.write_text("a position");
    f.write_text("a name");
    std::size_t left = 48;
    for (const std::size_t taken : {0U, 32U, 10U, 6U}) {
      co_await f.wait(taken == 0 ? 5ms : 10ms);
      left -= taken;
      weir::expect(
          f.writer().buffered() == left,
          "of messages of 32, 10 and 6 bytes the other side has taken {}, and {} bytes are "
          "left; buffered() says {}",
          f.connection.sent(), left, f.writer().buffered());
    }
    co_await f.finish();
  });

  WEIR_EXPLORE("empty ones", []() -> asio::awaitable<void> {
    writer_fixture f(co_await asio::this_coro::executor, {.low = 20, .high = 50});
    f.write_text("");
    f.write_text("a position");
    f.write_text("");
    const call& closed = f.close();
    co_await f.wait(1s);
    expect_returned(closed, 30ms, "three messages, two of them empty, had been sent");
    f.expect_all_sent();
  });

  WEIR_EXPLORE("now and then", []() -> asio::awaitable<void> {
    writer_fixture f(co_await asio::this_coro::executor, {.low = 20, .high = 50});
    f.write(1, 1);
    f.at(5ms, [&f] { f.write(2, 2); });
    f.at(20ms, [&f] { f.write(3, 3); }); // as the last one has been taken
    f.at(30ms, [&f] { f.write(4, 5); });
    co_await f.wait(100ms);
    f.expect_all_sent();
    f.write(6, 7);
    co_await f.wait(25ms);
    f.expect_all_sent();
    co_await f.finish();
  });
}

namespace {

/// Awaits drain() before each write.
asio::awaitable<void> produce(writer_fixture& f, int& next, int count) {
  for (int i = 0; i < count; ++i) {
    co_await f.writer().drain();
    const std::size_t level = f.writer().buffered();
    weir::expect(level <= f.marks().high,
                 "drain() returned with {} bytes buffered, above the high mark of {}", level,
                 f.marks().high);
    f.write_one(next++);
  }
}

} // namespace

TEST_CASE("above the high mark the writer is paused", "[pauses-above-high]") {
  WEIR_EXPLORE("a step too far", []() -> asio::awaitable<void> {
    writer_fixture f(co_await asio::this_coro::executor, {.low = 20, .high = 50});
    const call& empty = f.drain("drain() of an empty writer");
    co_await f.wait(1ms);
    expect_returned(empty, 0ms, "nothing had been written");
    f.write(1, 5);
    const call& full = f.drain("drain() at the high mark");
    co_await f.wait(1ms);
    expect_returned(full, 1ms, "50 bytes were buffered, not more than the high mark");
    f.write(6, 6);
    const call& above = f.drain("drain()");
    const call& other = f.drain("another drain()");
    co_await f.wait(2ms);
    expect_waits(above, f, 60);
    expect_waits(other, f, 60);
    co_await f.wait(1s);
    weir::expect(above.fate().returned() && other.fate().returned(),
                 "everything has been sent, but {} {} and {} {}", above.name(), above.text(),
                 other.name(), other.text());
    co_await f.finish();
  });

  WEIR_EXPLORE("several callers who await drain()", []() -> asio::awaitable<void> {
    writer_fixture f(co_await asio::this_coro::executor, {.low = 40, .high = 50});
    int next = 1;
    std::vector<const call*> producers;
    for (const char* name : {"caller A", "caller B", "caller C"})
      producers.push_back(&f.start(name, [&f, &next] { return produce(f, next, 5); }));
    co_await f.wait(1s);
    for (const call* producer : producers)
      weir::expect(producer->fate().returned(), "{} awaited drain() before each of 5 writes: it {}",
                   producer->name(), producer->text());
    weir::expect(f.peak() <= 50 + message_size,
                 "3 callers awaited drain() before each message of 10 bytes; there were {} bytes "
                 "buffered, with a high mark of 50",
                 f.peak());
    co_await f.finish();
  });
}

TEST_CASE("at the low mark it resumes, and not before", "[resumes-at-low]") {
  WEIR_EXPLORE("down to the mark", []() -> asio::awaitable<void> {
    writer_fixture f(co_await asio::this_coro::executor, {.low = 20, .high = 50});
    f.write(1, 6);
    const call& early = f.drain("drain()");
    co_await f.wait(25ms);
    expect_waits(early, f, 40);
    const call& late = f.drain("a drain() that came at 40 bytes");
    co_await f.wait(10ms);
    expect_waits(early, f, 30);
    expect_waits(late, f, 30);
    co_await f.wait(10ms);
    expect_returned(early, 40ms, "the level was down to the low mark");
    expect_returned(late, 40ms, "the level was down to the low mark");
    f.write(7, 9);
    const call& between = f.drain("drain() with 50 bytes buffered");
    co_await f.wait(1ms);
    expect_returned(between, 45ms, "since it resumed, the level has not been above the high mark");
    co_await f.finish();
  });

  WEIR_EXPLORE("no room between the marks", []() -> asio::awaitable<void> {
    writer_fixture f(co_await asio::this_coro::executor, {.low = 0, .high = 0});
    f.write(1, 2);
    const call& first = f.drain();
    co_await f.wait(15ms);
    expect_waits(first, f, 10);
    co_await f.wait(10ms);
    expect_returned(first, 20ms, "nothing was buffered any more");
    co_await f.finish();
  });

  WEIR_EXPLORE("the first to wake fills it again", []() -> asio::awaitable<void> {
    writer_fixture f(co_await asio::this_coro::executor, {.low = 20, .high = 50});
    f.write(1, 6);
    int next = 7;
    const auto refill = [&f, &next]() -> asio::awaitable<void> {
      co_await f.writer().drain();
      const std::size_t level = f.writer().buffered();
      weir::expect(
          level <= f.marks().high,
          "the writer resumed at 20 bytes and another caller filled it to {} at once: it is "
          "paused again, but drain() returned",
          level);
      for (int i = 0; i < 4; ++i)
        f.write_one(next++);
    };
    const call& first = f.start("the first to refill", refill);
    const call& second = f.start("the second to refill", refill);
    co_await f.wait(1s);
    weir::expect(first.fate().returned() && second.fate().returned(),
                 "two callers waited for drain(): the first {}, the second {}", first.text(),
                 second.text());
    co_await f.finish();
  });
}

namespace {

void expect_broken(writer_fixture& f, int asked) {
  weir::expect(f.writer().buffered() == 0,
               "the connection broke, nothing will be sent; buffered() says {}",
               f.writer().buffered());
  weir::expect(f.connection.asked() == asked, "the connection broke, and {} more sends were tried",
               f.connection.asked() - asked);
  const error_code refusal = f.refusal();
  weir::expect(refusal == reset, "the connection broke with \"{}\"; write() said \"{}\"", reset,
               refusal);
}

} // namespace

TEST_CASE("a failure reaches everybody", "[failure]") {
  WEIR_EXPLORE("who waits", []() -> asio::awaitable<void> {
    writer_fixture f(co_await asio::this_coro::executor, {.low = 20, .high = 50});
    f.connection.fails_at = 2;
    f.write(1, 6);
    const call& first = f.drain("drain()");
    const call& second = f.drain("another drain()");
    const call& closing = f.close();
    co_await f.wait(25ms);
    for (const call* waiting : {&first, &second, &closing})
      expect_ended(*waiting, threw(reset), 20ms, "the connection broke");
    co_await f.wait(100ms);
    weir::expect(f.connection.asked() == 2, "the connection broke, and {} more sends were tried",
                 f.connection.asked() - 2);
  });

  WEIR_EXPLORE("who comes later", []() -> asio::awaitable<void> {
    writer_fixture f(co_await asio::this_coro::executor, {.low = 20, .high = 50});
    f.connection.fails_at = 1;
    f.write(1, 3);
    co_await f.wait(15ms);
    expect_broken(f, 1);
    const call& drained = f.drain();
    const call& closed = f.close();
    co_await f.wait(100ms);
    expect_ended(drained, threw(reset), 15ms, "the connection had broken");
    expect_ended(closed, threw(reset), 15ms, "the connection had broken");
    weir::expect(f.connection.asked() == 1, "the connection broke, and {} more sends were tried",
                 f.connection.asked() - 1);
  });

  WEIR_EXPLORE("in that very moment", []() -> asio::awaitable<void> {
    writer_fixture f(co_await asio::this_coro::executor, {.low = 20, .high = 50});
    f.connection.fails_at = 2;
    f.write(1, 6);
    std::vector<const call*> callers;
    f.at(20ms, [&f, &callers] { callers.push_back(&f.drain()); });
    f.at(20ms, [&f, &callers] { callers.push_back(&f.close()); });
    co_await f.wait(100ms);
    for (const call* caller : callers)
      expect_ended(*caller, threw(reset), 20ms, "the connection broke");
    weir::expect(f.connection.asked() == 2, "the connection broke, and {} more sends were tried",
                 f.connection.asked() - 2);
  });
}

TEST_CASE("who is cancelled gives up alone", "[cancelled-waiter]") {
  WEIR_EXPLORE("one of three", []() -> asio::awaitable<void> {
    writer_fixture f(co_await asio::this_coro::executor, {.low = 20, .high = 50});
    f.write(1, 6);
    const call& first = f.drain("the first drain()");
    call& second = f.drain("the second drain()");
    const call& third = f.drain("the third drain()");
    co_await f.wait(15ms);
    second.cancel();
    co_await f.wait(10ms);
    expect_ended(second, cancelled, 15ms, "it was cancelled");
    expect_waits(first, f, 40);
    expect_waits(third, f, 40);
    co_await f.wait(20ms);
    expect_returned(first, 40ms, "the level was down to the low mark");
    expect_returned(third, 40ms, "the level was down to the low mark");
    co_await f.finish();
  });

  WEIR_EXPLORE("all of them", []() -> asio::awaitable<void> {
    writer_fixture f(co_await asio::this_coro::executor, {.low = 20, .high = 50});
    f.write(1, 6);
    call& only = f.drain();
    co_await f.wait(25ms);
    only.cancel();
    co_await f.wait(2ms);
    expect_ended(only, cancelled, 25ms, "it was cancelled");
    const call& next = f.drain("a later drain()");
    co_await f.wait(8ms);
    expect_waits(next, f, 30);
    co_await f.wait(10ms);
    expect_returned(next, 40ms, "the level was down to the low mark");
    co_await f.finish();
  });

  WEIR_EXPLORE("as the writer resumes", []() -> asio::awaitable<void> {
    writer_fixture f(co_await asio::this_coro::executor, {.low = 20, .high = 50});
    f.write(1, 6);
    call& first = f.drain("the first drain()");
    const call& second = f.drain("the second drain()");
    f.at(40ms, [&first] { first.cancel(); });
    co_await f.wait(45ms);
    weir::expect(first.fate().returned() || first.fate().cancelled(),
                 "the first drain() was cancelled as the writer resumed: it {}", first.text());
    expect_returned(second, 40ms, "the level was down to the low mark, another caller gave up");
    co_await f.finish();
  });

  WEIR_EXPLORE("a close", []() -> asio::awaitable<void> {
    writer_fixture f(co_await asio::this_coro::executor, {.low = 20, .high = 50});
    f.write(1, 3);
    call& impatient = f.close("the first close()");
    const call& patient = f.close("the second close()");
    co_await f.wait(15ms);
    impatient.cancel();
    co_await f.wait(100ms);
    expect_ended(impatient, cancelled, 15ms, "it was cancelled");
    const error_code refusal = f.refusal();
    weir::expect(refusal == asio::error::broken_pipe,
                 "a close() was cancelled, which gives up waiting and no more; write() then {}",
                 refusal ? "threw " + refusal.message() : "took a message");
    expect_returned(patient, 30ms, "everything had been sent");
    f.expect_all_sent();
    co_await f.finish();
  });
}

TEST_CASE("close sends the rest", "[close-flushes]") {
  WEIR_EXPLORE("and takes no more", []() -> asio::awaitable<void> {
    writer_fixture f(co_await asio::this_coro::executor, {.low = 20, .high = 50});
    f.write(1, 6);
    const call& drained = f.drain();
    const call& first = f.close();
    co_await f.wait(5ms);
    const error_code refusal = f.refusal();
    weir::expect(refusal == closed_for_writes,
                 "close() was called, and then write() said \"{}\" instead of \"{}\"", refusal,
                 closed_for_writes);
    const call& second = f.close("a second close()");
    co_await f.wait(50ms);
    expect_returned(drained, 40ms, "the level was down to the low mark");
    weir::expect(first.pending() && second.pending(),
                 "10 bytes are still being sent, but close() {} and a second close() {}",
                 first.text(), second.text());
    co_await f.wait(10ms);
    expect_returned(first, 60ms, "everything had been sent");
    expect_returned(second, 60ms, "everything had been sent");
    f.expect_all_sent();
    const call& again = f.close("close() of a closed writer");
    const call& idle = f.drain("drain() of a closed writer");
    co_await f.wait(1ms);
    expect_returned(again, 65ms, "nothing was left to be sent");
    expect_returned(idle, 65ms, "nothing was left to be sent");
    co_await f.finish();
  });

  WEIR_EXPLORE("also when it was cancelled", []() -> asio::awaitable<void> {
    writer_fixture f(co_await asio::this_coro::executor, {.low = 20, .high = 50});
    f.write(1, 2);
    call& impatient = f.close();
    f.at(5ms, [&impatient] { impatient.cancel(); });
    co_await f.wait(6ms);
    const error_code refusal = f.refusal();
    weir::expect(refusal == asio::error::broken_pipe,
                 "close() was called, and cancelled; write() then {}",
                 refusal ? "threw " + refusal.message() : "took a message");
    co_await f.wait(100ms);
    f.expect_all_sent();
  });

  WEIR_EXPLORE("with nothing to send", []() -> asio::awaitable<void> {
    writer_fixture f(co_await asio::this_coro::executor, {.low = 20, .high = 50});
    const call& closed = f.close("close() of a writer that was never used");
    co_await f.wait(1ms);
    expect_returned(closed, 0ms, "there was nothing to be sent");
    co_await f.finish();
  });

  WEIR_EXPLORE("as the last message goes", []() -> asio::awaitable<void> {
    writer_fixture f(co_await asio::this_coro::executor, {.low = 20, .high = 50});
    f.write(1, 1);
    f.at(10ms, [&f] { f.close(); });
    co_await f.wait(50ms);
    co_await f.finish();
  });
}

TEST_CASE("forward keeps pace with the writer", "[loop-awaits]") {
  WEIR_EXPLORE("a writer that pauses now and then", []() -> asio::awaitable<void> {
    auto executor = co_await asio::this_coro::executor;
    writer_fixture f(executor, {.low = 20, .high = 50});
    numbered_feed from(executor, 8);
    pausing_writer to(executor);
    from.asked_for_one = [&] {
      weir::expect(!to.paused(),
                   "the writer is paused since message {}, and message {} was taken from the feed",
                   to.written(), from.given() + 1);
    };
    const call& forwarding = f.start("forward()", [&] { return forward(from, to); });
    co_await f.wait(1s);
    weir::expect(forwarding.fate().returned(), "the feed is at its end, forward() {}",
                 forwarding.text());
    weir::expect(to.written() == 8, "the feed had 8 messages, {} were written", to.written());
    weir::expect(to.closed(), "forward() returned, and the writer is not closed");
  });

  WEIR_EXPLORE("a slow connection", []() -> asio::awaitable<void> {
    auto executor = co_await asio::this_coro::executor;
    writer_fixture f(executor, {.low = 20, .high = 50});
    numbered_feed from(executor, 20);
    metered_writer to(f.writer());
    const call& forwarding = f.start("forward()", [&] { return forward(from, to); });
    co_await f.wait(1s);
    weir::expect(to.peak() <= 50 + message_size,
                 "20 messages of 10 bytes for a slow connection: {} bytes were buffered, with a "
                 "high mark of 50",
                 to.peak());
    expect_returned(forwarding, 200ms, "the last of 20 messages had been sent");
    weir::expect(f.connection.sent() == 20, "the feed had 20 messages, {} were sent",
                 f.connection.sent());
    co_await f.wait(1ms);
  });

  WEIR_EXPLORE("a connection that breaks", []() -> asio::awaitable<void> {
    auto executor = co_await asio::this_coro::executor;
    writer_fixture f(executor, {.low = 20, .high = 50});
    f.connection.fails_at = 3;
    numbered_feed from(executor, 20);
    const call& forwarding = f.forward_from(from);
    co_await f.wait(1s);
    expect_ended(forwarding, threw(reset), 30ms, "the connection broke");
    weir::expect(from.given() <= 6,
                 "forward() had to stop at a connection that breaks after 2 messages, with room "
                 "for 6 in the writer; it took {} from the feed",
                 from.given());
  });

  WEIR_EXPLORE("somebody gives up", []() -> asio::awaitable<void> {
    auto executor = co_await asio::this_coro::executor;
    writer_fixture f(executor, {.low = 20, .high = 50});
    numbered_feed from(executor, 20);
    call& forwarding = f.forward_from(from);
    f.at(25ms, [&forwarding] { forwarding.cancel(); });
    co_await f.wait(100ms);
    expect_ended(forwarding, cancelled, 25ms, "it was cancelled");
    const error_code refusal = f.refusal();
    weir::expect(!refusal,
                 "forward() was cancelled; the writer stays open, but write() said \"{}\"",
                 refusal);
    const call& closed = f.close();
    co_await f.wait(1s);
    weir::expect(closed.fate().returned(), "forward() was cancelled; later close() {}",
                 closed.text());
  });

  WEIR_EXPLORE("an empty feed", []() -> asio::awaitable<void> {
    auto executor = co_await asio::this_coro::executor;
    writer_fixture f(executor, {.low = 20, .high = 50});
    numbered_feed from(executor, 0);
    const call& forwarding = f.forward_from(from);
    co_await f.wait(1s);
    expect_returned(forwarding, 0ms, "the feed was empty");
    const error_code refusal = f.refusal();
    weir::expect(refusal == closed_for_writes, "forward() returned, but the writer is still open");
  });
}
