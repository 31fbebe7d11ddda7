#pragma once

#include <bit>
#include <chrono>
#include <cstdint>
#include <string_view>
#include <type_traits>

/// The vocabulary of a trace: one fixed-size event and what its fields mean for each kind.
namespace weir::trace {

/// What happened. The comment behind each kind says what `source`, `detail`, `a` and `b` hold;
/// fields not named are 0. "text" is an index of the string table, "site" a source of kind
/// `source_kind::site` (operation name and code location). The numbers are part of the file format:
/// append, never renumber. The runtime does not record timers one by one (`timer_*`): a task's
/// suspension names its timer, and a scene would have as many events again.
enum class event_kind : std::uint8_t {
  none = 0,
  run_begin = 1, ///< a = seed (bits), b = number of the schedule
  run_end = 2,   ///< a = text: how the run ended ("completed", "deadlock", ...), b = handlers run
  task_started =
      3, ///< task = the new one, source = site, a = text: its name, b = parent task (0 = none)
  task_ended = 4,      ///< source = site, detail = `task_end`
  task_suspended = 5,  ///< source = site of the operation waited for
  task_resumed = 6,    ///< source = site of the operation that finished (0 = not known)
  timer_armed = 7,     ///< source = site, a = expiry in ns, b = the timer's id
  timer_fired = 8,     ///< source = site, a = expiry in ns, b = the timer's id
  timer_cancelled = 9, ///< source = site, a = expiry in ns, b = the timer's id
  clock_advanced = 10, ///< t_ns = the new time, a = the time before, in ns, b = why: 0 nothing was
                       ///< ready, 1 handlers took that long, 2 nothing was, and the loop woke late
  loop_blocked =
      11, ///< t_ns = when the loop was free again, source = what blocked it, a = for how long in ns
  choice = 12,  ///< a = index of the handler chosen, b = how many were ready
  gauge = 13,   ///< source = gauge, a = value (double as bits)
  limit = 14,   ///< source = gauge, a = its new limit or capacity (double as bits)
  counter = 15, ///< source = counter, a = new total, b = increment
  span_begin =
      16, ///< source = span, detail = `span_role`, a = span id, b = parent span id (0 = none)
  span_end = 17, ///< source = span, detail = `outcome`, a = span id, b = duration in ns
  state = 18, ///< source = state, a = index of the state entered, b = index of the one left (-1 =
              ///< none before)
  item_moved = 19, ///< source = the place entered, a = item id
  outcome = 20,    ///< source = what was asked, detail = `outcome`, a = item or span id (0 = none)
  note = 21,       ///< a = text
  promise_broken = 22, ///< source = site or 0, a = text: what was promised and what was seen
  gap = 23,            ///< a = how many events were left out here because the recorder was full
  task_named = 24,     ///< a = text: the name that the task has from now on
};

/// How a unit of work ended; `none` where nobody said.
enum class outcome : std::uint8_t {
  none,
  ok,
  rejected,
  timed_out,
  failed,
  dropped,
  short_circuited
};

/// How a task ended: ran to its end, by an exception, or destroyed while suspended. The runtime
/// records `completed` for the first two: what a coroutine threw goes to its completion handler
/// unseen.
enum class task_end : std::uint8_t { completed, exception, destroyed };

/// What the time of a span was spent on; lanes are drawn by it.
enum class span_role : std::uint8_t { work, request, attempt, waiting, running, backing_off };

/// As the parent of a span: it has none, whatever else its task has open.
inline constexpr std::uint64_t no_parent = ~std::uint64_t{0};

using source_id = std::uint16_t; ///< index into the table of sources; 0 = none
using string_id = std::uint32_t; ///< index into the string table; 0 = the empty string

/// One thing that happened at one moment. 32 bytes, trivially copyable, no padding: a file holds
/// these as they are.
struct event {
  std::int64_t t_ns = 0;  ///< virtual time since the run began, in nanoseconds
  std::uint32_t task = 0; ///< the task it happened in; 0 = none
  source_id source = 0;   ///< who reported it; 0 = none
  event_kind kind = event_kind::none;
  std::uint8_t detail = 0; ///< an `outcome`, `span_role` or `task_end`, by kind
  std::int64_t a = 0;      ///< by kind
  std::int64_t b = 0;      ///< by kind

  friend bool operator==(const event&, const event&) = default;
};

static_assert(sizeof(event) == 32 && std::is_trivially_copyable_v<event> &&
              std::has_unique_object_representations_v<event>);

/// Real numbers travel in `a` as their bits.
[[nodiscard]] inline std::int64_t to_bits(double value) noexcept {
  return std::bit_cast<std::int64_t>(value);
}

[[nodiscard]] inline double from_bits(std::int64_t bits) noexcept {
  return std::bit_cast<double>(bits);
}

/// Names as people read them: "span begin", "timed out", "backing off", ... "unknown" for a number
/// of a later version.
[[nodiscard]] std::string_view to_string(event_kind kind) noexcept;
[[nodiscard]] std::string_view to_string(outcome how) noexcept;
[[nodiscard]] std::string_view to_string(task_end how) noexcept;
[[nodiscard]] std::string_view to_string(span_role role) noexcept;

} // namespace weir::trace
