#pragma once

#include "model/trace_view.hpp"

#include <weir/trace/event.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

namespace weir::viz {

/// A span, placed for drawing.
struct span_bar {
  nanos begin_ns = 0;
  nanos end_ns = 0; ///< the trace's end while it is open
  std::int64_t id = 0;
  std::int32_t parent = -1; ///< index into `timeline::spans()`, -1 = none
  std::uint32_t begin_event = 0;
  std::uint32_t end_event = no_event; ///< `no_event`: still open when the trace ended
  std::uint32_t task = 0;
  std::uint32_t lane = 0; ///< row of its outermost span; such spans don't overlap within a lane
  trace::source_id source = 0;
  trace::span_role role = trace::span_role::work;
  trace::outcome how = trace::outcome::none;
  std::uint8_t level = 0; ///< row within the lane, 0 = outermost; at most `max_levels` - 1

  static constexpr std::uint32_t no_event = 0xffffffffU;
  static constexpr std::size_t max_levels = 8;

  [[nodiscard]] bool open() const noexcept { return end_event == no_event; }

  [[nodiscard]] nanos length() const noexcept { return end_ns - begin_ns; }
};

/// A set of outcomes, and whether something had not ended: one bit each.
class outcome_set {
public:
  constexpr outcome_set() = default;

  constexpr void add(trace::outcome how) noexcept {
    bits_ = static_cast<std::uint8_t>(bits_ | (1U << static_cast<unsigned>(how)));
  }

  constexpr void add_open() noexcept { bits_ = static_cast<std::uint8_t>(bits_ | open_bit); }

  constexpr void add(outcome_set others) noexcept {
    bits_ = static_cast<std::uint8_t>(bits_ | others.bits_);
  }

  [[nodiscard]] constexpr bool has(trace::outcome how) const noexcept {
    return (bits_ >> static_cast<unsigned>(how) & 1U) != 0;
  }

  [[nodiscard]] constexpr bool has_open() const noexcept { return (bits_ & open_bit) != 0; }

  friend bool operator==(outcome_set, outcome_set) = default;

private:
  static constexpr unsigned open_bit = 0x80;
  std::uint8_t bits_ = 0;
};

/// A bar, or several that share less than a pixel column, as a lane shows them.
struct drawn_bar {
  nanos begin_ns = 0;
  nanos end_ns = 0;
  std::uint32_t span = 0;    ///< index into `timeline::spans()`: the only one, or the first
  std::uint32_t merged = 1;  ///< how many stand behind it
  outcome_set outcomes = {}; ///< of all of them
  std::uint8_t level = 0;
};

/// What occurs among the spans of a run.
struct span_kinds {
  std::array<bool, 6> roles = {}; ///< by `trace::span_role`
  outcome_set ends = {};
};

} // namespace weir::viz
