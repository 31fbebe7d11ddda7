#include "fixture.hpp"
#include "weir_catch.hpp"

#include <weir/storm/edges.hpp>

#include <limits>

using namespace weir_hidden;

namespace {

asio::awaitable<void> all_comes_out(plan p, nanoseconds due) {
  stages_fixture f(co_await asio::this_coro::executor, p);
  f.start();
  co_await f.wait(due + 1s);
  f.expect_all_written();
  weir::expect(f.ended_at() == due,
               "the last item had been written at {}, run_stages() returned at {}", due,
               f.ended_at());
}

asio::awaitable<void> bounded(plan p) {
  stages_fixture f(co_await asio::this_coro::executor, p);
  f.start();
  co_await f.wait(10s);
  const int most = 2 * static_cast<int>(p.capacity) + 3;
  weir::expect(f.peak() <= most,
               "with a capacity of {}, {} items were read and not yet written; the most is {}",
               p.capacity, f.peak(), most);
  f.expect_all_written();
}

asio::awaitable<void> fails_with(plan p, std::string stage, nanoseconds due,
                                 std::exception_ptr error) {
  const fate thrown = weir::testing::failure(error);
  stages_fixture f(co_await asio::this_coro::executor, p);
  f.start();
  co_await f.wait(due + 50ms);
  f.expect_ended(thrown, due, weir::text("the {} failed", stage));
}

asio::awaitable<void> fails(plan p, std::string stage, nanoseconds due) {
  const auto error = std::make_exception_ptr(stage_failed("the " + stage + " failed"));
  return fails_with(std::move(p), std::move(stage), due, error);
}

/// The writer is stuck; how far the others are ahead of it is open, so a stage may never be asked
/// for the item at which it would fail.
asio::awaitable<void> fails_if_it_comes_to_that(plan p, std::string stage) {
  stages_fixture f(co_await asio::this_coro::executor, p);
  f.start();
  co_await f.wait(50ms);
  if (const auto at = f.failed_at()) {
    const fate thrown =
        weir::testing::failure(std::make_exception_ptr(stage_failed("the " + stage + " failed")));
    f.expect_ended(thrown, *at, weir::text("the {} failed", stage));
    co_return;
  }
  f.cancel();
  co_await f.wait(1ms);
  f.expect_ended(cancelled, 50ms, "it was cancelled");
}

asio::awaitable<void> is_cancelled(plan p, nanoseconds when) {
  stages_fixture f(co_await asio::this_coro::executor, p);
  f.start();
  co_await f.wait(when);
  f.cancel();
  co_await f.wait(50ms);
  f.expect_ended(cancelled, when, "it was cancelled");
}

} // namespace

TEST_CASE("every item comes out", "[every-item]") {
  WEIR_EXPLORE("a slow writer", [] {
    return all_comes_out({.items = 12, .capacity = 3, .writing = {.takes = 10ms}}, 120ms);
  });
  WEIR_EXPLORE("a slow transformer", [] {
    return all_comes_out({.items = 12, .capacity = 3, .transforming = {.takes = 10ms}}, 120ms);
  });
  WEIR_EXPLORE("a slow reader", [] {
    // The end takes as long as an item to be found out.
    return all_comes_out({.items = 8, .capacity = 1, .reading = {.takes = 10ms}}, 90ms);
  });
  WEIR_EXPLORE("fewer than there is room for", [] {
    return all_comes_out({.items = 2, .capacity = 8, .writing = {.takes = 10ms}}, 20ms);
  });
  WEIR_EXPLORE("nobody takes any time",
               [] { return all_comes_out({.items = 10, .capacity = 2}, 0ms); });
  WEIR_EXPLORE("readings of zero, and others that look like a mark", [] {
    return all_comes_out({.items = 8,
                          .capacity = 2,
                          .writing = {.takes = 10ms},
                          .values = {0, -1, 7, std::numeric_limits<int>::max(),
                                     std::numeric_limits<int>::min(), 0, 0, -1}},
                         80ms);
  });
  WEIR_EXPLORE("nothing", [] { return all_comes_out({.items = 0, .capacity = 2}, 0ms); });
}

TEST_CASE("a slow stage holds the others back", "[pressure]") {
  WEIR_EXPLORE("a slow writer",
               [] { return bounded({.items = 20, .capacity = 2, .writing = {.takes = 10ms}}); });
  WEIR_EXPLORE("a slow transformer", [] {
    return bounded({.items = 20, .capacity = 1, .transforming = {.takes = 10ms}});
  });
}

TEST_CASE("the stages overlap", "[overlap]") {
  WEIR_EXPLORE("the slowest sets the pace", []() -> asio::awaitable<void> {
    stages_fixture f(co_await asio::this_coro::executor, {.items = 10,
                                                          .capacity = 1,
                                                          .reading = {.takes = 6ms},
                                                          .transforming = {.takes = 10ms},
                                                          .writing = {.takes = 6ms}});
    f.start();
    co_await f.wait(1s);
    f.expect_all_written();
    weir::expect(f.ended_at() <= 120ms,
                 "10 items through stages of 6 ms, 10 ms and 6 ms took {}; one after the other it "
                 "would be 226 ms, at the pace of the slowest 112 ms",
                 f.ended_at());
  });
  WEIR_EXPLORE("a writer that is stuck", []() -> asio::awaitable<void> {
    stages_fixture f(co_await asio::this_coro::executor,
                     {.items = 30, .capacity = 3, .writing = {.stuck_at = 1, .stuck_for = 500ms}});
    f.start();
    co_await f.wait(100ms);
    weir::expect(f.ahead() >= 6,
                 "the writer is stuck, each of the two channels has room for 3, and only {} items "
                 "have been read",
                 f.ahead());
    co_await f.wait(1s);
    f.expect_all_written();
  });
}

TEST_CASE("a failure ends all three", "[failure]") {
  WEIR_EXPLORE("the writer's, with everything full", [] {
    return fails({.capacity = 2, .writing = {.takes = 10ms, .fails_at = 3}}, "writer", 30ms);
  });
  WEIR_EXPLORE("the writer's, with the reader waiting for its next item", [] {
    return fails(
        {.capacity = 2, .reading = {.stuck_at = 3}, .writing = {.takes = 10ms, .fails_at = 1}},
        "writer", 10ms);
  });
  WEIR_EXPLORE("the transformer's, with the reader waiting for room", [] {
    return fails({.capacity = 2, .transforming = {.takes = 10ms, .fails_at = 2}}, "transformer",
                 20ms);
  });
  WEIR_EXPLORE("the transformer's, with the others at work", [] {
    return fails({.capacity = 2,
                  .reading = {.stuck_at = 3},
                  .transforming = {.takes = 10ms, .fails_at = 2},
                  .writing = {.takes = 1h}},
                 "transformer", 20ms);
  });
  WEIR_EXPLORE("the reader's, with the writer waiting for an item", [] {
    return fails({.capacity = 2, .reading = {.takes = 10ms, .fails_at = 3}}, "reader", 30ms);
  });
  WEIR_EXPLORE("the reader's, with the others at work", [] {
    return fails({.capacity = 2,
                  .reading = {.takes = 10ms, .fails_at = 4},
                  .transforming = {.stuck_at = 2},
                  .writing = {.takes = 1h}},
                 "reader", 40ms);
  });
  for (const int item : {4, 5, 6, 7})
    WEIR_EXPLORE(weir::text("the reader's at item {}, with the writer stuck", item), [item] {
      return fails_if_it_comes_to_that(
          {.capacity = 2, .reading = {.takes = 1ms, .fails_at = item}, .writing = {.stuck_at = 1}},
          "reader");
    });
  WEIR_EXPLORE("the transformer's, with the writer stuck", [] {
    return fails_if_it_comes_to_that(
        {.capacity = 2, .transforming = {.takes = 1ms, .fails_at = 4}, .writing = {.stuck_at = 1}},
        "transformer");
  });
  WEIR_EXPLORE("the transformer's, after the reader's end", [] {
    return fails({.items = 2,
                  .capacity = 2,
                  .transforming = {.takes = 10ms, .fails_at = 2},
                  .writing = {.stuck_at = 1}},
                 "transformer", 20ms);
  });
  WEIR_EXPLORE("the writer's, who says end of file", [] {
    const auto error = with(asio::error::eof);
    return fails_with({.capacity = 2, .writing = {.takes = 10ms, .fails_at = 3, .error = error}},
                      "writer", 30ms, error);
  });
  WEIR_EXPLORE("the reader's, who says that its connection was aborted", [] {
    const auto error = with(asio::error::operation_aborted);
    return fails_with({.capacity = 2, .reading = {.takes = 10ms, .fails_at = 3, .error = error}},
                      "reader", 30ms, error);
  });
  WEIR_EXPLORE("the writer's, whose error says more than its code", []() -> asio::awaitable<void> {
    using weir::storm::thrown;
    stages_fixture f(
        co_await asio::this_coro::executor,
        {.capacity = 2,
         .writing = {.takes = 10ms, .fails_at = 3, .error = make_exception(thrown::derived)}});
    f.start();
    co_await f.wait(1s);
    weir::expect(f.thrown() && is(f.thrown(), thrown::derived),
                 "the writer threw an error of a class derived from system_error, and run_stages() "
                 "threw one of another class: what it said beside its code is lost");
  });
  WEIR_EXPLORE("the transformer's, who throws a number", [] {
    const auto error = std::make_exception_ptr(7);
    return fails_with(
        {.capacity = 2, .transforming = {.takes = 10ms, .fails_at = 2, .error = error}},
        "transformer", 20ms, error);
  });
  WEIR_EXPLORE("the reader's, at its first item", [] {
    return fails({.capacity = 2, .reading = {.takes = 1ms, .fails_at = 1}}, "reader", 1ms);
  });
  WEIR_EXPLORE("the writer's, at the last item", [] {
    return fails({.items = 3, .capacity = 2, .writing = {.takes = 10ms, .fails_at = 3}}, "writer",
                 30ms);
  });
}

TEST_CASE("cancellation leaves nothing", "[cancelled]") {
  WEIR_EXPLORE("with everything full",
               [] { return is_cancelled({.capacity = 2, .writing = {.takes = 10ms}}, 25ms); });
  WEIR_EXPLORE("with everybody waiting for the reader", [] {
    return is_cancelled({.capacity = 2, .reading = {.takes = 1ms, .stuck_at = 4}}, 25ms);
  });
  WEIR_EXPLORE("with the transformer at work",
               [] { return is_cancelled({.capacity = 2, .transforming = {.takes = 10ms}}, 25ms); });
  WEIR_EXPLORE("after the reader's end", [] {
    return is_cancelled({.items = 4, .capacity = 4, .writing = {.takes = 10ms}}, 25ms);
  });
  WEIR_EXPLORE("as the last item is written", []() -> asio::awaitable<void> {
    stages_fixture f(co_await asio::this_coro::executor,
                     {.items = 3, .capacity = 2, .writing = {.takes = 10ms}});
    f.start();
    co_await f.wait(30ms);
    f.cancel();
    co_await f.wait(50ms);
    if (f.returned())
      f.expect_all_written();
    else
      f.expect_ended(cancelled, 30ms, "it was cancelled");
  });
}
