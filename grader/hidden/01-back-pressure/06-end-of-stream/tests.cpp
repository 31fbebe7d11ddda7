#include "stages.hpp"
#include "weir_catch.hpp"

#include <weir/expect.hpp>
#include <weir/probe.hpp>
#include <weir/run.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

const std::string not_an_exception = "something that is no std::exception";

std::exception_ptr with(boost::system::error_code code) {
  return std::make_exception_ptr(boost::system::system_error(code));
}

struct stage_failed : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// What a stage does in a scenario.
struct behaviour {
  nanoseconds takes{};
  int fails_at = 0;           ///< throws at this item, after `takes`; 0: never
  std::exception_ptr error{}; ///< what it throws then; none: a stage_failed with its name
  int stuck_at = 0;           ///< takes `stuck_for` for this item; 0: never
  nanoseconds stuck_for = 1h;
};

struct plan {
  int items = 20;
  std::size_t capacity = 3;
  behaviour reading{};
  behaviour transforming{};
  behaviour writing{};
  std::vector<int> values{}; ///< of the items, before and after; empty: n, and 10 n + 1
};

/// One of the three: takes its time, and sees that it is called by one at a time.
class station {
public:
  station(asio::any_io_executor executor, std::string name, behaviour does)
      : name_(std::move(name)), executor_(std::move(executor)), does_(does) {}

  asio::awaitable<void> work(int item) {
    weir::expect(inside_ == 0, "the {} was called for item {} while it had another in hand", name_,
                 item);
    const visit here(*this);
    ++calls_;
    const nanoseconds takes = item == does_.stuck_at ? does_.stuck_for : does_.takes;
    if (takes > 0ns) {
      asio::steady_timer timer(executor_, takes);
      co_await timer.async_wait(asio::use_awaitable);
    }
    if (item == does_.fails_at) {
      weir::note("the {} fails at item {}", name_, item);
      if (does_.error)
        std::rethrow_exception(does_.error);
      throw stage_failed("the " + name_ + " failed");
    }
  }

  [[nodiscard]] int inside() const { return inside_; }

  [[nodiscard]] int calls() const { return calls_; }

private:
  struct visit {
    explicit visit(station& s) : owner(s) { ++owner.inside_; }

    visit(const visit&) = delete;
    visit& operator=(const visit&) = delete;

    ~visit() { --owner.inside_; }

    station& owner;
  };

  std::string name_;
  asio::any_io_executor executor_;
  behaviour does_;
  int inside_ = 0;
  int calls_ = 0;
};

class stages_fixture final : public reader, public transformer, public writer {
public:
  stages_fixture(asio::any_io_executor executor, const plan& p)
      : executor_(executor),
        plan_(p),
        reading_(executor, "reader", p.reading),
        transforming_(executor, "transformer", p.transforming),
        writing_(executor, "writer", p.writing) {
    weir::name_this_task("test");
  }

  asio::awaitable<std::optional<int>> read() override {
    weir::expect(!at_end_, "the reader was at its end, and was asked for more");
    const int item = read_ + 1;
    co_await reading_.work(item);
    if (item > plan_.items) {
      at_end_ = true;
      weir::note("the reader is at its end");
      co_return std::nullopt;
    }
    read_ = item;
    peak_ = std::max(peak_, ahead());
    co_return before(item);
  }

  asio::awaitable<int> transform(int item) override {
    const int number = transformed_ + 1;
    weir::expect(item == before(number), "the transformer got {} where {} was due", item,
                 before(number));
    co_await transforming_.work(number);
    transformed_ = number;
    co_return after(number);
  }

  asio::awaitable<void> write(int item) override {
    const int due = after(written_ + 1);
    weir::expect(item == due, "the writer got {} where {} was due", item, due);
    co_await writing_.work(written_ + 1);
    ++written_;
    weir::note("{} items have been written", written_);
  }

  void start() {
    asio::co_spawn(executor_, attend(),
                   asio::bind_cancellation_slot(signal_.slot(), [](std::exception_ptr error) {
                     if (error)
                       std::rethrow_exception(error);
                   }));
  }

  void cancel() {
    weir::note("run_stages() is cancelled");
    signal_.emit(asio::cancellation_type::terminal);
  }

  asio::awaitable<void> wait(nanoseconds time) {
    asio::steady_timer timer(executor_, time);
    co_await timer.async_wait(asio::use_awaitable);
  }

  [[nodiscard]] int ahead() const { return read_ - written_; }

  [[nodiscard]] int peak() const { return peak_; }

  [[nodiscard]] int written() const { return written_; }

  [[nodiscard]] nanoseconds ended_at() const { return at_; }

  [[nodiscard]] std::string fate() const {
    if (waits_)
      return "is still under way";
    return error_.empty() ? "returned" : "threw \"" + error_ + "\"";
  }

  [[nodiscard]] bool returned() const { return !waits_ && error_.empty(); }

  void expect_all_written() const {
    weir::expect(!waits_, "the reader gave {} of {} items, {} were written, and run_stages() {}",
                 read_, plan_.items, written_, fate());
    weir::expect(written_ == plan_.items,
                 "the reader had {} items, {} were written; run_stages() {}", plan_.items, written_,
                 fate());
    weir::expect(returned(), "all {} items were written; run_stages() {}", written_, fate());
  }

  void expect_ended(const std::string& error, nanoseconds due, std::string_view why) const {
    weir::expect(!waits_, "{} at {}, and run_stages() is still under way {} later", why, due,
                 weir::now() - due);
    weir::expect(error_ == error, "{}, and run_stages() {} instead of throwing \"{}\"", why, fate(),
                 error);
    weir::expect(at_ == due, "{} at {}, and run_stages() threw only at {}", why, due, at_);
  }

  void expect_failed(std::string_view stage, const std::string& error, nanoseconds due) const {
    expect_ended(error, due, weir::text("the {} failed", stage));
  }

  void expect_aborted(nanoseconds due) const { expect_ended(aborted(), due, "it was cancelled"); }

  static std::string aborted() {
    return boost::system::error_code(asio::error::operation_aborted).message();
  }

private:
  asio::awaitable<void> attend() {
    weir::name_this_task("run_stages");
    const std::string error = co_await fate_of_run();
    at_ = weir::now();
    error_ = error;
    waits_ = false;
    weir::note("run_stages() {}", fate());
    weir::expect(reading_.inside() == 0, "run_stages() {}, and its reader was still at work",
                 fate());
    weir::expect(transforming_.inside() == 0,
                 "run_stages() {}, and its transformer was still at work", fate());
    weir::expect(writing_.inside() == 0, "run_stages() {}, and its writer was still at work",
                 fate());
  }

  [[nodiscard]] int before(int number) const {
    return plan_.values.empty() ? number : plan_.values.at(static_cast<std::size_t>(number) - 1);
  }

  [[nodiscard]] int after(int number) const {
    return plan_.values.empty() ? 10 * number + 1 : before(number);
  }

  asio::awaitable<std::string> fate_of_run() {
    try {
      co_await run_stages(*this, *this, *this, plan_.capacity);
    } catch (const boost::system::system_error& thrown) {
      co_return thrown.code().message();
    } catch (const weir::expectation_failed&) {
      throw;
    } catch (const std::exception& thrown) {
      co_return thrown.what();
    } catch (...) {
      co_return not_an_exception;
    }
    co_return std::string();
  }

  asio::any_io_executor executor_;
  plan plan_;
  station reading_;
  station transforming_;
  station writing_;
  asio::cancellation_signal signal_;
  std::string error_;
  nanoseconds at_{};
  bool waits_ = true;
  bool at_end_ = false;
  int read_ = 0;
  int transformed_ = 0;
  int written_ = 0;
  int peak_ = 0;
};

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

asio::awaitable<void> fails(plan p, std::string stage, nanoseconds due, std::string error = {}) {
  if (error.empty())
    error = "the " + stage + " failed";
  stages_fixture f(co_await asio::this_coro::executor, p);
  f.start();
  co_await f.wait(due + 50ms);
  f.expect_failed(stage, error, due);
}

asio::awaitable<void> is_cancelled(plan p, nanoseconds when) {
  stages_fixture f(co_await asio::this_coro::executor, p);
  f.start();
  co_await f.wait(when);
  f.cancel();
  co_await f.wait(50ms);
  f.expect_aborted(when);
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
  WEIR_EXPLORE("the reader's, with no room behind it", [] {
    // 2 items in each channel, and one with each of the others.
    return fails(
        {.capacity = 2, .reading = {.takes = 1ms, .fails_at = 7}, .writing = {.stuck_at = 1}},
        "reader", 7ms);
  });
  WEIR_EXPLORE("the transformer's, with no room behind it", [] {
    return fails(
        {.capacity = 2, .transforming = {.takes = 1ms, .fails_at = 4}, .writing = {.stuck_at = 1}},
        "transformer", 4ms);
  });
  WEIR_EXPLORE("the transformer's, after the reader's end", [] {
    return fails({.items = 2,
                  .capacity = 2,
                  .transforming = {.takes = 10ms, .fails_at = 2},
                  .writing = {.stuck_at = 1}},
                 "transformer", 20ms);
  });
  WEIR_EXPLORE("the writer's, who says end of file", [] {
    return fails(
        {.capacity = 2, .writing = {.takes = 10ms, .fails_at = 3, .error = with(asio::error::eof)}},
        "writer", 30ms, boost::system::error_code(asio::error::eof).message());
  });
  WEIR_EXPLORE("the reader's, who says that its connection was aborted", [] {
    return fails(
        {.capacity = 2,
         .reading = {.takes = 10ms, .fails_at = 3, .error = with(asio::error::operation_aborted)}},
        "reader", 30ms, stages_fixture::aborted());
  });
  WEIR_EXPLORE("the transformer's, who throws a number", [] {
    return fails(
        {.capacity = 2,
         .transforming = {.takes = 10ms, .fails_at = 2, .error = std::make_exception_ptr(7)}},
        "transformer", 20ms, not_an_exception);
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
      f.expect_aborted(30ms);
  });
}
