#pragma once

#include "model/timeline.hpp"
#include "model/trace_view.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace weir::viz {

/// One line of the log.
struct event_line {
  std::size_t event = 0;
  nanos t_ns = 0;
  std::string task = {}; ///< name, empty outside tasks
  std::string text = {}; ///< what happened, in words
  std::string file = {}; ///< source line behind it, empty when not known
  std::uint32_t line = 0;
};

/// Puts events into words, with numbers and units as the charts write them. Holds a copy of the
/// trace's tables, so make one per trace.
class event_texts {
public:
  explicit event_texts(const trace_view& trace);
  /// Knows the limits of that moment, too; the timeline must outlive it.
  explicit event_texts(const timeline& line);
  [[nodiscard]] event_line operator()(std::size_t event);

private:
  [[nodiscard]] double limit_at(std::size_t event) const;

  trace_view trace_;
  const timeline* line_ = nullptr; ///< null: limits are those declared
  trace::recording one_;           ///< the tables and a single event
};

struct event_filter {
  std::string text = {};    ///< words; each has to occur in the event's kind, source, task or text;
                            ///< case doesn't matter
  bool bookkeeping = false; ///< also choices, clock steps, timers, plain resumptions
  std::optional<std::uint32_t> task = {};

  friend bool operator==(const event_filter&, const event_filter&) = default;
};

/// Indices of the events that pass. O(events + texts).
[[nodiscard]] std::vector<std::uint32_t> filter_events(const trace_view& trace,
                                                       const event_filter& filter);

/// What an event goes back to, as far as the trace knows it: a span's end to its begin, a timer's
/// expiry to where it was set, a move to the one before, a resumption to what was waited for,
/// anything else in a task to the resumption or start that led there. Looks back over at most
/// `reach` events.
[[nodiscard]] std::optional<std::size_t> cause_of(const trace_view& trace, std::size_t event,
                                                  std::size_t reach = 65'536);

} // namespace weir::viz
