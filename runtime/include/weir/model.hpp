/// \file
/// Which schedules exist: what an exploration may make of order and of time.
///
/// | order        | what it allows                                                               |
/// |--------------|------------------------------------------------------------------------------|
/// | `one_thread` | What an `io_context` that one thread runs can do: handlers in the order in   |
/// |              | which they were made ready, so posts in order, a channel's hand-over in      |
/// |              | order, timers by expiry. Open is only what such a loop leaves open: which of |
/// |              | two timers of the same expiry goes first, and what time does.                |
/// | `pool`       | What an `io_context` that several threads run can do: each thread takes the  |
/// |              | oldest handler that is left, and may be held up with it while the others go  |
/// |              | on; so with n threads any of the n oldest comes next. Handlers of one strand |
/// |              | keep their order and never overlap: strands are Asio's own.                  |
/// | `anything`   | Any ready handler may come next: a pool that never runs out of threads.      |
///
/// | time           | what it allows                                                             |
/// |----------------|----------------------------------------------------------------------------|
/// | `stands_still` | Handlers take no time: the clock moves when nothing is ready, to the next  |
/// |                | expiry and no further.                                                     |
/// | `moves`        | Each handler may take up to `jitter`: a timer that falls due meanwhile     |
/// |                | competes with what is ready. A loop that waits may wake up to `jitter`     |
/// |                | after the expiry. Each is a choice of the policy, stands in the token, and |
/// |                | is shrunk like the others.                                                 |
///
/// Each row allows what the rows above it allow, and more.
///
/// The default is `anything` and `stands_still`: it finds the most wrong orders in the fewest
/// schedules, and what it finds is easy to read, as times are round. Its price is a schedule that
/// no single thread gives; a report says how many threads would, so that is seen at a glance. Code
/// that one thread runs, and will, is best explored under `one_thread` with `moves`. Scenes stand
/// still, so that their pictures do not jitter; so do the workbook's verdicts.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace weir {

enum class order_model : std::uint8_t { one_thread, pool, anything };

enum class time_model : std::uint8_t { stands_still, moves };

struct schedule_model {
  order_model order = order_model::anything;
  std::size_t threads = 4; ///< of a `pool`, at least 2
  time_model time = time_model::stands_still;
  /// The most that the clock moves of its own accord at once, above 0: while one handler runs, or
  /// from a timer's expiry to the moment at which the loop wakes.
  std::chrono::nanoseconds jitter = std::chrono::milliseconds(1);

  /// What is not used (a jitter while time stands still) makes no difference.
  friend bool operator==(const schedule_model& a, const schedule_model& b) noexcept {
    return a.order == b.order && (a.order != order_model::pool || a.threads == b.threads) &&
           a.time == b.time && (a.time != time_model::moves || a.jitter == b.jitter);
  }
};

/// As tokens and command lines spell it: "anything", "one-thread", "pool-4", where time moves with
/// the jitter in the largest unit that gives a whole number: "one-thread+1ms", "pool-2+50us".
[[nodiscard]] std::string to_string(const schedule_model& model);

/// \throws std::invalid_argument saying what was expected, for anything else than what `to_string`
/// gives
[[nodiscard]] schedule_model parse_schedule_model(std::string_view text);

/// A sentence for people: "any ready handler may come next; time stands still while one is ready".
[[nodiscard]] std::string describe(const schedule_model& model);

} // namespace weir
