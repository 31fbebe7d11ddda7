#pragma once

#include "weir/trace/recording.hpp"

#include <iosfwd>

namespace weir::trace {

/// Writes the trace as Chrome trace-event JSON, which Perfetto (ui.perfetto.dev) and
/// chrome://tracing open. Spans become async `b`/`e` pairs by span id, waits of a task and states
/// `X` slices, gauges and counters `C`, notes, outcomes and moves instants `i`; task names travel
/// as `M`; the role of a source is a category (`cat`). `ts` is virtual time in microseconds, with
/// nanoseconds kept as decimals. Spans still open at the end are closed at the last event's time.
void write_chrome(std::ostream& out, const recording& trace);

} // namespace weir::trace
