/// \file
/// What the hidden tests of `spawn-per-item` share: a feed, a store that takes its time, and a call
/// whose fate is written down.
#pragma once

#include "pipeline.hpp"

#include <weir/expect.hpp>
#include <weir/probe.hpp>
#include <weir/run.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace weir_hidden {

using namespace std::chrono_literals;
using boost::system::error_code;
using std::chrono::nanoseconds;

inline constexpr nanoseconds tidying = 3ms;

/// What has become of the items, and how high some of it ever was.
struct tally {
  std::size_t limit = 0;
  int taken = 0;
  int ended = 0;
  int running = 0;
  int started = 0;
  int asking = 0;
  int peak = 0;
  int peak_asked = -1; ///< the most that was held when the feed was asked for more

  [[nodiscard]] int held() const { return taken - ended; }
};

struct count_inside {
  explicit count_inside(int& n) : number(n) { ++number; }

  count_inside(const count_inside&) = delete;
  count_inside& operator=(const count_inside&) = delete;

  ~count_inside() { --number; }

  int& number;
};

struct plan {
  int count = 0;
  nanoseconds first{};
  nanoseconds interval{}; ///< the end comes so long after the last item
};

/// Items 1, 2, … at their times.
class timed_feed final : public feed {
public:
  timed_feed(asio::any_io_executor executor, plan items, tally& seen)
      : executor_(std::move(executor)), items_(items), seen_(seen) {}

  asio::awaitable<std::optional<int>> next() override {
    const count_inside asking(seen_.asking);
    seen_.peak_asked = std::max(seen_.peak_asked, seen_.held());
    while (weir::now() < due(seen_.taken + 1)) {
      asio::steady_timer timer(executor_, due(seen_.taken + 1) - weir::now());
      co_await timer.async_wait(asio::use_awaitable);
    }
    if (seen_.taken == items_.count)
      co_return std::nullopt;
    const int item = ++seen_.taken;
    seen_.peak = std::max(seen_.peak, seen_.held());
    weir::note("item {} is taken", item);
    co_return item;
  }

  /// Items that could be taken now.
  [[nodiscard]] int waiting() const {
    int ready = seen_.taken;
    while (ready < items_.count && due(ready + 1) <= weir::now())
      ++ready;
    return ready - seen_.taken;
  }

private:
  [[nodiscard]] nanoseconds due(int item) const {
    return items_.first + items_.interval * (item - 1);
  }

  asio::any_io_executor executor_;
  const plan items_;
  tally& seen_;
};

/// Takes 10 ms for an item, unless told otherwise; cancelled, 3 ms more to tidy up.
class slow_store final : public service {
public:
  slow_store(asio::any_io_executor executor, tally& seen)
      : executor_(std::move(executor)), seen_(seen) {}

  asio::awaitable<void> handle(int item) override {
    const count_inside running(seen_.running);
    ++seen_.started;
    const ended_at_exit ended{seen_};
    const auto found = takes.find(item);
    const nanoseconds time = found == takes.end() ? nanoseconds(10ms) : found->second;
    asio::steady_timer timer(executor_, time);
    co_await asio::async_compose<const asio::use_awaitable_t<>, void(error_code)>(
        work_or_tidy_up{timer, item}, asio::use_awaitable, timer);
    if (item == fails) {
      weir::note("item {} fails", item);
      throw boost::system::system_error(asio::error::connection_reset);
    }
    weir::note("item {} is done", item);
    ++done[item];
  }

  std::map<int, nanoseconds> takes;
  int fails = 0; ///< this item fails with `connection_reset`; 0: none does
  std::map<int, int> done;

private:
  struct ended_at_exit {
    tally& seen;

    ~ended_at_exit() { ++seen.ended; }
  };

  /// An operation, so that what it does about cancellation is not seen by the coroutine around it.
  struct work_or_tidy_up {
    asio::steady_timer& timer;
    int item;

    enum { starts, works, tidies_up } state = starts;

    template <class Self>
    void operator()(Self& self, error_code error = {}) {
      if (state == starts) {
        state = works;
        timer.async_wait(std::move(self));
      } else if (state == works && error) {
        state = tidies_up;
        weir::note("item {} is cancelled", item);
        self.reset_cancellation_state(asio::disable_cancellation());
        timer.expires_after(tidying);
        timer.async_wait(std::move(self));
      } else {
        self.complete(state == works ? error_code() : asio::error::operation_aborted);
      }
    }
  };

  asio::any_io_executor executor_;
  tally& seen_;
};

/// The call of run_pipeline(): how it ended, when, and what still ran then.
struct call {
  bool waits = true;
  error_code error;
  nanoseconds at{};
  int running = 0;
  int started = 0;
  int asking = 0;
  asio::cancellation_signal signal;

  [[nodiscard]] std::string fate() const {
    if (waits)
      return "has not ended";
    return error ? "threw \"" + error.message() + "\"" : "returned";
  }

  void cancel() {
    weir::note("run_pipeline() is cancelled");
    signal.emit(asio::cancellation_type::terminal);
  }
};

inline asio::awaitable<void> attend(call& mine, feed& from, service& to, const tally& seen) {
  weir::name_this_task("run_pipeline()");
  try {
    co_await run_pipeline(from, to, seen.limit);
  } catch (const boost::system::system_error& thrown) {
    mine.error = thrown.code();
  } catch (const asio::multiple_exceptions&) {
    weir::fail(
        "run_pipeline() threw asio::multiple_exceptions, as `||` and `&&` do when both sides "
        "fail; what is promised is the error itself");
  }
  mine.waits = false;
  mine.at = weir::now();
  mine.running = seen.running;
  mine.started = seen.started;
  mine.asking = seen.asking;
  weir::note("run_pipeline() {}", mine.fate());
}

inline asio::awaitable<void> act_later(asio::any_io_executor executor, nanoseconds delay,
                                       std::function<void()> what) {
  weir::name_this_task("test");
  asio::steady_timer timer(executor, delay);
  co_await timer.async_wait(asio::use_awaitable);
  what();
}

inline void rethrow(std::exception_ptr error) {
  if (error)
    std::rethrow_exception(error);
}

class pipeline_fixture {
public:
  pipeline_fixture(asio::any_io_executor executor, plan items, std::size_t limit)
      : from(executor, items, seen), store(executor, seen), executor_(executor), items_(items) {
    weir::name_this_task("test");
    seen.limit = limit;
  }

  call& start() {
    asio::co_spawn(executor_, attend(call_, from, store, seen),
                   asio::bind_cancellation_slot(call_.signal.slot(), rethrow));
    return call_;
  }

  /// `what` is done by somebody else at this moment: before or after whatever else happens then.
  void at(nanoseconds delay, std::function<void()> what) {
    asio::co_spawn(executor_, act_later(executor_, delay, std::move(what)), rethrow);
  }

  asio::awaitable<void> wait(nanoseconds time) {
    asio::steady_timer timer(executor_, time);
    co_await timer.async_wait(asio::use_awaitable);
  }

  /// Looks between two milliseconds whether somebody is idle while items wait.
  asio::awaitable<void> watch(int milliseconds) {
    co_await wait(500us);
    for (int i = 0; i < milliseconds; ++i) {
      weir::expect(from.waiting() == 0 || seen.running >= static_cast<int>(seen.limit),
                   "items at work: {}, with a limit of {}, and {} waited in the feed", seen.running,
                   seen.limit, from.waiting());
      weir::expect(seen.held() == seen.running,
                   "{} items had been taken and not finished, but only {} were at work",
                   seen.held(), seen.running);
      co_await wait(1ms);
    }
  }

  void expect_bounded() const {
    const int limit = static_cast<int>(seen.limit);
    weir::expect(seen.peak <= limit,
                 "{} items had been taken and not finished at one time; the limit is {}", seen.peak,
                 limit);
    weir::expect(seen.peak_asked < limit,
                 "the feed was asked for more with {} items unfinished; the limit is {}",
                 seen.peak_asked, limit);
  }

  void expect_all_handled(const call& one) const {
    expect_nothing_runs(one);
    weir::expect(!one.waits && !one.error, "the feed has ended, but run_pipeline() {}", one.fate());
    for (int item = 1; item <= items_.count; ++item) {
      const auto found = store.done.find(item);
      const int times = found == store.done.end() ? 0 : found->second;
      weir::expect(times == 1, "item {} of {} was handled {} times", item, items_.count, times);
    }
  }

  void expect_nothing_runs(const call& one) const {
    weir::expect(one.running == 0, "run_pipeline() {} while {} items were still at work",
                 one.fate(), one.running);
    weir::expect(one.asking == 0, "run_pipeline() {} while {} calls of next() still waited",
                 one.fate(), one.asking);
    const int late = one.waits ? 0 : seen.started - one.started;
    weir::expect(late == 0, "run_pipeline() {}, and {} items were started after that", one.fate(),
                 late);
  }

  void expect_ended_by(const call& one, error_code how, nanoseconds latest,
                       std::string_view why) const {
    weir::expect(!one.waits, "{}, but run_pipeline() has not ended {} later", why,
                 weir::now() - latest);
    weir::expect(one.error == how, "{}, but run_pipeline() {}", why, one.fate());
    expect_nothing_runs(one);
    weir::expect(one.at <= latest, "{}, but run_pipeline() ended only at {}", why, one.at);
  }

  void expect_ended(const call& one, error_code how, nanoseconds due, std::string_view why) const {
    expect_ended_by(one, how, due, why);
    weir::expect(one.at == due, "{} at {}, but run_pipeline() ended at {}", why, due, one.at);
  }

  void expect_taken(int most, std::string_view why) const {
    weir::expect(seen.taken <= most, "{}, but {} items were taken", why, seen.taken);
  }

  tally seen;
  timed_feed from;
  slow_store store;

private:
  asio::any_io_executor executor_;
  const plan items_;
  call call_;
};

} // namespace weir_hidden
