#include "fixture.hpp"
#include "weir_catch.hpp"

using namespace weir_hidden;

TEST_CASE("no more than was asked for, and no less", "[no-more-than-asked]") {
  WEIR_EXPLORE("nothing unasked", []() -> asio::awaitable<void> {
    publisher_fixture f(co_await asio::this_coro::executor);
    f.begin();
    weir::expect(f.to.last() == "on_subscribe",
                 "subscribe() returned, and the subscriber had no on_subscribe");
    co_await f.wait();
    f.expect_received(0, "nothing was requested");
    weir::expect(f.pages.asked() == 0,
                 "nothing was requested, but the archive was asked for {} pages", f.pages.asked());
    f.to.request(2);
    co_await f.wait();
    f.expect_received(2, "request(2)");
    f.to.request(1);
    co_await f.wait();
    f.expect_received(3, "request(2), later request(1)");
    weir::expect(f.pages.asked() == 1,
                 "3 records were requested and a page has 3, but {} pages were fetched",
                 f.pages.asked());
    f.to.request(4);
    co_await f.wait();
    f.expect_received(7, "request(2), request(1), request(4), each a while after the other");
    weir::expect(f.pages.asked() == 3,
                 "7 records were requested and a page has 3, but {} pages were fetched",
                 f.pages.asked());
    co_await f.finish();
  });

  WEIR_EXPLORE("asked for inside on_subscribe", []() -> asio::awaitable<void> {
    publisher_fixture f(co_await asio::this_coro::executor);
    f.to.react.on_subscribe = [&f] {
      f.to.request(4);
    };
    f.begin();
    co_await f.wait();
    f.expect_received(4, "request(4) inside on_subscribe, of 8 records");
    co_await f.finish();
  });

  WEIR_EXPLORE("pages of one, two and five records", []() -> asio::awaitable<void> {
    publisher_fixture f(co_await asio::this_coro::executor,
                        {.records = 12, .page_size = 3, .sizes = {3, 1, 2, 5, 1}});
    f.begin();
    f.to.request(11);
    co_await f.wait();
    f.expect_received(11, "request(11), of 12 records in pages of 3, 1, 2, 5 and 1");
    weir::expect(!f.to.ended(), "there is one record more, and the stream ended with {}",
                 f.to.last());
    f.to.request(1);
    co_await f.wait();
    f.expect_received(12, "all 12 records were requested");
    co_await f.finish();
  });

  WEIR_EXPLORE("two streams", []() -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    publisher_fixture one(executor);
    publisher_fixture other(executor, {.records = 5, .page_size = 2, .first = 101});
    one.begin();
    other.begin();
    one.to.request(4);
    other.to.request(3);
    co_await one.wait();
    one.expect_received(4, "of two streams, this one was asked for 4 records");
    other.expect_received(3, "of two streams, this one was asked for 3 records");
    one.to.request(2);
    co_await one.wait();
    one.expect_received(6, "of two streams, this one was asked for 2 records more");
    other.to.request(1);
    co_await other.wait();
    other.expect_received(4, "of two streams, this one was asked for 1 record more");
    co_await one.finish();
    co_await other.finish();
  });

  WEIR_EXPLORE("demand adds up", []() -> asio::awaitable<void> {
    publisher_fixture f(co_await asio::this_coro::executor);
    f.begin();
    f.to.request(1);
    f.to.request(2);
    f.at(2ms, [&f] { f.to.request(1); }); // while a page is being fetched
    f.at(5ms, [&f] { f.to.request(2); }); // as it arrives
    co_await f.wait();
    weir::expect(f.to.over_demand() == 0,
                 "there was an on_next that nobody had requested: {} too many", f.to.over_demand());
    f.expect_received(6, "request(1), request(2), and while a page came request(1), request(2)");
    co_await f.finish();
  });

  WEIR_EXPLORE("more is asked for in the middle of a signal", []() -> asio::awaitable<void> {
    publisher_fixture f(co_await asio::this_coro::executor);
    f.to.react.on_next = [&f](int record) {
      if (record == 2)
        f.to.request(2);
    };
    f.begin();
    f.to.request(2);
    co_await f.wait();
    weir::expect(f.to.over_demand() == 0,
                 "there was an on_next that nobody had requested: {} too many", f.to.over_demand());
    f.expect_received(4, "request(2), and request(2) in the second on_next");
    weir::expect(f.pages.asked() == 2,
                 "4 records were requested and a page has 3, but {} pages were fetched",
                 f.pages.asked());
    co_await f.finish();
  });
}

TEST_CASE("signals are serial, and so are fetches", "[serial]") {
  WEIR_EXPLORE("requests while a page is being fetched", []() -> asio::awaitable<void> {
    publisher_fixture f(co_await asio::this_coro::executor);
    f.begin();
    f.to.request(2);
    f.at(2ms, [&f] { f.to.request(3); });
    f.at(5ms, [&f] { f.to.request(1); });
    f.at(5ms, [&f] { f.to.request(1); });
    co_await f.wait();
    weir::expect(f.pages.peak_at_once() <= 1,
                 "the archive was asked for a page while it was fetching another: {} at once",
                 f.pages.peak_at_once());
    weir::expect(f.to.overlap().empty(), "{}", f.to.overlap());
    f.expect_received(7, "request(2), then request(3), request(1) and request(1) meanwhile");
    co_await f.finish();
  });

  WEIR_EXPLORE("one by one", []() -> asio::awaitable<void> {
    publisher_fixture f(co_await asio::this_coro::executor);
    f.to.react.on_next = [&f](int) {
      f.to.request(1);
    };
    f.begin();
    f.to.request(1);
    co_await f.wait();
    weir::expect(f.pages.peak_at_once() <= 1,
                 "the subscriber asks for one record in each on_next, and {} pages were being "
                 "fetched at once",
                 f.pages.peak_at_once());
    weir::expect(f.to.overlap().empty(), "{}", f.to.overlap());
    f.expect_received(8, "request(1), and request(1) in each on_next");
    co_await f.finish();
  });

  WEIR_EXPLORE("a wrong request inside on_subscribe", []() -> asio::awaitable<void> {
    publisher_fixture f(co_await asio::this_coro::executor);
    f.to.react.on_subscribe = [&f] {
      f.to.request(0);
    };
    f.begin();
    co_await f.wait();
    weir::expect(f.to.overlap().empty(), "{}", f.to.overlap());
    co_await f.finish();
  });

  WEIR_EXPLORE("a wrong request inside on_next", []() -> asio::awaitable<void> {
    publisher_fixture f(co_await asio::this_coro::executor);
    f.to.react.on_next = [&f](int) {
      f.to.request(-1);
    };
    f.begin();
    f.to.request(3);
    co_await f.wait();
    weir::expect(f.to.overlap().empty(), "{}", f.to.overlap());
    co_await f.finish();
  });
}

namespace {

/// Whatever the subscriber does now, it hears nothing more.
asio::awaitable<void> expect_silence(publisher_fixture& f, std::string_view end) {
  const int pages = f.pages.asked();
  f.to.request(1);
  f.to.request(5);
  co_await f.wait();
  f.to.request(0);
  f.to.request(unbounded);
  co_await f.wait();
  weir::expect(f.to.after_the_end() == 0, "after {} came {} more signals, the last was {}", end,
               f.to.after_the_end(), f.to.last());
  weir::expect(f.pages.asked() == pages, "after {} the archive was asked for {} more pages", end,
               f.pages.asked() - pages);
}

} // namespace

TEST_CASE("one terminal signal, then silence", "[silence-after-end]") {
  WEIR_EXPLORE("the records end", []() -> asio::awaitable<void> {
    publisher_fixture f(co_await asio::this_coro::executor);
    f.begin();
    f.to.request(8);
    co_await f.wait();
    f.expect_received(8, "request(8) of 8 records");
    weir::expect(f.to.errors() == 0,
                 "there were 8 records, 8 were requested, and the stream ended in {}", f.to.last());
    f.at(0ms, [&f] { f.to.request(1); });
    f.at(2ms, [&f] { f.to.request(1); });
    f.at(5ms, [&f] { f.to.request(1); });
    co_await f.wait();
    weir::expect(f.to.ended(), "more was requested than there is, and no on_complete came");
    weir::expect(f.to.errors() == 0, "the records came to an end, and the last signal was {}",
                 f.to.last());
    co_await expect_silence(f, "on_complete");
    co_await f.finish();
  });

  WEIR_EXPLORE("there are no records", []() -> asio::awaitable<void> {
    publisher_fixture f(co_await asio::this_coro::executor, {.records = 0});
    f.begin();
    co_await f.wait();
    weir::expect(!f.to.ended(), "nothing was requested, and the stream ended with {}", f.to.last());
    f.to.request(1);
    co_await f.wait();
    weir::expect(f.to.completions() == 1 && f.to.errors() == 0,
                 "the archive is empty, and one record was requested: {} times on_complete, {} "
                 "times on_error",
                 f.to.completions(), f.to.errors());
    f.to.request(1);
    co_await f.wait();
    weir::expect(f.pages.asked() == 1, "the stream had ended, and the archive was asked {} times",
                 f.pages.asked());
  });

  WEIR_EXPLORE("the archive fails", []() -> asio::awaitable<void> {
    publisher_fixture f(co_await asio::this_coro::executor, {.failing_page = 2});
    f.begin();
    f.to.request(5);
    f.at(10ms, [&f] { f.to.request(1); }); // as the second page fails
    co_await f.wait();
    f.expect_received(3, "the first page came, the second failed");
    weir::expect(f.to.ended(), "the archive has failed, and nobody told the subscriber");
    weir::expect(f.to.error() == asio::error::connection_reset,
                 "the archive failed with \"{}\", and the subscriber was told {}",
                 error_code(asio::error::connection_reset), f.to.last());
    co_await expect_silence(f, "on_error");
    co_await f.finish();
  });

  WEIR_EXPLORE("the subscriber talks back", []() -> asio::awaitable<void> {
    publisher_fixture f(co_await asio::this_coro::executor, {.records = 4});
    f.to.react.at_the_end = [&f] {
      f.to.request(1);
      f.to.request(-1);
    };
    f.begin();
    f.to.request(unbounded);
    co_await f.wait();
    f.expect_received(4, "request(unbounded) of 4 records");
    weir::expect(f.to.completions() == 1, "the last of 4 records came, and then {} on_complete",
                 f.to.completions());
    weir::expect(f.to.after_the_end() == 0,
                 "the subscriber called request() inside on_complete, and got {}", f.to.last());
    co_await f.finish();
  });
}

TEST_CASE("cancel stops the stream", "[cancel-stops]") {
  WEIR_EXPLORE("in the middle of a page", []() -> asio::awaitable<void> {
    publisher_fixture f(co_await asio::this_coro::executor);
    f.to.react.on_next = [&f](int record) {
      if (record == 2)
        f.to.cancel();
    };
    f.begin();
    f.to.request(unbounded);
    co_await f.wait();
    weir::expect(
        f.to.after_cancel() == 0,
        "the subscriber cancelled in its second on_next; {} more signals came, the last was {}",
        f.to.after_cancel(), f.to.last());
    weir::expect(f.pages.asked() == 1,
                 "the stream was cancelled during the first page, and {} more "
                 "pages were fetched",
                 f.pages.asked() - 1);
    co_await f.finish();
  });

  WEIR_EXPLORE("while a page is being fetched", []() -> asio::awaitable<void> {
    publisher_fixture f(co_await asio::this_coro::executor);
    f.begin();
    f.to.request(5);
    f.at(7ms, [&f] { f.to.cancel(); });
    co_await f.wait();
    weir::expect(f.to.after_cancel() == 0,
                 "cancel() came while a page was being fetched; after it {} signals came, the last "
                 "was {}",
                 f.to.after_cancel(), f.to.last());
    weir::expect(f.pages.asked() == 2,
                 "cancel() came during the second page, and {} more pages "
                 "were fetched",
                 f.pages.asked() - 2);
    co_await f.finish();
  });

  WEIR_EXPLORE("as a page arrives", []() -> asio::awaitable<void> {
    publisher_fixture f(co_await asio::this_coro::executor);
    f.begin();
    f.to.request(unbounded);
    f.at(5ms, [&f] { f.to.cancel(); });
    co_await f.wait();
    weir::expect(f.to.after_cancel() == 0,
                 "cancel() came as a page arrived; after it {} signals came, the last was {}",
                 f.to.after_cancel(), f.to.last());
    co_await f.finish();
  });

  WEIR_EXPLORE("as the records end", []() -> asio::awaitable<void> {
    publisher_fixture f(co_await asio::this_coro::executor, {.records = 2});
    f.begin();
    f.to.request(3);
    f.at(7ms, [&f] { f.to.cancel(); }); // while the archive finds out that there are no more
    co_await f.wait();
    weir::expect(f.to.after_cancel() == 0, "the stream was cancelled, and then came {}",
                 f.to.last());
    co_await f.finish();
  });

  WEIR_EXPLORE("as the archive fails", []() -> asio::awaitable<void> {
    publisher_fixture f(co_await asio::this_coro::executor, {.failing_page = 1});
    f.begin();
    f.to.request(3);
    f.at(2ms, [&f] { f.to.cancel(); });
    co_await f.wait();
    weir::expect(f.to.after_cancel() == 0, "the stream was cancelled, and then came {}",
                 f.to.last());
    co_await f.finish();
  });

  WEIR_EXPLORE("before anything has happened", []() -> asio::awaitable<void> {
    publisher_fixture f(co_await asio::this_coro::executor);
    int asked_before = 0;
    f.to.react.on_subscribe = [&f, &asked_before] {
      f.to.request(3);
      f.to.cancel();
      asked_before = f.pages.asked();
    };
    f.begin();
    co_await f.wait();
    weir::expect(f.pages.asked() == asked_before,
                 "the subscriber cancelled inside on_subscribe, and after that the archive was "
                 "asked for {} pages",
                 f.pages.asked() - asked_before);
    weir::expect(f.to.after_cancel() == 0,
                 "the subscriber cancelled inside on_subscribe, and then came {}", f.to.last());
    co_await f.finish();
  });

  WEIR_EXPLORE("in the same turn as the request", []() -> asio::awaitable<void> {
    publisher_fixture f(co_await asio::this_coro::executor);
    f.begin();
    f.to.request(3);
    f.to.cancel();
    const int asked_before = f.pages.asked();
    co_await f.wait();
    weir::expect(f.pages.asked() == asked_before,
                 "request(3), then cancel(): after that the archive was asked for {} pages",
                 f.pages.asked() - asked_before);
    weir::expect(f.to.after_cancel() == 0, "request(3), then cancel(), and then came {}",
                 f.to.last());
    co_await f.finish();
  });
}

TEST_CASE("request inside on_next does not grow the stack", "[no-recursion]") {
  WEIR_EXPLORE("one by one through a large page", []() -> asio::awaitable<void> {
    publisher_fixture f(co_await asio::this_coro::executor, {.records = 40, .page_size = 40});
    f.to.react.on_next = [&f](int) {
      f.to.request(1);
    };
    f.begin();
    f.to.request(1);
    co_await f.wait();
    weir::expect(
        f.to.deepest() <= 1,
        "request(1) in each on_next: after {} records, on_next was {} calls deep in itself",
        f.to.received(), f.to.deepest());
    f.expect_received(40, "request(1), and request(1) in each on_next");
    co_await f.finish();
  });

  WEIR_EXPLORE("one by one through pages that are there at once", []() -> asio::awaitable<void> {
    publisher_fixture f(co_await asio::this_coro::executor,
                        {.records = 40, .page_size = 1, .latency = 0ms});
    f.to.react.on_next = [&f](int) {
      f.to.request(1);
    };
    f.begin();
    f.to.request(1);
    co_await f.wait();
    weir::expect(f.to.deepest() <= 1,
                 "every page was in the archive's cache, request(1) in each on_next: after {} "
                 "records, on_next was {} calls deep in itself",
                 f.to.received(), f.to.deepest());
    f.expect_received(40, "request(1), and request(1) in each on_next");
    co_await f.finish();
  });

  WEIR_EXPLORE(
      weir::explore_options{.name = "the stack stays where it is", .search = {.schedules = 4}},
      []() -> asio::awaitable<void> {
        publisher_fixture f(co_await asio::this_coro::executor, {.records = 400, .page_size = 200});
        f.to.react.on_next = [&f](int) {
          f.to.request(1);
        };
        f.begin();
        f.to.request(1);
        co_await f.wait();
        weir::expect(f.to.stack_growth() < 16'000,
                     "request(1) in each on_next: over {} records the stack grew by {} bytes",
                     f.to.received(), f.to.stack_growth());
        co_await f.finish();
      });
}

TEST_CASE("after cancel, request and cancel do nothing", "[after-cancel]") {
  WEIR_EXPLORE("later", []() -> asio::awaitable<void> {
    publisher_fixture f(co_await asio::this_coro::executor);
    f.begin();
    f.to.request(2);
    co_await f.wait();
    f.to.cancel();
    const int pages = f.pages.asked();
    for (const std::int64_t n : {std::int64_t{1}, std::int64_t{0}, std::int64_t{-1}, unbounded}) {
      f.to.request(n);
      co_await f.wait();
      weir::expect(f.to.after_cancel() == 0, "{} after cancel() was answered by {}",
                   request_text(n), f.to.last());
    }
    f.to.cancel();
    f.to.cancel();
    co_await f.wait();
    weir::expect(f.to.after_cancel() == 0, "cancel() after cancel() was answered by {}",
                 f.to.last());
    weir::expect(f.pages.asked() == pages,
                 "request() after cancel() had the archive asked for {} more pages",
                 f.pages.asked() - pages);
    co_await f.finish();
  });

  WEIR_EXPLORE("inside on_next", []() -> asio::awaitable<void> {
    publisher_fixture f(co_await asio::this_coro::executor);
    f.to.react.on_next = [&f](int) {
      f.to.cancel();
      f.to.request(2);
      f.to.request(0);
      f.to.cancel();
    };
    f.begin();
    f.to.request(2);
    co_await f.wait();
    f.expect_received(1, "the first on_next called cancel(), then request(2)");
    weir::expect(!f.to.ended(), "cancel() and then request(0) inside on_next were answered by {}",
                 f.to.last());
    co_await f.finish();
  });

  WEIR_EXPLORE("while a page is being fetched", []() -> asio::awaitable<void> {
    publisher_fixture f(co_await asio::this_coro::executor);
    f.begin();
    f.to.request(2);
    co_await f.wait(2ms);
    f.to.cancel();
    f.at(1ms, [&f] { f.to.request(-1); });
    f.at(3ms, [&f] { f.to.request(2); }); // when the page would have come
    co_await f.wait();
    weir::expect(f.to.received() == 0 && !f.to.ended(),
                 "request() after cancel(), with a page still under way, was answered by {}",
                 f.to.last());
    weir::expect(f.pages.asked() == 1,
                 "request() after cancel() had the archive asked for {} more pages",
                 f.pages.asked() - 1);
    co_await f.finish();
  });
}

namespace {

void expect_refused(const publisher_fixture& f, std::string_view what) {
  weir::expect(f.to.ended(), "{} has not been answered by on_error", what);
  weir::expect(f.to.error() == asio::error::invalid_argument,
               "{} was answered by {} instead of on_error with invalid_argument", what,
               f.to.last());
  weir::expect(f.to.after_the_end() == 0, "{} was answered by on_error, and then came {}", what,
               f.to.last());
}

} // namespace

TEST_CASE("a request of nothing or less is an error", "[bad-request]") {
  WEIR_EXPLORE("before anything else", []() -> asio::awaitable<void> {
    auto executor = co_await asio::this_coro::executor;
    for (const std::int64_t n : {std::int64_t{0}, std::int64_t{-1}, -unbounded - 1}) {
      publisher_fixture f(executor);
      f.begin();
      f.to.request(n);
      co_await f.wait();
      expect_refused(f, weir::text("request({})", n));
      f.to.request(1);
      f.to.request(n);
      co_await f.wait();
      expect_refused(f, weir::text("request({})", n));
      weir::expect(f.pages.asked() == 0, "after request({}) the archive was asked for {} pages", n,
                   f.pages.asked());
      co_await f.finish();
    }
  });

  WEIR_EXPLORE("while a page is being fetched", []() -> asio::awaitable<void> {
    publisher_fixture f(co_await asio::this_coro::executor);
    f.begin();
    f.to.request(5);
    f.at(2ms, [&f] { f.to.request(-2); });
    co_await f.wait();
    expect_refused(f, "request(-2)");
    f.expect_received(0, "request(5), and request(-2) before the first page came");
    weir::expect(f.pages.asked() == 1, "after request(-2) the archive was asked for {} more pages",
                 f.pages.asked() - 1);
    co_await f.finish();
  });

  for (const archive_options& archive :
       {archive_options{.failing_page = 1}, archive_options{.records = 0}}) {
    const char* const what = archive.records == 0 ? "an empty page" : "a page that fails";
    WEIR_EXPLORE(weir::text("while {} is being fetched", what), [=]() -> asio::awaitable<void> {
      publisher_fixture f(co_await asio::this_coro::executor, archive);
      f.begin();
      f.to.request(5);
      f.at(2ms, [&f] { f.to.request(0); });
      co_await f.wait();
      expect_refused(f, weir::text("request(0), while {} was being fetched,", what));
      co_await f.finish();
    });
  }

  WEIR_EXPLORE("in the middle of a page", []() -> asio::awaitable<void> {
    publisher_fixture f(co_await asio::this_coro::executor);
    f.to.react.on_next = [&f](int record) {
      if (record == 2)
        f.to.request(0);
    };
    f.begin();
    f.to.request(8);
    co_await f.wait();
    expect_refused(f, "request(0) inside the second on_next");
    f.expect_received(2, "request(8), and request(0) in the second on_next");
    co_await f.finish();
  });
}

TEST_CASE("the largest demand is no bound at all", "[unbounded]") {
  WEIR_EXPLORE("sums that reach it", []() -> asio::awaitable<void> {
    const std::vector<std::vector<std::int64_t>> demands{
        {unbounded},        {unbounded, unbounded, unbounded},      {1, unbounded},
        {unbounded - 1, 5}, {unbounded / 2 + 1, unbounded / 2 + 1},
    };
    auto executor = co_await asio::this_coro::executor;
    for (const auto& demand : demands) {
      publisher_fixture f(executor);
      f.begin();
      std::string said;
      for (const std::int64_t n : demand) {
        said += (said.empty() ? "" : ", ") + request_text(n);
        f.to.request(n);
      }
      co_await f.wait();
      f.expect_received(8, said + " of 8 records");
      weir::expect(f.to.completions() == 1, "{}: all 8 records came, but no on_complete", said);
      co_await f.finish();
    }
  });

  WEIR_EXPLORE("more on top, inside on_next", []() -> asio::awaitable<void> {
    publisher_fixture f(co_await asio::this_coro::executor);
    f.to.react.on_next = [&f](int record) {
      f.to.request(record % 2 == 0 ? unbounded : 1);
    };
    f.begin();
    f.to.request(unbounded);
    co_await f.wait();
    f.expect_received(8, "request(unbounded), and more in each on_next");
    weir::expect(f.to.completions() == 1, "all 8 records came, but no on_complete");
    co_await f.finish();
  });
}
