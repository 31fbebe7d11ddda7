/// \file
/// What the hidden tests of `little` share: a downstream with so many servers at the end of so long
/// a line, and an attendant who writes down how a call of the reader's functions ended.
#pragma once

#include "bound.hpp"

#include <weir/expect.hpp>
#include <weir/probe.hpp>
#include <weir/run.hpp>
#include <weir/world/distribution.hpp>

#include <boost/asio/compose.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir_hidden {

using namespace std::chrono_literals;
using boost::system::error_code;
using std::chrono::nanoseconds;

inline constexpr nanoseconds tidying = 3ms;

struct world {
  std::string_view name;
  std::size_t servers = 1;
  nanoseconds service{};  ///< mean time that a call keeps a server busy
  nanoseconds distance{}; ///< there and back; no server is busy with that
  bool jitter = false;    ///< service times spread evenly over half to one and a half of the mean
  double others = 0;      ///< calls per second that come from elsewhere, evenly

  /// What is left for us.
  [[nodiscard]] double capacity() const {
    return static_cast<double>(servers) / seconds(service) - others;
  }

  [[nodiscard]] nanoseconds lone_latency() const { return service + distance; }

  [[nodiscard]] double knee() const { return capacity() * seconds(lone_latency()); }

private:
  static double seconds(nanoseconds time) { return std::chrono::duration<double>(time).count(); }
};

/// First come, first served. A call gets its server when it arrives, which is exact because all
/// travel equally long.
class servers final : public downstream {
public:
  servers(asio::any_io_executor executor, const world& how)
      : executor_(std::move(executor)),
        how_(how),
        takes_(how.jitter ? weir::world::uniform(how.service / 2, how.service * 3 / 2)
                          : weir::world::constant(how.service)),
        free_at_(how.servers, nanoseconds(0)) {}

  asio::awaitable<void> call() override {
    const std::uint64_t number = ++calls;
    most_ = std::max(most_, ++running);
    const departure on_exit{*this};
    weir::note("call {} begins, {} are running", number, running);
    const nanoseconds begun = weir::now();
    if (!first_)
      first_ = begun;
    asio::steady_timer timer(executor_, number == fails_at ? 2ms : answer_at(begun) - begun);
    co_await asio::async_compose<const asio::use_awaitable_t<>, void(error_code)>(
        answer_or_tidy_up{timer}, asio::use_awaitable, timer);
    if (number == fails_at) {
      weir::note("call {} fails", number);
      throw boost::system::system_error(asio::error::connection_reset);
    }
    last_ = weir::now();
    time_inside_ += last_ - begun;
    ++answered;
    weir::note("call {} is answered", number);
  }

  [[nodiscard]] std::size_t most() const { return most_; }

  /// From the begin of the first call to the end of the last, in seconds.
  [[nodiscard]] double elapsed() const {
    return std::chrono::duration<double>(last_ - first_.value_or(last_)).count();
  }

  [[nodiscard]] double mean_latency() const {
    return std::chrono::duration<double>(time_inside_).count() / static_cast<double>(answered);
  }

  std::uint64_t fails_at = 0; ///< which call fails, 2 ms after it began; 0: none does
  std::size_t running = 0;
  std::size_t calls = 0;
  std::size_t answered = 0;

private:
  struct departure {
    servers& at;

    ~departure() { --at.running; }
  };

  /// An operation, so that what it does about cancellation is not seen by the coroutine around it.
  struct answer_or_tidy_up {
    asio::steady_timer& timer;

    enum { starts, waits, tidies_up } state = starts;

    template <class Self>
    void operator()(Self& self, error_code error = {}) {
      if (state == starts) {
        state = waits;
        timer.async_wait(std::move(self));
      } else if (state == waits && error) {
        state = tidies_up;
        self.reset_cancellation_state(asio::disable_cancellation());
        timer.expires_after(tidying);
        timer.async_wait(std::move(self));
      } else {
        self.complete(state == waits ? error_code() : asio::error::operation_aborted);
      }
    }
  };

  nanoseconds serve(nanoseconds arrival) {
    const auto server = std::ranges::min_element(free_at_);
    *server = std::max(*server, arrival) + takes_.draw(random_);
    return *server;
  }

  nanoseconds answer_at(nanoseconds begun) {
    const nanoseconds arrival = begun + how_.distance / 2;
    if (how_.others > 0) {
      const nanoseconds gap(std::llround(1e9 / how_.others));
      for (; next_other_ <= arrival; next_other_ += gap)
        serve(next_other_);
    }
    return serve(arrival) + how_.distance / 2;
  }

  asio::any_io_executor executor_;
  const world how_;
  weir::world::latency_distribution takes_;
  weir::random_stream random_ = weir::stream("servers");
  std::vector<nanoseconds> free_at_;
  nanoseconds next_other_{};
  std::size_t most_ = 0;
  std::optional<nanoseconds> first_;
  nanoseconds last_{};
  nanoseconds time_inside_{};
};

/// A call of `measure` or `find_bound`.
struct attempt {
  std::string name;
  bool ended = false;
  error_code error;
  measurement seen;
  std::size_t bound = 0;
  nanoseconds at{};
  std::size_t running = 0; ///< calls that still ran when it ended
  std::size_t calls = 0;   ///< that had been made when it ended
  asio::cancellation_signal signal;

  [[nodiscard]] std::string fate() const {
    if (!ended)
      return "has not ended";
    return error ? "threw \"" + error.message() + "\"" : "returned";
  }
};

inline asio::awaitable<void> attend(attempt& mine, const servers& to, asio::awaitable<void> work) {
  weir::name_this_task(mine.name);
  try {
    co_await std::move(work);
  } catch (const boost::system::system_error& thrown) {
    mine.error = thrown.code();
  } catch (const asio::multiple_exceptions&) {
    weir::fail("{} threw asio::multiple_exceptions, as `||` and `&&` do when both sides fail; what "
               "is promised is the error itself",
               mine.name);
  }
  mine.ended = true;
  mine.at = weir::now();
  mine.running = to.running;
  mine.calls = to.calls;
  weir::note("{} {}", mine.name, mine.fate());
}

inline asio::awaitable<void> keep(attempt& mine, asio::awaitable<measurement> work) {
  mine.seen = co_await std::move(work);
}

inline asio::awaitable<void> keep(attempt& mine, asio::awaitable<std::size_t> work) {
  mine.bound = co_await std::move(work);
  weir::note("the bound is {}", mine.bound);
}

inline void rethrow(std::exception_ptr error) {
  if (error)
    std::rethrow_exception(error);
}

class bound_fixture {
public:
  bound_fixture(asio::any_io_executor executor, const world& how)
      : to(executor, how), executor_(executor) {
    weir::name_this_task("the test");
  }

  attempt& start_measure(std::size_t in_flight, std::size_t calls) {
    attempt_.name = weir::text("measure({} in flight, {} calls)", in_flight, calls);
    return start(keep(attempt_, measure(to, in_flight, calls)));
  }

  attempt& start_find_bound(std::size_t pool, std::size_t calls) {
    attempt_.name = weir::text("find_bound(pool {}, {} calls)", pool, calls);
    return start(keep(attempt_, find_bound(to, pool, calls)));
  }

  asio::awaitable<void> wait(nanoseconds time) {
    asio::steady_timer timer(executor_, time);
    co_await timer.async_wait(asio::use_awaitable);
  }

  /// Until it has ended; virtual time is cheap.
  asio::awaitable<void> finish() {
    for (int i = 0; i < 40 && !attempt_.ended; ++i)
      co_await wait(5s);
    weir::expect(attempt_.ended, "{} has not ended after {}", attempt_.name, weir::now());
    co_await wait(1s);
    expect_nothing_left();
  }

  void expect_returned() const {
    weir::expect(attempt_.ended && !attempt_.error, "no call failed, but {} {}", attempt_.name,
                 attempt_.fate());
  }

  void expect_threw(error_code how, nanoseconds due, std::string_view why) const {
    weir::expect(attempt_.ended, "{}, but {} has not ended by {}", why, attempt_.name, weir::now());
    weir::expect(attempt_.error == how, "{}, but {} {}", why, attempt_.name, attempt_.fate());
    expect_nothing_left();
    weir::expect(attempt_.at == due, "{}; {} should have ended at {}, and ended at {}", why,
                 attempt_.name, due, attempt_.at);
  }

  void expect_nothing_left() const {
    weir::expect(attempt_.running == 0, "{} {} while {} of its calls still ran", attempt_.name,
                 attempt_.fate(), attempt_.running);
    weir::expect(to.calls == attempt_.calls, "{} {}, and {} calls were made after that",
                 attempt_.name, attempt_.fate(), to.calls - attempt_.calls);
  }

  servers to;

private:
  attempt& start(asio::awaitable<void> work) {
    asio::co_spawn(executor_, attend(attempt_, to, std::move(work)),
                   asio::bind_cancellation_slot(attempt_.signal.slot(), rethrow));
    return attempt_;
  }

  asio::any_io_executor executor_;
  attempt attempt_;
};

} // namespace weir_hidden
