/// \file
/// What the hidden tests of `spawn-per-item` share: a feed, a store that takes its time, and a call
/// whose fate is written down.
#pragma once

#include "pipeline.hpp"

#include <weir/expect.hpp>
#include <weir/probe.hpp>
#include <weir/run.hpp>
#include <weir/testing.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace weir_hidden {

using namespace std::chrono_literals;
using weir::testing::cancelled;
using weir::testing::returned;
using weir::testing::threw;
using fate = weir::testing::fate_of<void>;
using std::chrono::nanoseconds;

inline constexpr nanoseconds tidying = 3ms;

/// What has become of the items, and how high some of it ever was.
struct tally {
  std::size_t limit = 0;
  int taken = 0;
  int ended = 0;
  weir::testing::occupancy at_work; ///< items, in the service
  weir::testing::occupancy asking;  ///< calls of next()
  int peak = 0;
  int peak_asked = -1; ///< the most that was held when the feed was asked for more

  [[nodiscard]] int held() const { return taken - ended; }
};

struct plan {
  int count = 0;
  nanoseconds first{};
  nanoseconds interval{}; ///< the end comes so long after the last item
};

/// Items 1, 2, … at their times.
class timed_feed final : public feed {
public:
  timed_feed(plan items, tally& seen) : items_(items), seen_(seen) {}

  asio::awaitable<std::optional<int>> next() override {
    const weir::testing::occupancy::stay asking(seen_.asking);
    seen_.peak_asked = std::max(seen_.peak_asked, seen_.held());
    while (weir::now() < due(seen_.taken + 1))
      co_await weir::testing::pass(due(seen_.taken + 1) - weir::now());
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

  const plan items_;
  tally& seen_;
};

/// Takes 10 ms for an item, unless told otherwise; cancelled, 3 ms more to tidy up.
class slow_store final : public service {
public:
  slow_store(asio::any_io_executor executor, tally& seen)
      : executor_(std::move(executor)), seen_(seen) {}

  asio::awaitable<void> handle(int item) override {
    const weir::testing::occupancy::stay inside(seen_.at_work);
    const ended_at_exit ended{seen_};
    weir::testing::job work(executor_, {.takes = takes.contains(item) ? takes[item] : 10ms,
                                        .tidies = tidying,
                                        .when_cancelled = [item] {
                                          weir::note("item {} is cancelled", item);
                                        }});
    const bool finished = co_await work.run();
    if (!finished)
      throw boost::system::system_error(asio::error::operation_aborted);
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

  asio::any_io_executor executor_;
  tally& seen_;
};

/// The call of run_pipeline().
using call = weir::testing::operation<void>;

class pipeline_fixture {
public:
  pipeline_fixture(asio::any_io_executor executor, plan items, std::size_t limit)
      : from(items, seen), store(executor, seen), test_(executor), items_(items) {
    weir::name_this_task("the test");
    seen.limit = limit;
  }

  call& start() {
    return test_.start(
        "run_pipeline()", [this] { return run_pipeline(from, store, seen.limit); },
        [this](const call&) { at_its_end_ = seen; });
  }

  /// `what` is done by somebody else at this moment: before or after whatever else happens then.
  void at(nanoseconds delay, std::function<void()> what) { test_.at(delay, std::move(what)); }

  asio::awaitable<void> wait(nanoseconds time) { return weir::testing::pass(time); }

  /// Looks between two milliseconds whether somebody is idle while items wait.
  asio::awaitable<void> watch(int milliseconds) {
    co_await wait(500us);
    for (int i = 0; i < milliseconds; ++i) {
      weir::expect(from.waiting() == 0 || seen.at_work.now() >= static_cast<int>(seen.limit),
                   "items at work: {}, with a limit of {}, and {} waited in the feed",
                   seen.at_work.now(), seen.limit, from.waiting());
      weir::expect(seen.held() == seen.at_work.now(),
                   "{} items had been taken and not finished, but only {} were at work",
                   seen.held(), seen.at_work.now());
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
    weir::expect(one.fate().returned(), "the feed has ended, but {} {}", one.name(), one.text());
    for (int item = 1; item <= items_.count; ++item) {
      const auto found = store.done.find(item);
      const int times = found == store.done.end() ? 0 : found->second;
      weir::expect(times == 1, "item {} of {} was handled {} times", item, items_.count, times);
    }
  }

  void expect_nothing_runs(const call& one) const {
    const int running = at_its_end_.at_work.now();
    weir::expect(running == 0, "{} {} while {} items were still at work", one.name(), one.text(),
                 running);
    const int asking = at_its_end_.asking.now();
    weir::expect(asking == 0, "{} {} while {} calls of next() still waited", one.name(), one.text(),
                 asking);
    const int late = one.pending() ? 0 : seen.at_work.entered() - at_its_end_.at_work.entered();
    weir::expect(late == 0, "{} {}, and {} items were started after that", one.name(), one.text(),
                 late);
  }

  void expect_ended_by(const call& one, const fate& how, nanoseconds latest,
                       std::string_view why) const {
    weir::expect(!one.pending(), "{}, but {} has not ended {} later", why, one.name(),
                 weir::now() - latest);
    weir::expect(one.fate() == how, "{}, but {} {}", why, one.name(), one.text());
    expect_nothing_runs(one);
    weir::expect(one.ended_at() <= latest, "{}, but {} ended only at {}", why, one.name(),
                 one.ended_at());
  }

  void expect_ended(const call& one, const fate& how, nanoseconds due, std::string_view why) const {
    expect_ended_by(one, how, due, why);
    weir::testing::expect_ended(one, how, due, why);
  }

  void expect_taken(int most, std::string_view why) const {
    weir::expect(seen.taken <= most, "{}, but {} items were taken", why, seen.taken);
  }

  tally seen;
  timed_feed from;
  slow_store store;

private:
  weir::testing::driver test_;
  const plan items_;
  tally at_its_end_; ///< of run_pipeline()
};

} // namespace weir_hidden
