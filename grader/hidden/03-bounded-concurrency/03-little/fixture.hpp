/// \file
/// What the hidden tests of `little` share: a downstream with so many servers at the end of so long
/// a line, and an attendant who writes down how a call of the reader's functions ended.
#pragma once

#include "bound.hpp"

#include <weir/expect.hpp>
#include <weir/probe.hpp>
#include <weir/run.hpp>
#include <weir/storm/edges.hpp>
#include <weir/testing.hpp>
#include <weir/world/distribution.hpp>

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
    const weir::testing::occupancy::stay inside(running_);
    weir::note("call {} begins, {} are running", number, running());
    const nanoseconds begun = weir::now();
    if (!first_)
      first_ = begun;
    weir::testing::job work(
        executor_,
        {.takes = number == fails_at ? 2ms : answer_at(begun) - begun, .tidies = tidying});
    const bool answered_it = co_await work.run();
    if (!answered_it)
      throw boost::system::system_error(asio::error::operation_aborted);
    if (number == fails_at) {
      weir::note("call {} fails", number);
      if (throws_42)
        std::rethrow_exception(make_exception(weir::storm::thrown::number));
      throw boost::system::system_error(asio::error::connection_reset);
    }
    last_ = weir::now();
    time_inside_ += last_ - begun;
    ++answered;
    weir::note("call {} is answered", number);
  }

  [[nodiscard]] std::size_t running() const { return static_cast<std::size_t>(running_.now()); }

  /// At a time.
  [[nodiscard]] std::size_t most() const { return static_cast<std::size_t>(running_.peak()); }

  /// From the begin of the first call to the end of the last, in seconds.
  [[nodiscard]] double elapsed() const {
    return std::chrono::duration<double>(last_ - first_.value_or(last_)).count();
  }

  [[nodiscard]] double mean_latency() const {
    return std::chrono::duration<double>(time_inside_).count() / static_cast<double>(answered);
  }

  bool throws_42 = false;     ///< and no error with a code
  std::uint64_t fails_at = 0; ///< which call fails, 2 ms after it began; 0: none does
  std::size_t calls = 0;
  std::size_t answered = 0;

private:
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
  weir::testing::occupancy running_;
  std::optional<nanoseconds> first_;
  nanoseconds last_{};
  nanoseconds time_inside_{};
};

/// What came of a call of `measure` or `find_bound`.
struct result {
  measurement seen;
  std::size_t bound = 0;
};

using attempt = weir::testing::operation<result>;

class bound_fixture {
public:
  bound_fixture(asio::any_io_executor executor, const world& how)
      : to(executor, how), test_(executor) {
    weir::name_this_task("the test");
  }

  attempt& start_measure(std::size_t in_flight, std::size_t calls) {
    return start(weir::text("measure({} in flight, {} calls)", in_flight, calls),
                 [this, in_flight, calls]() -> asio::awaitable<result> {
                   const measurement seen = co_await measure(to, in_flight, calls);
                   co_return result{.seen = seen};
                 });
  }

  attempt& start_find_bound(std::size_t pool, std::size_t calls) {
    return start(weir::text("find_bound(pool {}, {} calls)", pool, calls),
                 [this, pool, calls]() -> asio::awaitable<result> {
                   const std::size_t bound = co_await find_bound(to, pool, calls);
                   weir::note("the bound is {}", bound);
                   co_return result{.seen = {}, .bound = bound};
                 });
  }

  asio::awaitable<void> wait(nanoseconds time) { return weir::testing::pass(time); }

  /// Until it has ended; virtual time is cheap.
  asio::awaitable<void> finish() {
    co_await test_.finish(200s);
    co_await wait(1s);
    expect_nothing_left();
  }

  void expect_returned() const {
    weir::expect(attempt_->fate().returned(), "no call failed, but {} {}", attempt_->name(),
                 attempt_->text());
  }

  void expect_threw(error_code how, nanoseconds due, std::string_view why) const {
    weir::expect(!attempt_->pending(), "{}, but {} has not ended by {}", why, attempt_->name(),
                 weir::now());
    weir::expect(attempt_->fate() == weir::testing::threw(how), "{}, but {} {}", why,
                 attempt_->name(), attempt_->text());
    expect_nothing_left();
    weir::testing::expect_ended(*attempt_, weir::testing::threw(how), due, why);
  }

  void expect_nothing_left() const {
    weir::expect(running_at_its_end_ == 0, "{} {} while {} of its calls still ran",
                 attempt_->name(), attempt_->text(), running_at_its_end_);
    weir::expect(to.calls == calls_at_its_end_, "{} {}, and {} calls were made after that",
                 attempt_->name(), attempt_->text(), to.calls - calls_at_its_end_);
  }

  servers to;

private:
  attempt& start(std::string name, std::function<asio::awaitable<result>()> work) {
    attempt_ = &test_.start(std::move(name), std::move(work), [this](const attempt&) {
      running_at_its_end_ = to.running();
      calls_at_its_end_ = to.calls;
    });
    return *attempt_;
  }

  weir::testing::driver test_;
  attempt* attempt_ = nullptr;
  std::size_t running_at_its_end_ = 0;
  std::size_t calls_at_its_end_ = 0;
};

} // namespace weir_hidden
