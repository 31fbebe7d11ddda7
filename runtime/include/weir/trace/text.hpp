#pragma once

#include "weir/trace/recorder.hpp"
#include "weir/trace/recording.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

namespace weir::trace {

/// One line of a timeline for people: "producer #2" "waits on channel send (queue.cpp:31)".
struct timeline_line {
  std::int64_t t_ns = 0;
  std::string task; ///< the task's name, "task 7" where it has none, empty outside tasks
  std::string text;

  friend bool operator==(const timeline_line&, const timeline_line&) = default;
};

/// What a timeline shows: `essential` leaves out scheduler's book-keeping (choices, clock steps,
/// plain resumptions, timers).
enum class timeline_detail { essential, everything };

/// 1.2 ms, 350 ns, 2.5 s: three significant digits at most, the unit that makes it readable.
[[nodiscard]] std::string format_duration(std::chrono::nanoseconds length);

/// The latest `count` lines worth reading of a run, oldest first: for failure reports.
[[nodiscard]] std::vector<timeline_line>
last_events(const recorder& from, std::size_t count,
            timeline_detail detail = timeline_detail::essential);
[[nodiscard]] std::vector<timeline_line>
last_events(const recording& from, std::size_t count,
            timeline_detail detail = timeline_detail::essential);

/// The whole timeline.
[[nodiscard]] std::vector<timeline_line>
timeline(const recording& from, timeline_detail detail = timeline_detail::everything);

/// Header, sources with a role, and timeline in columns: time, task, what.
void write_text(std::ostream& out, const recording& trace,
                timeline_detail detail = timeline_detail::everything);

/// Lines in columns, each ended by a newline and begun with `indent` spaces.
[[nodiscard]] std::string format_timeline(const std::vector<timeline_line>& lines,
                                          std::size_t indent = 2);

} // namespace weir::trace
