/// \file
/// What the hidden tests of `bounded-map` share: items, calls that take their time, and one map
/// whose fate is written down.
#pragma once

#include "bounded_map.hpp"

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
#include <vector>

namespace weir_hidden {

using namespace std::chrono_literals;
using boost::system::error_code;
using std::chrono::nanoseconds;

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
    const bool done = co_await work(item, takes.contains(item) ? takes[item] : 10ms);
    if (!done) {
      weir::note("item {} is cancelled, and has tidied up", item);
      throw boost::system::system_error(spoils == item ? asio::error::broken_pipe : aborted);
    }
    if (fails.contains(item)) {
      weir::note("item {} fails", item);
      seen_.over = std::min(seen_.over, weir::now());
      throw boost::system::system_error(fails[item]);
    }
    weir::note("item {} is done", item);
    co_return item * 10;
  }

  std::map<int, nanoseconds> takes;
  std::map<int, error_code> fails;
  int spoils = 0; ///< this item, cancelled, fails with `broken_pipe` while it tidies up

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

  /// False when it was cancelled. What it does about that is not seen by the coroutines around it.
  asio::awaitable<bool> work(int item, nanoseconds time) {
    if (time == 0ns)
      co_return true;
    const bool throws = co_await asio::this_coro::throw_if_cancelled();
    co_await asio::this_coro::throw_if_cancelled(false);
    const auto state = co_await asio::this_coro::cancellation_state;
    error_code cancelled = aborted;
    asio::steady_timer timer(executor_, time);
    if (state.cancelled() == asio::cancellation_type::none)
      co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    if (seen_.late.empty() && weir::now() > seen_.over)
      seen_.late =
          cancelled ? weir::text("item {} was cancelled only at {}", item, weir::now())
                    : weir::text("item {} was not cancelled, and ran until {}", item, weir::now());
    if (cancelled) {
      error_code ignored;
      const auto until = std::chrono::steady_clock::now() + tidying;
      while (std::chrono::steady_clock::now() < until) {
        timer.expires_at(until);
        co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
      }
    }
    co_await asio::this_coro::throw_if_cancelled(throws);
    co_return !cancelled;
  }

  asio::any_io_executor executor_;
  counted_items& items_;
  tally& seen_;
  std::map<int, int> times_;
};

/// The call of bounded_map(): how it ended, when, and what still ran then.
struct map_call {
  bool waits = true;
  std::vector<int> results;
  error_code error;
  nanoseconds at{};
  int running = 0;
  int started = 0;
  asio::cancellation_signal signal;

  [[nodiscard]] std::string fate() const {
    if (waits)
      return "has not ended";
    return error ? "threw \"" + error.message() + "\"" : "returned";
  }
};

class map_fixture {
public:
  map_fixture(asio::any_io_executor executor, int count, std::size_t limit,
              watched what = watched::nothing)
      : seen{.what = what, .limit = limit, .count = count},
        items(seen),
        lookup(executor, items, seen),
        executor_(executor) {
    weir::name_this_task("the test");
  }

  void start() {
    asio::co_spawn(executor_, attend(),
                   asio::bind_cancellation_slot(call.signal.slot(), [](std::exception_ptr error) {
                     if (error)
                       std::rethrow_exception(error);
                   }));
  }

  /// Somebody else cancels the map at this moment: before or after whatever else happens then.
  void cancel_at(nanoseconds delay) {
    asio::co_spawn(executor_, cancel_later(delay), asio::detached);
  }

  asio::awaitable<void> wait(nanoseconds time) {
    asio::steady_timer timer(executor_, time);
    co_await timer.async_wait(asio::use_awaitable);
  }

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
    weir::expect(!call.waits && !call.error, "all {} items could be mapped, but bounded_map() {}",
                 seen.count, call.fate());
    weir::expect(call.results.size() == static_cast<std::size_t>(seen.count),
                 "there were {} items, and there are {} results", seen.count, call.results.size());
    for (int item = 1; item <= seen.count; ++item) {
      const int result = call.results[static_cast<std::size_t>(item - 1)];
      weir::expect(result == item * 10, "item {} gives {}, but result number {} is {}", item,
                   item * 10, item, result);
    }
    weir::expect(call.at == seen.last_end, "the last call ended at {}, and bounded_map() at {}",
                 seen.last_end, call.at);
  }

  void expect_nothing_runs() const {
    weir::expect(call.running == 0, "bounded_map() {} while {} calls still ran", call.fate(),
                 call.running);
    const int late = call.waits ? 0 : seen.started - call.started;
    weir::expect(late == 0, "bounded_map() {}, and {} calls were started after that", call.fate(),
                 late);
  }

  void expect_threw(error_code how, std::string_view why) const {
    weir::expect(!call.waits, "{}, but bounded_map() has not ended", why);
    weir::expect(call.error == how, "{}, but bounded_map() {}", why, call.fate());
    expect_nothing_runs();
  }

  void expect_threw(error_code how, nanoseconds due, std::string_view why) const {
    expect_threw(how, why);
    weir::expect(seen.late.empty(), "it was over at {}, but {}", seen.over, seen.late);
    weir::expect(call.at == due, "{} at {}, but bounded_map() ended at {}", why, due, call.at);
  }

  void expect_started(int most, std::string_view why) const {
    weir::expect(seen.started <= most, "{}, but {} items were started", why, seen.started);
  }

  tally seen;
  counted_items items;
  slow_lookup lookup;
  map_call call;

private:
  asio::awaitable<void> attend() {
    weir::name_this_task("bounded_map()");
    try {
      asio::awaitable<std::vector<int>> running = bounded_map(items, lookup, seen.limit);
      call.results = co_await std::move(running);
    } catch (const boost::system::system_error& thrown) {
      call.error = thrown.code();
    } catch (const asio::multiple_exceptions&) {
      weir::fail(
          "bounded_map() threw asio::multiple_exceptions, as `||` and `&&` do when both sides "
          "fail; what is promised is the error itself");
    }
    call.waits = false;
    call.at = weir::now();
    call.running = seen.running();
    call.started = seen.started;
    weir::note("bounded_map() {}", call.fate());
  }

  asio::awaitable<void> cancel_later(nanoseconds delay) {
    weir::name_this_task("who cancels");
    co_await wait(delay);
    weir::note("bounded_map() is cancelled");
    seen.over = std::min(seen.over, weir::now());
    call.signal.emit(asio::cancellation_type::terminal);
  }

  asio::any_io_executor executor_;
};

} // namespace weir_hidden
