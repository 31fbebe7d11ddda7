#pragma once

#include <weir/trace/recording.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace weir::viz {

using nanos = std::int64_t; ///< virtual time since the run began, in nanoseconds

/// Times of a damaged trace may be anything; held like this, their differences can't overflow.
[[nodiscard]] constexpr nanos held_time(nanos t_ns) noexcept {
  constexpr nanos latest = nanos{1} << 56; // two years
  return t_ns < 0 ? 0 : t_ns < latest ? t_ns : latest;
}

/// From `from_ns` up to but not including `to_ns`, except where a function says otherwise.
struct time_range {
  nanos from_ns = 0;
  nanos to_ns = 0;

  [[nodiscard]] nanos length() const noexcept { return to_ns - from_ns; }

  friend bool operator==(const time_range&, const time_range&) = default;
};

/// A trace that somebody else owns: the tables of a recording, and its events, which may lie
/// elsewhere (in memory shared with the scene's process). Cheap to copy; whoever owns the two keeps
/// them alive and unchanged.
class trace_view {
public:
  trace_view(const trace::recording& whole) : trace_view(whole, whole.events) {}

  /// `tables.events` is not looked at.
  trace_view(const trace::recording& tables, std::span<const trace::event> events)
      : tables_(&tables), events_(events) {}

  trace_view(trace::recording&&) = delete;

  [[nodiscard]] std::span<const trace::event> events() const noexcept { return events_; }

  [[nodiscard]] std::size_t size() const noexcept { return events_.size(); }

  [[nodiscard]] const trace::event& operator[](std::size_t index) const noexcept {
    return events_[index];
  }

  [[nodiscard]] const trace::recording& tables() const noexcept { return *tables_; }

  [[nodiscard]] const trace::header& header() const noexcept { return tables_->header; }

  /// The source `id`; source 0 where the table has no such entry.
  [[nodiscard]] const trace::source_info& source(trace::source_id id) const noexcept {
    return tables_->source(id);
  }

  [[nodiscard]] std::string_view text(std::int64_t id) const noexcept {
    return tables_->text(static_cast<trace::string_id>(id));
  }

  [[nodiscard]] std::string task_name(std::uint32_t id) const { return tables_->task_name(id); }

  /// Time of the last event, 0 when there is none.
  [[nodiscard]] nanos end_ns() const noexcept {
    return events_.empty() ? 0 : held_time(events_.back().t_ns);
  }

  /// Index of the first event later than `t_ns`. O(log events).
  [[nodiscard]] std::size_t first_after(nanos t_ns) const noexcept;

  /// The first `count` events with the same tables.
  [[nodiscard]] trace_view prefix(std::size_t count) const noexcept {
    return {*tables_, events_.first(count < events_.size() ? count : events_.size())};
  }

private:
  const trace::recording* tables_;
  std::span<const trace::event> events_;
};

/// Book-keeping of the engine, which most people want to step over: choices, clock steps, timers,
/// plain resumptions.
[[nodiscard]] bool is_bookkeeping(trace::event_kind kind) noexcept;

} // namespace weir::viz
