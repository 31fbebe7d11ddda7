/// \file
/// What the hidden tests of `bounded-map` share: items, calls that take their time, and one map
/// whose fate is written down.
#pragma once

#include "bounded_map.hpp"

#include <weir/expect.hpp>
#include <weir/probe.hpp>
#include <weir/run.hpp>
#include <weir/storm/edges.hpp>
#include <weir/testing.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir_hidden {

using namespace std::chrono_literals;
using boost::system::error_code;
using std::chrono::nanoseconds;

using map_call = weir::testing::operation<std::vector<int>>;

inline const error_code reset = asio::error::connection_reset;
inline const error_code aborted = asio::error::operation_aborted;
inline constexpr nanoseconds tidying = 3ms;

/// Which promise is looked at; those that hold in every test are always looked at.
enum class watched { nothing, full, lazy };

/// What has become of the items.
struct tally {
  watched what = watched::nothing;
  std::size_t limit = 0;
  int count = 0; ///< of the items there are
  int taken = 0;
  int started = 0;
  int ended = 0;
  nanoseconds last_end{};
  nanoseconds over = nanoseconds::max(); ///< when an error or a cancellation ended it
  std::string late{};                    ///< a call that was not cancelled in that instant

  [[nodiscard]] int held() const { return taken - ended; }

  [[nodiscard]] int running() const { return started - ended; }
};

/// Items 1 to count.
class counted_items final : public item_source {
public:
  explicit counted_items(tally& seen) : seen_(seen) {}

  std::optional<int> next() override {
    weir::expect(seen_.what != watched::lazy || seen_.held() < static_cast<int>(seen_.limit),
                 "another item was asked for while {} were not done; the limit is {}", seen_.held(),
                 seen_.limit);
    weir::expect(weir::now() <= seen_.over,
                 "it was over at {}, and another item was asked for {} "
                 "later",
                 seen_.over, weir::now() - seen_.over);
    weir::expect(!broken_, "next() was called again after it had thrown");
    if (seen_.taken + 1 == breaks_at) {
      broken_ = true;
      seen_.over = weir::now();
      weir::note("next() throws");
      throw boost::system::system_error(reset);
    }
    if (seen_.taken == seen_.count)
      return std::nullopt;
    taken_at_.push_back(weir::now());
    return ++seen_.taken;
  }

  [[nodiscard]] nanoseconds taken_at(int item) const {
    return taken_at_[static_cast<std::size_t>(item - 1)];
  }

  int breaks_at = 0; ///< `next` throws in place of this item; 0: never

private:
  tally& seen_;
  std::vector<nanoseconds> taken_at_;
  bool broken_ = false;
};

/// Takes 10 ms for an item, unless told otherwise; cancelled, 3 ms more to tidy up.
class slow_lookup final : public mapping {
public:
  slow_lookup(asio::any_io_executor executor, counted_items& items, tally& seen)
      : executor_(std::move(executor)), items_(items), seen_(seen) {}

  asio::awaitable<int> call(int item) override {
    weir::name_this_task(weir::text("call {}", item));
    start(item);
    const ended_at_exit ended{seen_};
    const bool done = co_await work(item, takes.contains(item) ? takes[item] : usually);
    if (!done) {
      weir::note("item {} is cancelled, and has tidied up", item);
      throw boost::system::system_error(spoils == item ? asio::error::broken_pipe : aborted);
    }
    if (fails.contains(item)) {
      weir::note("item {} fails", item);
      seen_.over = std::min(seen_.over, weir::now());
      throw boost::system::system_error(fails[item]);
    }
    if (throws_42 == item) {
      weir::note("item {} throws the number 42", item);
      seen_.over = std::min(seen_.over, weir::now());
      std::rethrow_exception(make_exception(weir::storm::thrown::number));
    }
    weir::note("item {} is done", item);
    co_return item * 10;
  }

  nanoseconds usually = 10ms;
  std::map<int, nanoseconds> takes;
  std::map<int, error_code> fails;
  int throws_42 = 0; ///< this item does; 0: none
  int spoils = 0;    ///< this item, cancelled, fails with `broken_pipe` while it tidies up

private:
  struct ended_at_exit {
    tally& seen;

    ~ended_at_exit() {
      ++seen.ended;
      seen.last_end = weir::now();
    }
  };

  void start(int item) {
    weir::note("item {} starts", item);
    weir::expect(seen_.what != watched::full || seen_.running() < static_cast<int>(seen_.limit),
                 "item {} was started while {} calls ran; the limit is {}", item, seen_.running(),
                 seen_.limit);
    weir::expect(item <= seen_.taken, "item {} was started, but had not been asked for", item);
    weir::expect(++times_[item] == 1, "item {} was started twice", item);
    weir::expect(weir::now() <= seen_.over, "it was over at {}, and item {} was started {} later",
                 seen_.over, item, weir::now() - seen_.over);
    weir::expect(seen_.what != watched::lazy || weir::now() == items_.taken_at(item),
                 "item {} was asked for, and started {} later", item,
                 weir::now() - items_.taken_at(item));
    ++seen_.started;
  }

  /// False when it was cancelled.
  asio::awaitable<bool> work(int item, nanoseconds time) {
    weir::testing::job job(executor_, {.takes = time, .tidies = tidying, .when_cancelled = [&] {
                                         check_late("item {} was cancelled only at {}", item);
                                       }});
    const bool done = co_await job.run();
    if (done)
      check_late("item {} was not cancelled, and ran until {}", item);
    co_return done;
  }

  void check_late(std::string_view finding, int item) {
    if (seen_.late.empty() && weir::now() > seen_.over)
      seen_.late = weir::text(finding, item, weir::now());
  }

  asio::any_io_executor executor_;
  counted_items& items_;
  tally& seen_;
  std::map<int, int> times_;
};

class map_fixture {
public:
  map_fixture(asio::any_io_executor executor, int count, std::size_t limit,
              watched what = watched::nothing)
      : seen{.what = what, .limit = limit, .count = count},
        items(seen),
        lookup(executor, items, seen),
        test_(executor) {
    weir::name_this_task("the test");
  }

  void start() {
    call_ = &test_.start(
        "bounded_map()", [this] { return bounded_map(items, lookup, seen.limit); },
        [this](const map_call&) { at_its_end_ = seen; });
  }

  [[nodiscard]] const map_call& call() const { return *call_; }

  /// Somebody else cancels the map at this moment: before or after whatever else happens then.
  void cancel_at(nanoseconds delay) {
    test_.at(
        delay,
        [this] {
          seen.over = std::min(seen.over, weir::now());
          call_->cancel();
        },
        "who cancels");
  }

  asio::awaitable<void> wait(nanoseconds time) { return weir::testing::pass(time); }

  /// Looks every 5 ms whether as many calls run as can, never in an instant in which one ends.
  asio::awaitable<void> watch(nanoseconds time) {
    co_await wait(500us);
    for (nanoseconds passed{}; passed < time; passed += 5ms) {
      const int left = seen.count - seen.ended;
      weir::expect(seen.running() == std::min(left, static_cast<int>(seen.limit)),
                   "calls that ran: {}, limit: {}, items that were not done: {}", seen.running(),
                   seen.limit, left);
      co_await wait(5ms);
    }
  }

  /// How long it takes when all places are always in use.
  void expect_lasted(nanoseconds best) const {
    expect_mapped();
    weir::expect(seen.last_end == best,
                 "with always {} at a time the work is done at {}, and it was done at {}",
                 seen.limit, best, seen.last_end);
  }

  void expect_mapped() const {
    expect_nothing_runs();
    weir::expect(call_->fate().returned(), "all {} items could be mapped, but bounded_map() {}",
                 seen.count, call_->text());
    const std::vector<int>& results = call_->fate().value();
    weir::expect(results.size() == static_cast<std::size_t>(seen.count),
                 "there were {} items, and there are {} results", seen.count, results.size());
    for (int item = 1; item <= seen.count; ++item) {
      const int result = results[static_cast<std::size_t>(item - 1)];
      weir::expect(result == item * 10, "item {} gives {}, but result number {} is {}", item,
                   item * 10, item, result);
    }
    weir::expect(call_->ended_at() == seen.last_end,
                 "the last call ended at {}, and bounded_map() at {}", seen.last_end,
                 call_->ended_at());
  }

  void expect_nothing_runs() const {
    const int running = at_its_end_.running();
    weir::expect(running == 0, "bounded_map() {} while {} calls still ran", call_->text(), running);
    const int late = call_->pending() ? 0 : seen.started - at_its_end_.started;
    weir::expect(late == 0, "bounded_map() {}, and {} calls were started after that", call_->text(),
                 late);
  }

  void expect_threw(error_code how, std::string_view why) const {
    weir::expect(!call_->pending(), "{}, but bounded_map() has not ended", why);
    weir::expect(call_->fate() == weir::testing::threw(how), "{}, but bounded_map() {}", why,
                 call_->text());
    expect_nothing_runs();
  }

  void expect_threw(error_code how, nanoseconds due, std::string_view why) const {
    expect_threw(how, why);
    weir::expect(seen.late.empty(), "it was over at {}, but {}", seen.over, seen.late);
    weir::testing::expect_ended(*call_, weir::testing::threw(how), due, why);
  }

  void expect_started(int most, std::string_view why) const {
    weir::expect(seen.started <= most, "{}, but {} items were started", why, seen.started);
  }

  tally seen;
  counted_items items;
  slow_lookup lookup;

private:
  weir::testing::driver test_;
  map_call* call_ = nullptr;
  tally at_its_end_;
};

} // namespace weir_hidden
