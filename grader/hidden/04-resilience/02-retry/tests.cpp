#include "fixture.hpp"
#include "weir_catch.hpp"

using namespace weir_hidden;
using weir::harness::few;

namespace {

const std::vector<double> half{0.5};
const error_code none;
const error_code aborted = asio::error::operation_aborted;
const error_code reset = error::connection_reset;
const error_code timeout = error::timeout;
const error_code unavailable = error::unavailable;
const error_code bad_request = error::bad_request;
const error_code rate_limited = error::rate_limited;

/// `failures` attempts fail, the next would go well; `allowed` are allowed.
asio::awaitable<void> counts(unsigned failures, unsigned allowed) {
  std::vector<error_code> results(failures, unavailable);
  results.push_back(none);
  retry_fixture f(co_await asio::this_coro::executor, results, {.attempts = allowed}, half);
  const call& one = f.start();
  co_await f.wait(1min);
  const unsigned due = std::min(failures + 1, allowed);
  f.expect_attempts(
      due, weir::text("{} attempts are allowed, and number {} goes well", allowed, failures + 1));
  f.expect_ended_with_its_attempt(one);
  if (failures < allowed)
    weir::expect(one.fate() == weir::testing::returned(100 + static_cast<int>(due)),
                 "attempt {} answered {}, and retry() {}", due, 100 + due, one.text());
  else
    f.expect_thrown(one, due, unavailable);
  weir::expect(f.clock.asked.size() < due,
               "{} attempts were made, and {} pauses: is there one after "
               "the last attempt?",
               due, f.clock.asked.size());
}

/// The second attempt fails in a way that is not transient.
asio::awaitable<void> gives_up(error_code second) {
  const std::vector<error_code> results{timeout, second, none};
  retry_fixture f(co_await asio::this_coro::executor, results, {.attempts = 5}, half);
  const call& one = f.start();
  co_await f.wait(1min);
  f.expect_attempts(2,
                    weir::text("attempt 2 failed with \"{}\" (category {}), which is not transient",
                               second, second.category().name()));
  f.expect_ended_with_its_attempt(one);
  f.expect_thrown(one, 2, second);
}

/// None of three hundred attempts goes well.
asio::awaitable<void> in_vain() {
  constexpr unsigned allowed = 300;
  const std::vector<error_code> results(allowed + 50, unavailable);
  retry_fixture f(co_await asio::this_coro::executor, results,
                  {.attempts = allowed, .base = 1ms, .cap = 1ms}, half);
  const call& one = f.start();
  co_await f.wait(1min);
  f.expect_attempts(allowed, "300 attempts are allowed, and all fail");
  f.expect_ended_with_its_attempt(one);
  f.expect_thrown(one, allowed, unavailable);
}

/// All attempts fail but the last; how long are the pauses?
asio::awaitable<void> pauses(retry_policy policy, std::vector<double> numbers) {
  std::vector<error_code> results(policy.attempts - 1, reset);
  results.push_back(none);
  retry_fixture f(co_await asio::this_coro::executor, results, policy, std::move(numbers));
  f.judge_pauses();
  const call& one = f.start();
  co_await f.wait(policy.cap < 1min ? policy.attempts * policy.cap : 8h);
  f.expect_one_draw_for_each_pause();
  f.expect_attempts(policy.attempts,
                    weir::text("{} attempts are allowed, and the last goes well", policy.attempts));
  f.expect_ended_with_its_attempt(one);
}

/// retry() is cancelled 1 ms after its second attempt has begun, which then ends with `how`.
asio::awaitable<void> cancelled_in_an_attempt(error_code how, unsigned allowed) {
  const std::vector<error_code> results{reset};
  retry_fixture f(co_await asio::this_coro::executor, results, {.attempts = allowed}, half);
  f.work.cancelled_with = how;
  call& one = f.start();
  f.work.begins = [&f, &one](unsigned attempt) {
    if (attempt == 2)
      f.at(1ms, [&one] { one.cancel(); });
  };
  co_await f.wait(1min);
  f.expect_attempts(2, weir::text("retry() was cancelled during attempt 2, which then ended with "
                                  "\"{}\"",
                                  how ? how.message() : "an answer"));
  f.expect_ended_with_its_attempt(one);
  if (!how)
    weir::expect(one.fate().cancelled() || one.fate() == weir::testing::returned(102),
                 "the cancelled attempt answered 102 all the same, and retry() {}", one.text());
  else
    weir::expect(one.fate().cancelled() || one.fate() == weir::testing::threw(how),
                 "the cancelled attempt ended with \"{}\", and retry() {}", how, one.text());
}

/// retry() is cancelled at a moment in its second pause: between 0, the beginning, and 1, the end.
asio::awaitable<void> cancelled_in_a_pause(double moment) {
  const std::vector<error_code> results{unavailable};
  retry_fixture f(co_await asio::this_coro::executor, results, {.attempts = 5}, half);
  call& one = f.start();
  nanoseconds due{};
  f.clock.begins = [&](std::size_t pause, nanoseconds length) {
    if (pause != 2)
      return;
    const nanoseconds delay(
        static_cast<nanoseconds::rep>(moment * static_cast<double>(length.count())));
    due = weir::now() + delay;
    f.at(delay, [&one] { one.cancel(); });
  };
  co_await f.wait(1min);
  f.expect_ended(one);
  if (moment < 1) {
    f.expect_attempts(2, "retry() was cancelled in the pause after attempt 2");
    weir::expect(one.ended_at() == due, "retry() was cancelled at {}, in a pause, and {} at {}",
                 due, one.text(), one.ended_at());
    weir::expect(one.fate().cancelled(), "retry() was cancelled in a pause, and {}", one.text());
    co_return;
  }
  const std::size_t made = f.work.attempts.size();
  weir::expect(made <= 3,
               "retry() was cancelled in the instant in which the pause after attempt 2 ended; "
               "{} attempts were made",
               made);
  const nanoseconds latest = made > 2 ? f.work.attempts.back().ended : due;
  weir::expect(one.ended_at() == latest,
               "retry() was cancelled at {}, in the instant in which a pause ended, and {} at {}{}",
               due, one.text(), one.ended_at(),
               made > 2
                   ? weir::text(", but attempt 3, which it had begun, ended only at {}", latest)
                   : std::string());
  weir::expect(one.fate().cancelled() ||
                   (made > 2 && one.fate() == weir::testing::threw(unavailable)),
               "retry() was cancelled in the instant in which a pause ended, and {}", one.text());
}

} // namespace

TEST_CASE("attempts are counted exactly", "[attempts]") {
  WEIR_EXPLORE("the first goes well", [] { return counts(0, 4); });
  WEIR_EXPLORE("the third goes well", [] { return counts(2, 4); });
  WEIR_EXPLORE("the last goes well", [] { return counts(3, 4); });
  WEIR_EXPLORE("one too many would be needed", [] { return counts(4, 4); });
  WEIR_EXPLORE("a single attempt", [] { return counts(1, 1); });
  WEIR_EXPLORE(few(10, "three hundred, in vain"), in_vain);
}

TEST_CASE("only transient errors are worth another attempt", "[only-transient]") {
  WEIR_EXPLORE("all three kinds", []() -> asio::awaitable<void> {
    const std::vector<error_code> results{reset, timeout, unavailable, none};
    retry_fixture f(co_await asio::this_coro::executor, results, {.attempts = 6}, half);
    const call& one = f.start();
    co_await f.wait(1min);
    f.expect_attempts(4, "the first three attempts failed, each with another transient error");
    weir::expect(one.fate().returned(), "attempt 4 went well, and retry() {}", one.text());
  });

  WEIR_EXPLORE("a bad request", [] { return gives_up(bad_request); });
  WEIR_EXPLORE("a rate limit", [] { return gives_up(rate_limited); });
  WEIR_EXPLORE("an error nobody thought of", [] { return gives_up(asio::error::access_denied); });
  WEIR_EXPLORE("a reset that the system reports, not the service",
               [] { return gives_up(asio::error::connection_reset); });
  WEIR_EXPLORE("an error with the number of a timeout", [] { return gives_up(asio::error::eof); });
  WEIR_EXPLORE("an operation_aborted of its own", [] { return gives_up(aborted); });
}

TEST_CASE("pauses are random from zero to a ceiling that doubles", "[full-jitter]") {
  WEIR_EXPLORE("small, large, and nothing at all",
               [] { return pauses({.attempts = 6}, {0.5, 0.03125, 0.96875, 0, 0.25}); });
  WEIR_EXPLORE("another base", [] {
    return pauses({.attempts = 5, .base = 7ms, .cap = 1s}, {0.875, 0.125, 0.75, 0.625});
  });
}

TEST_CASE("the cap holds for any number of attempts", "[cap]") {
  WEIR_EXPLORE("a cap that is no multiple of the base",
               [] { return pauses({.attempts = 8, .base = 100ms, .cap = 450ms}, {0.5, 0.96875}); });
  WEIR_EXPLORE("a cap below the base",
               [] { return pauses({.attempts = 4, .base = 3s, .cap = 2s}, {0.75}); });
  WEIR_EXPLORE(few(10, "a hundred attempts"),
               [] { return pauses({.attempts = 100, .base = 100ms, .cap = 5s}, {0.5, 0.25}); });
  WEIR_EXPLORE(few(10, "a day"),
               [] { return pauses({.attempts = 140, .base = 24h, .cap = 24h}, {0.0009765625}); });
  WEIR_EXPLORE(few(10, "from a microsecond to a day"),
               [] { return pauses({.attempts = 45, .base = 1us, .cap = 24h}, {0.0009765625}); });
}

TEST_CASE("the last error is the one thrown", "[last-error]") {
  WEIR_EXPLORE("three kinds, and no attempt left", []() -> asio::awaitable<void> {
    const std::vector<error_code> results{reset, timeout, unavailable};
    retry_fixture f(co_await asio::this_coro::executor, results, {.attempts = 3}, half);
    const call& one = f.start();
    co_await f.wait(1min);
    f.expect_attempts(3, "3 attempts are allowed, and all failed");
    f.expect_ended_with_its_attempt(one);
    f.expect_thrown(one, 3, unavailable);
  });
}

TEST_CASE("cancelled in a pause, it ends at once", "[cancelled-in-a-pause]") {
  WEIR_EXPLORE("in the middle of it", [] { return cancelled_in_a_pause(0.5); });
  WEIR_EXPLORE("at its end", [] { return cancelled_in_a_pause(1); });
}

TEST_CASE("cancelled in an attempt, it makes no other", "[cancelled-in-an-attempt]") {
  WEIR_EXPLORE("which ends as usual", [] { return cancelled_in_an_attempt(aborted, 5); });
  WEIR_EXPLORE("which ends with a transient error",
               [] { return cancelled_in_an_attempt(reset, 5); });
  WEIR_EXPLORE("which is the last", [] { return cancelled_in_an_attempt(unavailable, 2); });
  WEIR_EXPLORE("which answers all the same", [] { return cancelled_in_an_attempt(none, 5); });
}
