/// \file
/// Scenarios of `lag` in which more happens than one thing after the other.
#pragma once

#include "fixture.hpp"

#include <boost/asio/execution.hpp>
#include <boost/asio/query.hpp>

#include <utility>

namespace weir_hidden {

/// The loop, and how many handlers it was given.
class counting_executor {
public:
  counting_executor(asio::any_io_executor loop, std::size_t& given)
      : loop_(std::move(loop)), given_(&given) {}

  [[nodiscard]] asio::execution_context& query(asio::execution::context_t) const noexcept {
    return asio::query(loop_, asio::execution::context);
  }

  [[nodiscard]] static constexpr asio::execution::blocking_t
  query(asio::execution::blocking_t) noexcept {
    return asio::execution::blocking.never;
  }

  template <class Function>
  void execute(Function&& f) const {
    ++*given_;
    loop_.execute(std::forward<Function>(f));
  }

  friend bool operator==(const counting_executor& a, const counting_executor& b) noexcept {
    return a.loop_ == b.loop_ && a.given_ == b.given_;
  }

private:
  asio::any_io_executor loop_;
  std::size_t* given_;
};

/// A probe that was stopped, and is kept: it leaves the loop alone.
inline asio::awaitable<void> kept_after_stop(std::string_view promise) {
  weir::name_this_task("the test");
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  std::size_t given = 0;
  loop_fixture loop(executor, {}, promise, counting_executor(executor, given));
  for (int i = 0; i < 2; ++i) {
    loop.start();
    co_await loop.rest(1s);
    loop.stop();
    co_await loop.rest(21ms);
    const std::size_t by_then = given;
    co_await loop.rest(1min);
    weir::expect(given == by_then,
                 "the probe was stopped, and in the minute that began a tick later it had {} "
                 "handlers run on the loop",
                 given - by_then);
  }
  co_await loop.finish();
}

/// Two probes with options of their own watch one loop.
inline asio::awaitable<void> two_probes(std::string_view promise) {
  weir::name_this_task("the test");
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  log_of_all other_log;
  const lag_options other_options{.tick = 50ms, .window = 1s, .bad = 10ms};
  const auto other = make_lag_probe(executor, other_log, other_options);
  loop_fixture loop(executor, {}, promise);
  loop.start();
  const nanoseconds begin = weir::now();
  other->start();
  const script five_blocks = many(5, 1'210ms, 430ms);
  co_await loop.play(five_blocks);
  const nanoseconds end = weir::now() + 1ms;
  co_await loop.rest(1ms);
  other->stop();
  std::vector<block> blocks;
  for (int i = 0; i < 5; ++i)
    blocks.push_back({.begin = begin + i * 1'640ms + 1'210ms, .end = begin + (i + 1) * 1'640ms});
  const std::string found =
      lag_specification(other_options, promise)
          .finding(windows_of({begin, end}, blocks, other_options), other_log.all());
  weir::expect(found.empty(), "two probes watch a loop. {}", found);
  co_await loop.rest(11s);
  co_await loop.finish();
}

/// The log stops the probe inside the second window that it is told of.
inline asio::awaitable<void> stopped_by_log(std::string_view promise, nanoseconds occupied) {
  weir::name_this_task("the test");
  loop_fixture loop(co_await asio::this_coro::executor, {.bad = nanoseconds::max()}, promise);
  loop.log().when_told = [&loop] {
    if (loop.log().all().size() == 2)
      loop.stop(true);
  };
  loop.start();
  const script one_block{blocks(18'005ms, occupied)};
  co_await loop.play(one_block);
  co_await loop.rest(31s);
  co_await loop.finish();
}

/// The log stops the probe and starts it again, when it is warned, and when it is told.
inline asio::awaitable<void> restarted_by_log(std::string_view promise) {
  weir::name_this_task("the test");
  loop_fixture loop(co_await asio::this_coro::executor, {.bad = nanoseconds::max()}, promise);
  loop.log().when_told = [&loop] {
    if (loop.log().all().size() == 1) {
      loop.stop(true);
      loop.start();
    }
  };
  loop.start();
  const script two_blocks{blocks(4'010ms, 200ms), blocks(9s, 300ms)};
  co_await loop.play(two_blocks);
  co_await loop.rest(21s);
  co_await loop.finish();
}

/// A probe that runs, or has stopped, is destroyed.
inline asio::awaitable<void> destroyed(std::string_view promise, nanoseconds after,
                                       deed::kind before = deed::kind::block) {
  weir::name_this_task("the test");
  loop_fixture loop(co_await asio::this_coro::executor, {}, promise);
  loop.start();
  co_await loop.rest(after);
  if (before == deed::kind::stop)
    loop.stop();
  const std::size_t known = loop.log().all().size();
  loop.destroy();
  weir::expect(loop.log().all().size() == known,
               "the probe was destroyed, and the log was told of a window in that call");
  co_await loop.rest(21s);
  if (loop.log().all().size() != known)
    weir::fail("the probe was destroyed at {}, and the log was told of a window at {}", after,
               loop.log().all().back().at);
}

inline asio::awaitable<void> never_started() {
  weir::name_this_task("the test");
  loop_fixture loop(co_await asio::this_coro::executor, {}, "stop");
  co_await loop.rest(11s);
  loop.stop();
  co_await loop.rest(11s);
  weir::expect(loop.log().all().empty(),
               "the probe was never started, and the log was told of a window at {}",
               loop.log().all().empty() ? 0ns : loop.log().all().front().at);
}

} // namespace weir_hidden
