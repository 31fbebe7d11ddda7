#include "fixture.hpp"
#include "weir_catch.hpp"

using namespace weir_hidden;

namespace {

const error_code aborted = asio::error::operation_aborted;
const error_code refused = asio::error::connection_refused;
const error_code reset = asio::error::connection_reset;
const error_code late = asio::error::timed_out;

/// The call throws `error` after 5 ms of 50; so must reserve_within(), and be done with it.
asio::awaitable<void> passes(error_code error) {
  const script fails{.answers = 5ms, .fails_with = error};
  const std::vector<script> plan{fails};
  deadline_fixture f(co_await asio::this_coro::executor, plan);
  const call& one = f.start(50ms);
  co_await f.wait(49ms);
  f.expect_ended(one, 5ms,
                 weir::text("reserve() threw \"{}\" at 5.0 ms, with a limit of 50.0 ms", error));
  weir::expect(one.error() == error, "reserve() threw \"{}\" within the limit; reserve_within() {}",
               error, one.fate());
  const auto thrown = one.reserved->fate().thrown_as<refusal>();
  weir::expect(
      thrown && thrown->detail == 42,
      "reserve() threw a `refusal` that says more than \"{}\"; what reserve_within() threw "
      "has the same code, and the rest is lost",
      error);
}

/// The call throws something that has no code.
asio::awaitable<void> passes(weir::storm::thrown kind) {
  const std::vector<script> plan{{.answers = 5ms, .throws = kind}};
  deadline_fixture f(co_await asio::this_coro::executor, plan);
  const call& one = f.start(50ms);
  co_await f.wait(49ms);
  f.expect_ended(one, 5ms, weir::text("reserve() threw {} at 5.0 ms", to_string(kind)));
  weir::expect(one.reserved->fate().thrown() && is(one.reserved->fate().thrown(), kind),
               "reserve() threw {} within the limit; reserve_within() {}", to_string(kind),
               one.fate());
}

void expect_timed_out(const deadline_fixture& f, const call& one, nanoseconds due,
                      std::string_view why) {
  f.expect_ended(one, due, why);
  weir::expect(one.timed_out(), "{}, but reserve_within() {}", why, one.fate());
}

void expect_cancelled_at(const deadline_fixture& f, nanoseconds when, std::string_view why) {
  weir::expect(f.network.cancelled_at.has_value(), "{}, but the call was not cancelled", why);
  weir::expect(f.network.cancelled_at == when, "{}, but the call was cancelled at {}", why,
               *f.network.cancelled_at);
}

} // namespace

TEST_CASE("an answer in time is passed on, and nothing stays behind", "[in-time]") {
  WEIR_EXPLORE("one call", []() -> asio::awaitable<void> {
    const std::vector<script> plan{{.answers = 5ms}};
    deadline_fixture f(co_await asio::this_coro::executor, plan);
    const call& one = f.start(20ms);
    co_await f.wait(6ms);
    f.expect_point(one, 1, 5ms);
    f.expect_no_point_lost(one);
    weir::expect(f.network.calls == 1, "reserve() was called {} times for one point",
                 f.network.calls);
  });

  WEIR_EXPLORE("within 900 microseconds", []() -> asio::awaitable<void> {
    const std::vector<script> plan{{.answers = 899us}};
    deadline_fixture f(co_await asio::this_coro::executor, plan);
    const call& one = f.start(900us);
    co_await f.wait(6ms);
    f.expect_point(one, 1, 899us);
    f.expect_no_point_lost(one);
  });
}

TEST_CASE("what the call throws is thrown on", "[errors-pass]") {
  WEIR_EXPLORE("an error", [] { return passes(refused); });
  WEIR_EXPLORE("a time-out of the operator's own", [] { return passes(late); });
  WEIR_EXPLORE("an operation_aborted of the operator's own", [] { return passes(aborted); });
  WEIR_EXPLORE("a runtime_error", [] { return passes(weir::storm::thrown::runtime_error); });
  WEIR_EXPLORE("no std::exception", [] { return passes(weir::storm::thrown::number); });
}

TEST_CASE("at the limit the call is cancelled", "[deadline]") {
  WEIR_EXPLORE("no answer", []() -> asio::awaitable<void> {
    const std::vector<script> plan{{.withdraws = 0ms}};
    deadline_fixture f(co_await asio::this_coro::executor, plan);
    const call& one = f.start(20ms);
    co_await f.wait(19ms);
    weir::expect(one.waits() && f.network.running.size() == 1,
                 "the limit is 20.0 ms, but at 19.0 ms reserve_within() {}, with {} calls running",
                 one.fate(), f.network.running.size());
    co_await f.wait(81ms);
    expect_cancelled_at(f, 20ms, "the limit passed at 20.0 ms");
    expect_timed_out(f, one, 20ms, "the call was cancelled at 20.0 ms and ended at once");
  });

  WEIR_EXPLORE("900 microseconds", []() -> asio::awaitable<void> {
    const std::vector<script> plan{{.withdraws = 0ms}};
    deadline_fixture f(co_await asio::this_coro::executor, plan);
    const call& one = f.start(900us);
    co_await f.wait(100ms);
    expect_cancelled_at(f, 900us, "the limit passed at 900 µs");
    expect_timed_out(f, one, 900us, "the call was cancelled at 900 µs and ended at once");
  });

  WEIR_EXPLORE("the withdrawal fails", []() -> asio::awaitable<void> {
    const std::vector<script> plan{{.withdraws = 0ms, .then = reset}};
    deadline_fixture f(co_await asio::this_coro::executor, plan);
    const call& one = f.start(20ms);
    co_await f.wait(100ms);
    expect_cancelled_at(f, 20ms, "the limit passed at 20.0 ms");
    expect_timed_out(f, one, 20ms,
                     "the limit passed at 20.0 ms, and the cancelled call ended with an error");
  });

  WEIR_EXPLORE("an error in the last instant", []() -> asio::awaitable<void> {
    const std::vector<script> plan{{.answers = 20ms, .fails_with = refused, .withdraws = 0ms}};
    deadline_fixture f(co_await asio::this_coro::executor, plan);
    const call& one = f.start(20ms);
    co_await f.wait(100ms);
    f.expect_ended(one, 20ms, "the call failed in the instant in which the limit passed");
    weir::expect(one.timed_out() || one.error() == refused,
                 "the call threw \"{}\" in the instant in which the limit passed, and "
                 "reserve_within() {}",
                 refused, one.fate());
  });
}

TEST_CASE("nothing runs when the caller goes on", "[nothing-left]") {
  WEIR_EXPLORE("a withdrawal that takes its time", []() -> asio::awaitable<void> {
    const std::vector<script> plan{{.withdraws = 7ms}};
    deadline_fixture f(co_await asio::this_coro::executor, plan);
    const call& one = f.start(20ms);
    co_await f.wait(100ms);
    expect_timed_out(f, one, 27ms,
                     "the limit passed at 20.0 ms, and the cancelled call ended at 27.0 ms");
  });

  WEIR_EXPLORE("a withdrawal that takes longer than the limit", []() -> asio::awaitable<void> {
    const std::vector<script> plan{{.withdraws = 45ms, .then = reset}};
    deadline_fixture f(co_await asio::this_coro::executor, plan);
    const call& one = f.start(20ms);
    co_await f.wait(100ms);
    expect_timed_out(f, one, 65ms,
                     "the limit passed at 20.0 ms, and the cancelled call ended at 65.0 ms");
  });

  WEIR_EXPLORE("one in time, one too late", []() -> asio::awaitable<void> {
    const std::vector<script> plan{script{}, {.answers = 30ms}};
    deadline_fixture f(co_await asio::this_coro::executor, plan);
    const call& first = f.start(20ms, "the caller that times out");
    co_await f.wait(2ms);
    const call& second = f.start(40ms, "the caller in time");
    co_await f.wait(31ms);
    f.expect_point(second, 1, 32ms);
    f.expect_no_point_lost(second);
    expect_timed_out(f, first, 23ms, "the limit passed at 20.0 ms, and the call ended at 23.0 ms");
  });
}

TEST_CASE("a point that comes late is not lost", "[late-success]") {
  WEIR_EXPLORE("in the instant of the deadline", []() -> asio::awaitable<void> {
    const std::vector<script> plan{{.answers = 20ms}};
    deadline_fixture f(co_await asio::this_coro::executor, plan);
    const call& one = f.start(20ms);
    co_await f.wait(100ms);
    f.expect_no_point_lost(one);
    f.expect_ended(one, f.network.reserved.empty() ? 23ms : 20ms,
                   "the call ended, before or after it was cancelled");
    weir::expect(one.returned() || one.timed_out(), "the limit passed, but reserve_within() {}",
                 one.fate());
  });

  WEIR_EXPLORE("while the call is cancelled", []() -> asio::awaitable<void> {
    const std::vector<script> plan{{.then = {}}};
    deadline_fixture f(co_await asio::this_coro::executor, plan);
    const call& one = f.start(20ms);
    co_await f.wait(100ms);
    f.expect_no_point_lost(one);
    f.expect_ended(one, 23ms, "the call, cancelled at 20.0 ms, returned a point at 23.0 ms");
    weir::expect(one.returned() || one.timed_out(), "the limit passed, but reserve_within() {}",
                 one.fate());
  });

  WEIR_EXPLORE("while the caller is cancelled", []() -> asio::awaitable<void> {
    const std::vector<script> plan{{.then = {}}};
    deadline_fixture f(co_await asio::this_coro::executor, plan);
    call& one = f.start(50ms);
    f.at(10ms, [&one] { one.cancel(); });
    co_await f.wait(49ms);
    f.expect_no_point_lost(one);
    f.expect_ended(one, 13ms, "the call, cancelled at 10.0 ms, returned a point at 13.0 ms");
    weir::expect(one.returned() || one.aborted(),
                 "the caller was cancelled, and reserve_within() {}", one.fate());
  });

  WEIR_EXPLORE("in the instant in which the caller is cancelled", []() -> asio::awaitable<void> {
    const std::vector<script> plan{{.answers = 10ms}};
    deadline_fixture f(co_await asio::this_coro::executor, plan);
    call& one = f.start(50ms);
    f.at(10ms, [&one] { one.cancel(); });
    co_await f.wait(49ms);
    f.expect_no_point_lost(one);
    f.expect_ended(one, f.network.reserved.empty() ? 13ms : 10ms,
                   "the call ended, before or after it was cancelled");
    weir::expect(one.returned() || one.aborted(),
                 "the caller was cancelled, and reserve_within() {}", one.fate());
  });

  WEIR_EXPLORE("a cancellation after the deadline", []() -> asio::awaitable<void> {
    const std::vector<script> plan{{.then = {}}};
    deadline_fixture f(co_await asio::this_coro::executor, plan);
    call& one = f.start(20ms);
    f.at(21ms, [&one] { one.cancel(); });
    co_await f.wait(100ms);
    f.expect_no_point_lost(one);
    f.expect_ended(one, 23ms, "the call, cancelled at 20.0 ms, returned a point at 23.0 ms");
    weir::expect(one.returned() || one.timed_out() || one.aborted(),
                 "the limit passed and the caller was cancelled, and reserve_within() {}",
                 one.fate());
  });
}

TEST_CASE("a cancellation of the caller is no time-out", "[cancelled]") {
  WEIR_EXPLORE("before the limit", []() -> asio::awaitable<void> {
    const std::vector<script> plan{script{}};
    deadline_fixture f(co_await asio::this_coro::executor, plan);
    call& one = f.start(50ms);
    f.at(10ms, [&one] { one.cancel(); });
    co_await f.wait(49ms);
    expect_cancelled_at(f, 10ms, "the caller was cancelled at 10.0 ms");
    f.expect_ended(one, 13ms, "the caller was cancelled, and the call ended at 13.0 ms");
    weir::expect(one.aborted(),
                 "the caller was cancelled before the limit, and reserve_within() {}", one.fate());
  });

  WEIR_EXPLORE("the withdrawal fails in its own way", []() -> asio::awaitable<void> {
    const std::vector<script> plan{{.then = reset}};
    deadline_fixture f(co_await asio::this_coro::executor, plan);
    call& one = f.start(50ms);
    f.at(10ms, [&one] { one.cancel(); });
    co_await f.wait(49ms);
    expect_cancelled_at(f, 10ms, "the caller was cancelled at 10.0 ms");
    f.expect_ended(one, 13ms, "the caller was cancelled, and the call ended at 13.0 ms");
    weir::expect(one.aborted(),
                 "the caller was cancelled, the cancelled call threw \"{}\", and "
                 "reserve_within() {}",
                 reset, one.fate());
  });

  WEIR_EXPLORE("the limit passes meanwhile", []() -> asio::awaitable<void> {
    const std::vector<script> plan{{.withdraws = 8ms}};
    deadline_fixture f(co_await asio::this_coro::executor, plan);
    call& one = f.start(20ms);
    f.at(18ms, [&one] { one.cancel(); });
    co_await f.wait(100ms);
    expect_cancelled_at(f, 18ms, "the caller was cancelled at 18.0 ms");
    f.expect_ended(one, 26ms, "the caller was cancelled, and the call ended at 26.0 ms");
    weir::expect(
        one.aborted(),
        "the caller was cancelled at 18.0 ms, the limit was 20.0 ms, and reserve_within() {}",
        one.fate());
  });

  WEIR_EXPLORE("in the instant of the deadline", []() -> asio::awaitable<void> {
    const std::vector<script> plan{script{}};
    deadline_fixture f(co_await asio::this_coro::executor, plan);
    call& one = f.start(20ms);
    f.at(20ms, [&one] { one.cancel(); });
    co_await f.wait(100ms);
    expect_cancelled_at(f, 20ms, "the limit passed and the caller was cancelled at 20.0 ms");
    f.expect_ended(one, 23ms, "the call ended at 23.0 ms");
    weir::expect(one.aborted() || one.timed_out(),
                 "the limit passed and the caller was cancelled, and reserve_within() {}",
                 one.fate());
  });
}
