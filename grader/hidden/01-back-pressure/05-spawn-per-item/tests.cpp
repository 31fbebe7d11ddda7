#include "fixture.hpp"
#include "weir_catch.hpp"

#include <algorithm>
#include <limits>
#include <vector>

using namespace weir_hidden;

namespace {

const boost::system::error_code reset = asio::error::connection_reset;

/// Items that look like a mark, and equal ones.
class odd_items final : public feed {
public:
  asio::awaitable<std::optional<int>> next() override {
    if (taken == items.size())
      co_return std::nullopt;
    co_return items[taken++];
  }

  const std::vector<int> items{
      7, 0, -1, 0, std::numeric_limits<int>::min(), 7, std::numeric_limits<int>::max(), -1};
  std::size_t taken = 0;
};

class counting_service final : public service {
public:
  asio::awaitable<void> handle(int item) override {
    co_await weir::testing::pass(1ms);
    handled.push_back(item);
  }

  std::vector<int> handled;
};

} // namespace

TEST_CASE("work in flight is bounded", "[bounded]") {
  for (const std::size_t limit : {3, 1})
    WEIR_EXPLORE(limit == 1 ? "one at a time" : "three at a time",
                 [limit]() -> asio::awaitable<void> {
                   pipeline_fixture f(co_await asio::this_coro::executor, {.count = 12}, limit);
                   const call& run = f.start();
                   co_await f.wait(15ms);
                   f.expect_bounded();
                   co_await f.wait(1s);
                   f.expect_bounded();
                   f.expect_all_handled(run);
                 });
}

TEST_CASE("nobody is idle while items wait", "[no-idle-worker]") {
  WEIR_EXPLORE("one slow item", []() -> asio::awaitable<void> {
    pipeline_fixture f(co_await asio::this_coro::executor, {.count = 12}, 3);
    f.store.takes[1] = 45ms;
    f.store.takes[5] = 14ms;
    const call& run = f.start();
    co_await f.watch(60);
    co_await f.wait(1s);
    f.expect_all_handled(run);
  });

  WEIR_EXPLORE("a hundred at a time", []() -> asio::awaitable<void> {
    pipeline_fixture f(co_await asio::this_coro::executor, {.count = 250}, 100);
    const call& run = f.start();
    co_await f.watch(15);
    co_await f.wait(1s);
    f.expect_all_handled(run);
  });

  WEIR_EXPLORE("items that come now and then", []() -> asio::awaitable<void> {
    pipeline_fixture f(co_await asio::this_coro::executor,
                       {.count = 8, .first = 2ms, .interval = 3ms}, 3);
    f.store.takes[3] = 25ms;
    const call& run = f.start();
    co_await f.watch(60);
    co_await f.wait(1s);
    f.expect_all_handled(run);
  });
}

TEST_CASE("the end of the feed waits for what is in flight", "[end-waits]") {
  WEIR_EXPLORE("whatever the items are", []() -> asio::awaitable<void> {
    odd_items from;
    counting_service to;
    co_await run_pipeline(from, to, 2);
    std::vector<int> due = from.items;
    std::ranges::sort(due);
    std::ranges::sort(to.handled);
    weir::expect(to.handled == due,
                 "the feed had {} items, among them 0, -1 and equal ones; {} were handled",
                 due.size(), to.handled.size());
  });

  WEIR_EXPLORE("a slow item near the end", []() -> asio::awaitable<void> {
    pipeline_fixture f(co_await asio::this_coro::executor, {.count = 7}, 3);
    f.store.takes[5] = 50ms;
    const call& run = f.start();
    co_await f.wait(1s);
    f.expect_all_handled(run);
    f.expect_ended(run, returned(), 60ms, "the last item was done");
  });

  WEIR_EXPLORE("the end comes late", []() -> asio::awaitable<void> {
    pipeline_fixture f(co_await asio::this_coro::executor, {.count = 4, .interval = 30ms}, 3);
    const call& run = f.start();
    co_await f.wait(1s);
    f.expect_all_handled(run);
    f.expect_ended(run, returned(), 120ms, "the feed ended");
  });

  WEIR_EXPLORE("fewer items than the limit", []() -> asio::awaitable<void> {
    pipeline_fixture f(co_await asio::this_coro::executor, {.count = 2}, 5);
    const call& run = f.start();
    co_await f.wait(1s);
    f.expect_all_handled(run);
    f.expect_ended(run, returned(), 10ms, "the last item was done");
  });

  WEIR_EXPLORE("an empty feed", []() -> asio::awaitable<void> {
    pipeline_fixture f(co_await asio::this_coro::executor, {.count = 0}, 3);
    const call& run = f.start();
    co_await f.wait(1s);
    f.expect_ended(run, returned(), 0ms, "the feed was empty");
  });
}

TEST_CASE("an error ends it", "[error-surfaces]") {
  WEIR_EXPLORE("while others run", []() -> asio::awaitable<void> {
    pipeline_fixture f(co_await asio::this_coro::executor, {.count = 20}, 3);
    f.store.fails = 4;
    f.store.takes[4] = 5ms;
    const call& run = f.start();
    co_await f.wait(1s);
    f.expect_ended(run, threw(reset), 18ms,
                   "item 4 failed at 15.0 ms, the other two were cancelled and had tidied up");
    f.expect_taken(6, "item 4 failed while items 5 and 6 ran");
  });

  WEIR_EXPLORE("while the feed has nothing", []() -> asio::awaitable<void> {
    pipeline_fixture f(co_await asio::this_coro::executor, {.count = 3, .interval = 400ms}, 2);
    f.store.fails = 1;
    const call& run = f.start();
    co_await f.wait(1s);
    f.expect_ended(run, threw(reset), 10ms, "item 1 failed and nothing else ran");
    f.expect_taken(1, "item 1 failed before item 2 came");
  });

  WEIR_EXPLORE("after the end of the feed", []() -> asio::awaitable<void> {
    pipeline_fixture f(co_await asio::this_coro::executor, {.count = 3}, 4);
    f.store.fails = 2;
    f.store.takes[2] = 20ms;
    const call& run = f.start();
    co_await f.wait(1s);
    f.expect_ended(run, threw(reset), 20ms, "item 2, the last to run, failed");
  });

  WEIR_EXPLORE("as others finish", []() -> asio::awaitable<void> {
    pipeline_fixture f(co_await asio::this_coro::executor, {.count = 3}, 4);
    f.store.fails = 2;
    const call& run = f.start();
    co_await f.wait(1s);
    f.expect_ended_by(run, threw(reset), 13ms, "item 2 failed at 10.0 ms");
  });

  WEIR_EXPLORE("as an item comes", []() -> asio::awaitable<void> {
    pipeline_fixture f(co_await asio::this_coro::executor, {.count = 3, .interval = 10ms}, 2);
    f.store.fails = 1;
    const call& run = f.start();
    co_await f.wait(1s);
    f.expect_ended_by(run, threw(reset), 13ms, "item 1 failed at 10.0 ms, as item 2 came");
    f.expect_taken(2, "item 1 failed as item 2 came");
  });

  WEIR_EXPLORE("as others are started", []() -> asio::awaitable<void> {
    pipeline_fixture f(co_await asio::this_coro::executor, {.count = 20}, 3);
    f.store.fails = 2;
    const call& run = f.start();
    co_await f.wait(1s);
    f.expect_ended_by(run, threw(reset), 13ms, "item 2 failed at 10.0 ms");
  });
}

TEST_CASE("cancelled, it leaves nothing running", "[cancelled]") {
  WEIR_EXPLORE("as an item comes", []() -> asio::awaitable<void> {
    pipeline_fixture f(co_await asio::this_coro::executor, {.count = 3, .interval = 10ms}, 2);
    f.store.takes[1] = 30ms;
    call& run = f.start();
    f.at(10ms, [&run] { run.cancel(); });
    co_await f.wait(1s);
    f.expect_ended_by(run, cancelled, 13ms, "it was cancelled at 10.0 ms, as item 2 came");
    f.expect_taken(2, "it was cancelled as item 2 came");
  });

  WEIR_EXPLORE("while others tidy up after an error", []() -> asio::awaitable<void> {
    pipeline_fixture f(co_await asio::this_coro::executor, {.count = 20}, 3);
    f.store.fails = 4;
    f.store.takes[4] = 5ms;
    call& run = f.start();
    f.at(16ms, [&run] { run.cancel(); });
    co_await f.wait(1s);
    f.expect_ended(run, run.fate().cancelled() ? fate(cancelled) : fate(threw(reset)), 18ms,
                   "item 4 failed at 15.0 ms, the other two were cancelled and had tidied up");
    f.expect_taken(6, "item 4 failed while items 5 and 6 ran");
  });

  WEIR_EXPLORE("twice", []() -> asio::awaitable<void> {
    pipeline_fixture f(co_await asio::this_coro::executor, {.count = 20}, 3);
    call& run = f.start();
    f.at(15ms, [&run] { run.cancel(); });
    f.at(16ms, [&run] { run.cancel(); });
    co_await f.wait(1s);
    f.expect_ended(run, cancelled, 18ms,
                   "it was cancelled at 15.0 ms, and the three items had tidied up");
  });

  WEIR_EXPLORE("while all are busy", []() -> asio::awaitable<void> {
    pipeline_fixture f(co_await asio::this_coro::executor, {.count = 20}, 3);
    call& run = f.start();
    f.at(15ms, [&run] { run.cancel(); });
    co_await f.wait(1s);
    f.expect_ended(run, cancelled, 18ms,
                   "it was cancelled at 15.0 ms, and the three items had tidied up");
    f.expect_taken(6, "it was cancelled while items 4, 5 and 6 ran");
  });

  WEIR_EXPLORE("while the feed has nothing", []() -> asio::awaitable<void> {
    pipeline_fixture f(co_await asio::this_coro::executor, {.count = 3, .interval = 400ms}, 2);
    call& run = f.start();
    f.at(15ms, [&run] { run.cancel(); });
    co_await f.wait(1s);
    f.expect_ended(run, cancelled, 15ms, "it was cancelled and nothing else ran");
    f.expect_taken(1, "it was cancelled before item 2 came");
  });

  WEIR_EXPLORE("after the end of the feed", []() -> asio::awaitable<void> {
    pipeline_fixture f(co_await asio::this_coro::executor, {.count = 2}, 3);
    call& run = f.start();
    f.at(5ms, [&run] { run.cancel(); });
    co_await f.wait(1s);
    f.expect_ended(run, cancelled, 8ms,
                   "it was cancelled at 5.0 ms, and the two items had tidied up");
  });

  WEIR_EXPLORE("as items finish", []() -> asio::awaitable<void> {
    pipeline_fixture f(co_await asio::this_coro::executor, {.count = 3}, 4);
    call& run = f.start();
    f.at(10ms, [&run] { run.cancel(); });
    co_await f.wait(1s);
    if (run.fate().returned())
      f.expect_all_handled(run); // it came first
    else
      f.expect_ended_by(run, cancelled, 13ms, "it was cancelled at 10.0 ms");
  });

  WEIR_EXPLORE("as items are started", []() -> asio::awaitable<void> {
    pipeline_fixture f(co_await asio::this_coro::executor, {.count = 20}, 3);
    call& run = f.start();
    f.at(10ms, [&run] { run.cancel(); });
    co_await f.wait(1s);
    f.expect_ended_by(run, cancelled, 13ms, "it was cancelled at 10.0 ms");
  });
}
