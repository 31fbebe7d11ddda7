/// \file
/// What the hidden tests of `adaptive-limit` share: someone who tells a limit how calls fared, and
/// knows after each what it may have become.
#pragma once

#include "limit.hpp"

#include <weir/expect.hpp>
#include <weir/probe.hpp>
#include <weir/run.hpp>
#include <weir/testing.hpp>

#include <boost/asio/awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace asio = boost::asio;

namespace weir_hidden {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

inline constexpr nanoseconds slow = 50ms;

inline constexpr limit_options roomy{.minimum = 2, .maximum = 100, .initial = 20, .slow = slow};

/// The promises that a test holds the limit to.
struct scope {
  bool bounds = false;
  bool decrease = false;
  bool once = false;
  bool additive = false;
  bool unused = false;
};

inline constexpr scope everything{
    .bounds = true, .decrease = true, .once = true, .additive = true, .unused = true};

class limit_fixture {
public:
  limit_fixture(const limit_options& options, scope promises)
      : options_(options), promises_(promises), limit_(make_adaptive_limit(options)) {
    weir::name_this_task("the test");
    weir::note("the limit is {}", limit());
    expect_bounds();
  }

  [[nodiscard]] std::size_t limit() const { return limit_->limit(); }

  asio::awaitable<void> wait(nanoseconds time) { return weir::testing::pass(time); }

  /// A call that ends now, having been sent so long ago, with so many in flight.
  void tell(nanoseconds took, std::size_t in_flight, bool failed = false) {
    const std::size_t before = limit();
    const nanoseconds now = weir::now();
    const bool bad = failed || took > options_.slow;
    limit_->ended({.sent = sample::time_point(now - took),
                   .ended = sample::time_point(now),
                   .in_flight = in_flight,
                   .failed = failed});
    weir::note("sent at {}, {} after {}, {} in flight: limit {}", now - took,
               failed ? "failed"
               : bad  ? "slow"
                      : "good",
               took, in_flight, limit());
    expect_bounds();
    if (bad)
      judge_bad(before, now - took);
    else
      judge_good(before, in_flight);
  }

  void good(std::size_t in_flight, nanoseconds took = 10ms) { tell(took, in_flight); }

  /// Full use, however high the limit is.
  void good() { good(limit()); }

  void late(nanoseconds took = slow + 10ms) { tell(took, limit()); }

  void fail(nanoseconds took = 5ms) { tell(took, limit(), true); }

  /// Good answers at full use, one each millisecond, until the limit is so high.
  asio::awaitable<void> climb_to(std::size_t target) {
    while (limit() < target) {
      const std::size_t from = limit();
      for (std::size_t i = 0; limit() == from; ++i) {
        weir::expect(i < 2 * from,
                     "{} good answers in a row came, to calls sent at the full limit of {}, and "
                     "the limit is still {}",
                     i, from, from);
        co_await wait(1ms);
        good(limit(), 1us);
      }
    }
  }

private:
  void expect_bounds() const {
    if (promises_.bounds)
      weir::expect(options_.minimum <= limit() && limit() <= options_.maximum,
                   "the limit is {}; it was to stay between {} and {}", limit(), options_.minimum,
                   options_.maximum);
  }

  void judge_bad(std::size_t before, nanoseconds sent) {
    const std::size_t after = limit();
    if (decreased_at_ && sent < *decreased_at_) {
      if (promises_.once && !at_minimum_)
        weir::expect(after >= before,
                     "the limit fell at {}; bad news of a call sent at {}, before that, took it "
                     "from {} to {}",
                     *decreased_at_, sent, before, after);
    } else if (decreased_at_ && sent == *decreased_at_) {
      // The call may have been sent before or after the limit fell.
    } else if (promises_.decrease) {
      const std::size_t highest = std::max(options_.minimum, before * 9 / 10);
      const std::size_t lowest = std::max(options_.minimum, before / 2);
      weir::expect(
          lowest <= after && after <= highest,
          "bad news came of a call that was sent at {} ({}): the limit went from {} to {}, "
          "where {} to {} was due",
          sent, decreased_at_ ? "after the last decrease" : "there was no decrease before", before,
          after, lowest, highest);
    }
    if (promises_.once)
      weir::expect(after <= before, "bad news took the limit from {} to {}", before, after);
    if (after < before || before == options_.minimum) {
      // Whether bad news at the minimum counts as a decrease is open.
      at_minimum_ = after == before;
      decreased_at_ = weir::now();
    }
  }

  void judge_good(std::size_t before, std::size_t in_flight) {
    const std::size_t after = limit();
    const bool used = in_flight * 2 >= before;
    ++good_since_raise_;
    if (promises_.unused && !used)
      weir::expect(after <= before,
                   "a good answer came to a call sent with {} in flight, when the limit was {}: it "
                   "rose to {}",
                   in_flight, before, after);
    if (promises_.additive) {
      weir::expect(after == before || after == before + 1,
                   "one good answer took the limit from {} to {}", before, after);
      weir::expect(after == before || good_since_raise_ >= before,
                   "the limit rose from {} to {} when {} good answers had come since it last rose",
                   before, after, good_since_raise_);
    }
    if (after > before)
      good_since_raise_ = 0;
  }

  const limit_options options_;
  const scope promises_;
  std::unique_ptr<adaptive_limit> limit_;
  std::optional<nanoseconds> decreased_at_;
  bool at_minimum_ = false;
  std::size_t good_since_raise_ = 0; ///< a decrease in between makes no difference
};

} // namespace weir_hidden
