#include "fixture.hpp"
#include "storm.hpp"
#include "weir_catch.hpp"

using namespace weir_hidden;
using weir::harness::few;

namespace {

/// Items in no order, some more than once.
class listed_items final : public item_source {
public:
  std::optional<int> next() override {
    if (taken_ == items.size())
      return std::nullopt;
    return items[taken_++];
  }

  const std::vector<int> items{5, 2, 5, 0, 9, -1, 2, 7, 0, 1};

private:
  std::size_t taken_ = 0;
};

/// Ten times the item, after as many milliseconds.
class tenfold final : public mapping {
public:
  asio::awaitable<int> call(int item) override {
    ++calls;
    asio::steady_timer timer(co_await asio::this_coro::executor, item * 1ms);
    co_await timer.async_wait(asio::use_awaitable);
    co_return item * 10;
  }

  std::size_t calls = 0;
};

} // namespace

TEST_CASE("results stand in the order of the items", "[in-order]") {
  WEIR_EXPLORE("the later ones are faster", []() -> asio::awaitable<void> {
    map_fixture f(co_await asio::this_coro::executor, 7, 3);
    for (int item = 1; item <= 7; ++item)
      f.lookup.takes[item] = nanoseconds(1ms) * (20 - 2 * item);
    f.start();
    co_await f.wait(1s);
    f.expect_mapped();
  });

  WEIR_EXPLORE("all end in one instant", []() -> asio::awaitable<void> {
    map_fixture f(co_await asio::this_coro::executor, 6, 3);
    f.start();
    co_await f.wait(1s);
    f.expect_mapped();
  });

  WEIR_EXPLORE("fewer items than the limit", []() -> asio::awaitable<void> {
    map_fixture f(co_await asio::this_coro::executor, 2, 5);
    f.lookup.takes[1] = 15ms;
    f.start();
    co_await f.wait(1s);
    f.expect_mapped();
  });

  WEIR_EXPLORE("no items", []() -> asio::awaitable<void> {
    map_fixture f(co_await asio::this_coro::executor, 0, 3);
    f.start();
    co_await f.wait(1s);
    f.expect_mapped();
  });

  WEIR_EXPLORE("items in no order, some more than once", []() -> asio::awaitable<void> {
    listed_items from;
    tenfold with;
    const std::vector<int> results = co_await bounded_map(from, with, 3);
    weir::expect(with.calls == from.items.size(), "there were {} items, and {} calls were made",
                 from.items.size(), with.calls);
    weir::expect(results.size() == from.items.size(),
                 "there were {} items, and there are {} results", from.items.size(),
                 results.size());
    for (std::size_t i = 0; i < results.size(); ++i)
      weir::expect(results[i] == from.items[i] * 10,
                   "item {} of the source was {}, which gives {}; result number {} is {}", i + 1,
                   from.items[i], from.items[i] * 10, i + 1, results[i]);
  });

  WEIR_EXPLORE("three hundred, a hundred at a time", []() -> asio::awaitable<void> {
    map_fixture f(co_await asio::this_coro::executor, 300, 100);
    for (int item = 1; item <= 300; ++item)
      f.lookup.takes[item] = nanoseconds(1ms) * (1 + item * 7 % 20);
    f.start();
    co_await f.wait(1s);
    f.expect_mapped();
  });

  WEIR_EXPLORE("calls that end at once", []() -> asio::awaitable<void> {
    map_fixture f(co_await asio::this_coro::executor, 12, 2);
    for (int item = 1; item <= 12; ++item)
      f.lookup.takes[item] = item % 4 == 2 ? 10ms : 0ms;
    f.start();
    co_await f.wait(1s);
    f.expect_mapped();
  });

  WEIR_EXPLORE(few(1, "eight thousand that end at once"), []() -> asio::awaitable<void> {
    map_fixture f(co_await asio::this_coro::executor, 8'000, 2);
    f.lookup.usually = 0ms;
    f.start();
    co_await f.wait(1s);
    f.expect_mapped();
  });

  WEIR_EXPLORE("two maps at once", []() -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    map_fixture one(executor, 5, 2, watched::full);
    map_fixture other(executor, 7, 3, watched::full);
    other.lookup.takes[2] = 25ms;
    one.start();
    co_await one.wait(5ms);
    other.start();
    co_await one.wait(1s);
    one.expect_mapped();
    other.expect_mapped();
  });

  WEIR_EXPLORE("a storm", [] { return storm(storm_focus::plain, "in-order"); });
}

TEST_CASE("always as many calls as the limit says", "[full]") {
  WEIR_EXPLORE("one slow call", []() -> asio::awaitable<void> {
    map_fixture f(co_await asio::this_coro::executor, 12, 3, watched::full);
    f.lookup.takes[2] = 45ms;
    f.lookup.takes[5] = 14ms;
    f.start();
    co_await f.watch(60ms);
    f.expect_lasted(55ms);
  });

  WEIR_EXPLORE("one at a time", []() -> asio::awaitable<void> {
    map_fixture f(co_await asio::this_coro::executor, 4, 1, watched::full);
    f.start();
    co_await f.watch(50ms);
    f.expect_lasted(40ms);
  });

  WEIR_EXPLORE("a slow first call holds nobody up", []() -> asio::awaitable<void> {
    map_fixture f(co_await asio::this_coro::executor, 10, 2, watched::full);
    f.lookup.takes[1] = 80ms;
    f.start();
    co_await f.watch(95ms);
    f.expect_lasted(90ms);
  });

  WEIR_EXPLORE("a storm", [] { return storm(storm_focus::plain, "full"); });
}

TEST_CASE("an item is asked for when its call can start", "[lazy]") {
  WEIR_EXPLORE("an item for each free place", []() -> asio::awaitable<void> {
    map_fixture f(co_await asio::this_coro::executor, 20, 3, watched::lazy);
    f.lookup.takes[2] = 23ms;
    f.start();
    for (const int due : {3, 5, 8, 11}) {
      co_await f.wait(5ms);
      weir::expect(f.seen.taken <= due,
                   "at {} the calls of {} items could have started: {} were "
                   "asked for",
                   weir::now(), due, f.seen.taken);
      co_await f.wait(5ms);
    }
    co_await f.wait(1s);
    f.expect_nothing_runs();
  });

  WEIR_EXPLORE("a source without end", []() -> asio::awaitable<void> {
    map_fixture f(co_await asio::this_coro::executor, 1'000'000, 2, watched::lazy);
    f.start();
    f.cancel_at(35ms);
    co_await f.wait(1s);
    f.expect_started(8, "it was cancelled while items 7 and 8 ran");
    f.expect_threw(aborted, 38ms, "it was cancelled at 35.0 ms, and the two calls had tidied up");
  });

  WEIR_EXPLORE("a storm", [] { return storm(storm_focus::plain, "lazy"); });
}

TEST_CASE("the first error ends the rest", "[first-error]") {
  WEIR_EXPLORE("while others run", []() -> asio::awaitable<void> {
    map_fixture f(co_await asio::this_coro::executor, 20, 3);
    f.lookup.takes[5] = 5ms;
    f.lookup.fails[5] = reset;
    f.start();
    co_await f.wait(1s);
    f.expect_threw(reset, 18ms,
                   "item 5 failed at 15.0 ms, the other two were cancelled and had tidied up");
    f.expect_started(6, "item 5 failed while items 4 and 6 ran");
  });

  WEIR_EXPLORE("no std::exception", []() -> asio::awaitable<void> {
    map_fixture f(co_await asio::this_coro::executor, 20, 3);
    f.lookup.takes[5] = 5ms;
    f.lookup.throws_42 = 5;
    f.start();
    co_await f.wait(1s);
    f.expect_nothing_runs();
    const std::exception_ptr thrown = f.call().fate().thrown();
    weir::expect(thrown && is(thrown, weir::storm::thrown::number),
                 "item 5 threw the number 42, but bounded_map() {}", f.call().text());
    f.expect_started(6, "item 5 failed while items 4 and 6 ran");
  });

  WEIR_EXPLORE("one that is cancelled fails in its own way", []() -> asio::awaitable<void> {
    map_fixture f(co_await asio::this_coro::executor, 20, 3);
    f.lookup.takes[3] = 5ms;
    f.lookup.fails[3] = reset;
    f.lookup.spoils = 1;
    f.start();
    co_await f.wait(1s);
    f.expect_threw(reset, 8ms,
                   "item 3 failed at 5.0 ms, then item 1, cancelled, failed while it tidied up");
  });

  WEIR_EXPLORE("an operation_aborted that nobody asked for", []() -> asio::awaitable<void> {
    map_fixture f(co_await asio::this_coro::executor, 20, 3);
    f.lookup.takes[2] = 5ms;
    f.lookup.fails[2] = aborted;
    f.start();
    co_await f.wait(1s);
    f.expect_threw(aborted, 8ms,
                   "item 2 failed at 5.0 ms with \"operation canceled\", the other two were "
                   "cancelled and had tidied up");
    f.expect_started(3, "item 2 failed while items 1 and 3 ran");
  });

  WEIR_EXPLORE("another fails a little later", []() -> asio::awaitable<void> {
    map_fixture f(co_await asio::this_coro::executor, 5, 3);
    f.lookup.takes = {{1, 20ms}, {2, 20ms}, {3, 9ms}, {4, 3ms}};
    f.lookup.fails = {{1, asio::error::timed_out}, {4, reset}};
    f.start();
    co_await f.wait(1s);
    f.expect_threw(reset, 15ms, "item 4 failed at 12.0 ms, items 1 and 2 were cancelled");
  });

  WEIR_EXPLORE("after the last item was asked for", []() -> asio::awaitable<void> {
    map_fixture f(co_await asio::this_coro::executor, 3, 4);
    f.lookup.takes[2] = 20ms;
    f.lookup.fails[2] = reset;
    f.start();
    co_await f.wait(1s);
    f.expect_threw(reset, 20ms, "item 2, the last to run, failed");
  });

  WEIR_EXPLORE("as soon as it is called", []() -> asio::awaitable<void> {
    map_fixture f(co_await asio::this_coro::executor, 20, 3);
    f.lookup.takes = {{1, 5ms}, {4, 0ms}};
    f.lookup.fails[4] = reset;
    f.start();
    co_await f.wait(1s);
    f.expect_threw(reset, 8ms,
                   "item 4 failed at 5.0 ms, as soon as it was called, and the other "
                   "two had tidied up");
    f.expect_started(4, "item 4 failed as soon as it was called, while items 2 and 3 ran");
  });

  WEIR_EXPLORE("as others end", []() -> asio::awaitable<void> {
    map_fixture f(co_await asio::this_coro::executor, 5, 3);
    f.lookup.fails[2] = reset;
    f.start();
    co_await f.wait(1s);
    f.expect_threw(reset, "item 2 failed at 10.0 ms");
    weir::expect(f.call().ended_at() <= 13ms,
                 "item 2 failed at 10.0 ms, tidying up takes 3 ms, but bounded_map() ended at {}",
                 f.call().ended_at());
  });

  WEIR_EXPLORE("the source breaks", []() -> asio::awaitable<void> {
    map_fixture f(co_await asio::this_coro::executor, 20, 3);
    f.items.breaks_at = 5;
    f.lookup.takes[2] = 25ms;
    f.lookup.takes[3] = 25ms;
    f.lookup.takes[1] = 5ms;
    f.lookup.takes[4] = 7ms;
    f.start();
    co_await f.wait(1s);
    f.expect_threw(reset, 15ms,
                   "next() threw at 12.0 ms, the two calls that ran were cancelled and had tidied "
                   "up");
    f.expect_started(4, "next() threw in place of item 5");
  });

  WEIR_EXPLORE("a storm", [] { return storm(storm_focus::failing, "first-error"); });
}

TEST_CASE("cancelled, it leaves nothing running", "[cancelled]") {
  WEIR_EXPLORE("while all are busy", []() -> asio::awaitable<void> {
    map_fixture f(co_await asio::this_coro::executor, 20, 3);
    f.start();
    f.cancel_at(15ms);
    co_await f.wait(1s);
    f.expect_threw(aborted, 18ms, "it was cancelled at 15.0 ms, and the three calls had tidied up");
    f.expect_started(6, "it was cancelled while items 4, 5 and 6 ran");
  });

  WEIR_EXPLORE("one fails in its own way while it tidies up", []() -> asio::awaitable<void> {
    map_fixture f(co_await asio::this_coro::executor, 20, 3);
    f.lookup.spoils = 1;
    f.start();
    f.cancel_at(5ms);
    co_await f.wait(1s);
    f.expect_threw(aborted, 8ms,
                   "it was cancelled at 5.0 ms, then item 1, cancelled, failed while it tidied up");
  });

  WEIR_EXPLORE("after the last item was asked for", []() -> asio::awaitable<void> {
    map_fixture f(co_await asio::this_coro::executor, 2, 3);
    f.start();
    f.cancel_at(5ms);
    co_await f.wait(1s);
    f.expect_threw(aborted, 8ms, "it was cancelled at 5.0 ms, and the two calls had tidied up");
  });

  WEIR_EXPLORE("as calls end", []() -> asio::awaitable<void> {
    map_fixture f(co_await asio::this_coro::executor, 7, 3);
    f.lookup.takes[3] = 12ms;
    f.start();
    f.cancel_at(10ms);
    co_await f.wait(1s);
    f.expect_threw(aborted, "it was cancelled at 10.0 ms, while item 3 ran");
    weir::expect(f.call().ended_at() == 13ms,
                 "it was cancelled at 10.0 ms, tidying up takes 3 ms, but "
                 "bounded_map() ended at {}",
                 f.call().ended_at());
  });

  WEIR_EXPLORE("as the last call ends", []() -> asio::awaitable<void> {
    map_fixture f(co_await asio::this_coro::executor, 3, 4);
    f.start();
    f.cancel_at(10ms);
    co_await f.wait(1s);
    if (f.call().fate().returned())
      f.expect_mapped(); // the last call was first
    else
      f.expect_threw(aborted, "it was cancelled at 10.0 ms");
  });

  WEIR_EXPLORE("a storm", [] { return storm(storm_focus::cancelling, "cancelled"); });
}
