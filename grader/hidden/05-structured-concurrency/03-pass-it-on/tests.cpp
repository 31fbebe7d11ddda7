#include "fixture.hpp"
#include "storm.hpp"
#include "weir_catch.hpp"

#include <limits>

using namespace weir_hidden;
using weir::harness::few;

namespace {

/// Where a call is that begins at 0, is alone, and meets no trouble.
constexpr nanoseconds in_connect = 4ms;
constexpr nanoseconds in_send = 13ms;
constexpr nanoseconds in_receive = 22ms;

constexpr nanoseconds moment_in(step what) {
  return what == step::connect ? in_connect : what == step::send ? in_send : in_receive;
}

scripts only(step what, script how) {
  scripts plan;
  (what == step::connect ? plan.connect : what == step::send ? plan.send : plan.receive) = {how};
  return plan;
}

std::string kind_text(thrown kind) {
  return std::string(weir::storm::to_string(kind));
}

bool threw(const call& one, thrown kind) {
  return !one.pending() && !one.fate().returned() && weir::storm::is(one.fate().thrown(), kind);
}

asio::awaitable<void> plain_calls() {
  const auto executor = co_await asio::this_coro::executor;
  meter_fixture f(executor);
  // The answers to some are 0 and -1, and some are asked twice.
  const std::array<int, 9> requests{
      1, 0, -1, -1, -1000, -1001, std::numeric_limits<int>::min(), std::numeric_limits<int>::max(),
      1};
  std::vector<const call*> all;
  for (const int request : requests) {
    all.push_back(&f.ask(request));
    co_await f.pass(); // so that it is clear who came first
  }
  co_await f.finish();
  for (std::size_t i = 0; i < all.size(); ++i)
    f.expect_answer(*all[i], requests[i], connecting + static_cast<int>(i + 1) * asking,
                    weir::text("call {} was to be answered", i + 1));
  weir::expect(f.line.count(step::connect) == 1,
               "{} calls went well, one after the other, and connect() was called {} times",
               all.size(), f.line.count(step::connect));
}

asio::awaitable<void> long_line(int callers) {
  const auto executor = co_await asio::this_coro::executor;
  meter_fixture f(executor);
  std::vector<const call*> all;
  for (int request = 0; request < callers; ++request) {
    all.push_back(&f.ask(request));
    co_await f.pass(1us);
  }
  co_await f.finish();
  for (int request = 0; request < callers; ++request)
    f.expect_answer(
        *all[static_cast<std::size_t>(request)], request, connecting + (request + 1) * asking,
        weir::text("{} were in line, and ask({}) was to be answered", callers, request));
}

/// The wire becomes free in the very instant in which one more comes.
asio::awaitable<void> no_overtaking() {
  const auto executor = co_await asio::this_coro::executor;
  meter_fixture f(executor);
  f.ask(1);
  co_await f.pass();
  const call& second = f.ask(2);
  call* third = nullptr;
  f.at(connecting + asking - 1ms, [&] { third = &f.ask(3); });
  co_await f.finish();
  f.expect_answer(second, 2, connecting + 2 * asking, "call 2 was the next in line");
  f.expect_answer(*third, 3, connecting + 3 * asking, "call 3 came when 2 waited already");
}

/// `what` throws, and the next in line goes on in that instant.
asio::awaitable<void> errors_pass(step what, thrown kind, bool at_the_call) {
  const auto executor = co_await asio::this_coro::executor;
  meter_fixture f(executor, only(what, {.fails = kind, .at_the_call = at_the_call}));
  const call& first = f.ask(1);
  co_await f.pass();
  const call& second = f.ask(2);
  const nanoseconds due = connecting + (what == step::send ? 0ns : sending) +
                          (at_the_call          ? 0ns
                           : what == step::send ? sending
                                                : receiving);
  co_await f.finish();
  weir::expect(threw(first, kind), "{} threw {}, but ask(1) {}", name_of(what), kind_text(kind),
               first.text());
  weir::expect(first.ended_at() == due, "{} threw at {}, but ask(1) ended at {}", name_of(what),
               due, first.ended_at());
  weir::expect(second.fate().returned(), "the call before it failed, and ask(2) {}", second.text());
  const nanoseconds at_most = due + connecting + asking;
  weir::expect(second.ended_at() == at_most || second.ended_at() == at_most - connecting,
               "the call before it failed at {}, and ask(2) returned at {} instead of {}", due,
               second.ended_at(), at_most);
}

asio::awaitable<void> two_meters() {
  const auto executor = co_await asio::this_coro::executor;
  meter_fixture one(executor);
  meter_fixture other(executor);
  call& cancelled = one.ask(1);
  const call& untouched = other.ask(2);
  one.at(in_send, [&] { cancelled.cancel(); });
  co_await other.finish();
  co_await one.finish();
  other.expect_answer(untouched, 2, connecting + asking, "a call of another meter was cancelled");
}

asio::awaitable<void> connects_again(std::vector<script> attempts, nanoseconds pause) {
  nanoseconds due = 0ns;
  for (const script& one : attempts)
    due += (one.at_the_call ? 0ns : connecting) + pause;
  due += connecting + asking;
  const std::size_t expected = attempts.size() + 1;
  const auto executor = co_await asio::this_coro::executor;
  meter_fixture f(executor, {.connect = std::move(attempts)}, pause);
  const call& one = f.ask(1);
  co_await f.finish(std::max<nanoseconds>(1h, 2 * due));
  weir::expect(f.line.count(step::connect) == expected,
               "connect() failed {} times, was called {} times, and ask(1) {}", expected - 1,
               f.line.count(step::connect), one.text());
  f.expect_answer(one, 1, due,
                  weir::text("connect() failed {} times, with pauses of {}", expected - 1, pause));
}

/// Cancelled in the middle of an operation.
asio::awaitable<void> cancelled_in(step what, script how, bool twice) {
  const auto executor = co_await asio::this_coro::executor;
  meter_fixture f(executor, only(what, how));
  const nanoseconds when = moment_in(what);
  call& one = f.ask(1);
  co_await f.pass();
  call& next = f.ask(2);
  f.at(when - 1ms, [&one] { one.cancel(); });
  if (twice)
    f.at(when, [&one] { one.cancel(); });
  co_await f.pass(when + how.tidies + 1ms);
  const std::string why =
      weir::text("ask(1) was cancelled at {}, when {} was under way", when, name_of(what));
  const entry& first = *std::ranges::find(f.line.log, what, &entry::what);
  weir::expect(first.cancelled.has_value(), "{}, and {} was not cancelled", why, name_of(what));
  weir::expect(first.cancelled == when, "{}, but {} was cancelled at {}", why, name_of(what),
               first.cancelled.value_or(0ns));
  const bool may_return = what == step::receive && !how.then;
  if (!may_return || !one.fate().returned())
    f.expect_aborted(one, when + how.tidies,
                     why + weir::text(", and that ended at {}", when + how.tidies));
  weir::expect(one.ended_at() == when + how.tidies,
               "{}, and that ended at {}, but ask(1) ended at {}", why, when + how.tidies,
               one.ended_at());
  co_await f.finish();
  weir::expect(next.fate().returned(), "the call before it was cancelled, and ask(2) {}",
               next.text());
  const nanoseconds shortest = when + how.tidies + asking;
  weir::expect(next.ended_at() == shortest || next.ended_at() == shortest + connecting,
               "the call before it ended at {}, and ask(2) returned at {} instead of {}",
               when + how.tidies, next.ended_at(), shortest + connecting);
}

/// `turns` of the loop later, in this instant.
void after_turns(meter_fixture& f, std::size_t turns, std::function<void()> what) {
  f.meanwhile([&f, turns, what = std::move(what)]() mutable {
    if (turns == 0)
      what();
    else
      after_turns(f, turns - 1, std::move(what));
  });
}

/// Cancelled in the instant in which something ends, at any of its turns.
asio::awaitable<void> cancelled_at(nanoseconds when, scripts plan, std::string_view what,
                                   nanoseconds slack = 0ns) {
  const auto executor = co_await asio::this_coro::executor;
  meter_fixture f(executor, std::move(plan));
  call& one = f.ask(1);
  if (when > 0ns)
    co_await f.pass(when);
  const std::size_t turns = weir::pick(4);
  after_turns(f, turns, [&one] { one.cancel(); });
  co_await f.pass(slack + 1ms);
  const std::string why =
      weir::text("ask(1) was cancelled at {}, in the instant in which {}", when, what);
  weir::expect(!one.pending(), "{}, but {} after that it has not ended{}", why, weir::now() - when,
               f.under_way());
  weir::expect(one.fate().cancelled() || (one.fate().returned() && when == connecting + asking),
               "{}, but it {}", why, one.text());
  weir::expect(one.ended_at() == when || one.ended_at() == when + slack, "{}, but it ended at {}",
               why, one.ended_at());
  co_await f.finish();
  for (const entry& begun : f.line.log)
    weir::expect(begun.began <= when, "{}, and {} was called at {}", why, name_of(begun.what),
                 begun.began);
}

asio::awaitable<void> cancelled_in_a_pause(nanoseconds pause, bool others_wait) {
  const auto executor = co_await asio::this_coro::executor;
  meter_fixture f(executor, {.connect = {{.fails = thrown::system_error}}}, pause);
  call& one = f.ask(1);
  co_await f.pass();
  const call* next = others_wait ? &f.ask(2) : nullptr;
  const nanoseconds when = connecting + std::min<nanoseconds>(pause / 2, 20ms);
  f.at(when - 1ms, [&one] { one.cancel(); });
  co_await f.pass(when + 1ms);
  f.expect_aborted(one, when, weir::text("ask(1) was cancelled in the pause, at {}", when));
  co_await f.finish();
  if (next == nullptr)
    weir::expect(f.line.log.size() == 1,
                 "ask(1) was cancelled in the pause, and {} was called at {}",
                 name_of(f.line.log.back().what), f.line.log.back().began);
  else
    f.expect_answer(*next, 2, when + connecting + asking,
                    weir::text("the call before it was cancelled in the pause, at {}", when));
}

/// One, two and three wait; some of them are cancelled.
asio::awaitable<void> cancelled_in_line(std::vector<std::size_t> who, nanoseconds when) {
  const auto executor = co_await asio::this_coro::executor;
  meter_fixture f(executor);
  std::vector<call*> all;
  for (int request = 0; request < 4; ++request) {
    all.push_back(&f.ask(request));
    co_await f.pass();
  }
  f.at(when - 4ms, [&all, &who] {
    for (const std::size_t one : who)
      all[one]->cancel();
  });
  co_await f.pass(when - 4ms + 1ms);
  for (const std::size_t one : who)
    f.expect_aborted(*all[one], when,
                     weir::text("ask({}) was cancelled at {}, when it was in line", one, when));
  co_await f.finish();
  nanoseconds due = connecting;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (std::ranges::find(who, i) != who.end())
      continue;
    due += asking;
    f.expect_answer(*all[i], static_cast<int>(i), due, "another call in line was cancelled");
  }
  weir::expect(f.line.count(step::connect) == 1,
               "only calls in line were cancelled, and connect() was called {} times",
               f.line.count(step::connect));
}

/// The turn comes and the cancellation, in one instant.
asio::awaitable<void> turn_and_cancellation() {
  const auto executor = co_await asio::this_coro::executor;
  meter_fixture f(executor);
  f.ask(1);
  co_await f.pass();
  call& second = f.ask(2);
  co_await f.pass();
  const call& third = f.ask(3);
  const nanoseconds when = connecting + asking;
  co_await f.pass(when - 2ms);
  after_turns(f, weir::pick(4), [&second] { second.cancel(); });
  co_await f.pass();
  f.expect_aborted(second, when, "ask(2) was cancelled in the instant in which its turn came");
  co_await f.finish();
  weir::expect(third.fate().returned(), "ask(3) was the next in line, and {}", third.text());
  weir::expect(third.ended_at() == when + asking || third.ended_at() == when + connecting + asking,
               "ask(2) was cancelled in the instant in which its turn came, and ask(3) "
               "returned at {} instead of {}",
               third.ended_at(), when + asking);
}

asio::awaitable<void> never_begun() {
  const auto executor = co_await asio::this_coro::executor;
  meter_fixture f(executor);
  f.ask_and_forget(1);
  call& two = f.ask(2);
  two.cancel();
  co_await f.pass();
  f.expect_aborted(two, 0ns, "ask(2) was cancelled in the instant in which it began");
  const call& three = f.ask(3);
  co_await f.finish();
  f.expect_answer(three, 3, 1ms + connecting + asking, "the calls before it were never awaited");
}

/// What is left of a call that came to no good end must not be given to the next.
asio::awaitable<void> own_answer(scripts plan, nanoseconds cancel_at, std::string_view what) {
  const auto executor = co_await asio::this_coro::executor;
  meter_fixture f(executor, std::move(plan), 50ms, answers::in_order);
  call& one = f.ask(1);
  co_await f.pass();
  const call& two = f.ask(2);
  if (cancel_at > 0ns) {
    co_await f.pass(cancel_at - 1ms);
    after_turns(f, weir::pick(3), [&one] { one.cancel(); });
  }
  co_await f.finish();
  for (const auto& [asked, request] : {std::pair<const call*, int>{&one, 1}, {&two, 2}}) {
    const int got = asked->fate().returned() ? asked->fate().value() : answer_to(request);
    weir::expect(got == answer_to(request), "{}, and {} returned {}, which is the answer to {}",
                 what, asked->name(), got, got - 1000);
  }
  weir::expect(two.fate().returned(), "{}, and the next call {}", what, two.text());
}

} // namespace

TEST_CASE("calls take turns on one connection, and each gets its answer", "[one-at-a-time]") {
  WEIR_EXPLORE("nine callers, one after the other", plain_calls);
  WEIR_EXPLORE("one more comes when the wire becomes free", no_overtaking);
  for (std::size_t i = 0; i < weir::storm::thrown_kinds; ++i)
    for (const step what : {step::send, step::receive}) {
      const auto kind = static_cast<thrown>(i);
      WEIR_EXPLORE(weir::text("{} throws {}", name_of(what), kind_text(kind)),
                   [what, kind] { return errors_pass(what, kind, false); });
    }
  for (const step what : {step::send, step::receive})
    WEIR_EXPLORE(weir::text("{} throws at the call", name_of(what)),
                 [what] { return errors_pass(what, thrown::derived, true); });
  WEIR_EXPLORE(few(1, "a line of 1,100"), [] { return long_line(1'100); });
  WEIR_EXPLORE("two meters", two_meters);
  WEIR_EXPLORE("a storm", [] { return storm("one-at-a-time", false); });
}

TEST_CASE("a connection that can't be had is tried again after the pause", "[reconnects]") {
  for (std::size_t i = 0; i < weir::storm::thrown_kinds; ++i) {
    const auto kind = static_cast<thrown>(i);
    WEIR_EXPLORE(weir::text("connect() throws {}", kind_text(kind)),
                 [kind] { return connects_again({{.fails = kind}}, 50ms); });
  }
  WEIR_EXPLORE("connect() throws at the call", [] {
    return connects_again({{.fails = thrown::system_error, .at_the_call = true}}, 50ms);
  });
  WEIR_EXPLORE("forty times", [] {
    return connects_again(std::vector<script>(40, script{.fails = thrown::system_error}), 900us);
  });
  WEIR_EXPLORE(few(1, "1,100 times"), [] {
    return connects_again(std::vector<script>(1'100, script{.fails = thrown::number}), 1ms);
  });
  WEIR_EXPLORE("a pause of a nanosecond",
               [] { return connects_again({{.fails = thrown::system_error}}, 1ns); });
  WEIR_EXPLORE("a pause of twelve hours",
               [] { return connects_again({{.fails = thrown::system_error}}, 12h); });
  WEIR_EXPLORE("a storm", [] { return storm("reconnects", false); });
}

TEST_CASE("a cancellation reaches the operation that is under way", "[on-the-wire]") {
  for (const step what : {step::connect, step::send, step::receive}) {
    WEIR_EXPLORE(weir::text("in {}, which ends at once", name_of(what)),
                 [what] { return cancelled_in(what, {}, false); });
    WEIR_EXPLORE(weir::text("in {}, which takes a while to end", name_of(what)),
                 [what] { return cancelled_in(what, {.tidies = 3ms}, false); });
    WEIR_EXPLORE(weir::text("in {}, which throws a runtime_error", name_of(what)), [what] {
      return cancelled_in(what, {.tidies = 900us, .then = thrown::runtime_error}, false);
    });
    WEIR_EXPLORE(weir::text("in {}, which throws a system_error", name_of(what)),
                 [what] { return cancelled_in(what, {.then = thrown::system_error}, false); });
    WEIR_EXPLORE(weir::text("in {}, which throws a number", name_of(what)),
                 [what] { return cancelled_in(what, {.then = thrown::number}, false); });
    WEIR_EXPLORE(weir::text("in {}, which was faster", name_of(what)),
                 [what] { return cancelled_in(what, {.tidies = 2ms, .then = {}}, false); });
    WEIR_EXPLORE(weir::text("twice, in {}", name_of(what)),
                 [what] { return cancelled_in(what, {.tidies = 2ms}, true); });
  }
  WEIR_EXPLORE("a storm", [] { return storm("on-the-wire", true); });
}

TEST_CASE("a cancellation between two operations is not lost", "[in-between]") {
  WEIR_EXPLORE("before the first", [] { return cancelled_at(0ns, {}, "it began"); });
  WEIR_EXPLORE("connect() ends",
               [] { return cancelled_at(connecting, {}, "connect() came to its end"); });
  WEIR_EXPLORE("send() ends",
               [] { return cancelled_at(connecting + sending, {}, "send() came to its end"); });
  WEIR_EXPLORE("receive() ends",
               [] { return cancelled_at(connecting + asking, {}, "receive() came to its end"); });
  WEIR_EXPLORE("connect() fails", [] {
    return cancelled_at(connecting, {.connect = {{.fails = thrown::system_error}}},
                        "connect() failed");
  });
  WEIR_EXPLORE("the pause ends", [] {
    return cancelled_at(connecting + 50ms, {.connect = {{.fails = thrown::system_error}}},
                        "the pause came to its end");
  });
  WEIR_EXPLORE("the next operation takes a while to end", [] {
    return cancelled_at(connecting, {.send = {{.tidies = 3ms}}}, "connect() came to its end", 3ms);
  });
  WEIR_EXPLORE("a storm", [] { return storm("in-between", true); });
}

TEST_CASE("a cancellation ends the pause", "[in-the-pause]") {
  WEIR_EXPLORE("alone", [] { return cancelled_in_a_pause(50ms, false); });
  WEIR_EXPLORE("while another waits", [] { return cancelled_in_a_pause(50ms, true); });
  WEIR_EXPLORE("a pause of twelve hours", [] { return cancelled_in_a_pause(12h, true); });
  WEIR_EXPLORE("a storm", [] { return storm("in-the-pause", true); });
}

TEST_CASE("a cancelled call leaves the line", "[in-line]") {
  WEIR_EXPLORE("the first in line", [] { return cancelled_in_line({1}, 8ms); });
  WEIR_EXPLORE("the one in the middle", [] { return cancelled_in_line({2}, 17ms); });
  WEIR_EXPLORE("the last", [] { return cancelled_in_line({3}, 8ms); });
  WEIR_EXPLORE("all of them", [] { return cancelled_in_line({2, 1, 3}, 8ms); });
  WEIR_EXPLORE("in the instant in which its turn comes", turn_and_cancellation);
  WEIR_EXPLORE("before it begins", never_begun);
  WEIR_EXPLORE("a storm", [] { return storm("in-line", true); });
}

TEST_CASE("nobody gets another's answer", "[no-strangers]") {
  WEIR_EXPLORE("cancelled in send()",
               [] { return own_answer({}, in_send, "ask(1) was cancelled in send()"); });
  WEIR_EXPLORE("cancelled in receive()",
               [] { return own_answer({}, in_receive, "ask(1) was cancelled in receive()"); });
  WEIR_EXPLORE("cancelled when send() ends", [] {
    return own_answer({}, connecting + sending, "ask(1) was cancelled when send() ended");
  });
  WEIR_EXPLORE("cancelled when receive() ends", [] {
    return own_answer({}, connecting + asking, "ask(1) was cancelled when receive() ended");
  });
  WEIR_EXPLORE("cancelled in send(), which was faster", [] {
    return own_answer({.send = {{.then = {}}}}, in_send, "ask(1) was cancelled in send()");
  });
  WEIR_EXPLORE("send() fails", [] {
    return own_answer({.send = {{.fails = thrown::number}}}, 0ns, "send() failed");
  });
  WEIR_EXPLORE("receive() fails", [] {
    return own_answer({.receive = {{.fails = thrown::system_error}}}, 0ns, "receive() failed");
  });
  WEIR_EXPLORE("send() fails at the call", [] {
    return own_answer({.send = {{.fails = thrown::derived, .at_the_call = true}}}, 0ns,
                      "send() failed");
  });
  WEIR_EXPLORE("receive() fails at the call", [] {
    return own_answer({.receive = {{.fails = thrown::derived, .at_the_call = true}}}, 0ns,
                      "receive() failed");
  });
  WEIR_EXPLORE("a storm", [] { return storm("no-strangers", true); });
}
