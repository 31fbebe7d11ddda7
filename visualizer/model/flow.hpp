#pragma once

#include "model/cursor.hpp"
#include "model/fold.hpp"
#include "model/timeline.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir::viz {

/// An item as it is drawn.
struct shown_item {
  std::int64_t item = 0;
  std::uint32_t slot = 0; ///< in the place; stays while the item stays
  nanos since_ns = 0;     ///< when it came in
};

/// A place at a cursor. Above `most_slots` slots or items it is a fill level with a number.
struct shown_place {
  trace::source_id source = 0;
  std::string_view name = {};
  trace::source_role role = trace::source_role::none;
  double capacity = 0;     ///< in force at the cursor (its gauge may change it); 0 = none
  std::uint32_t count = 0; ///< items in it
  bool as_level = false;   ///< draw `fill()` instead of slots
  std::vector<shown_item> items = {}; ///< oldest first; empty when `as_level`
  std::uint32_t slots = 0;            ///< to draw: the capacity, or as many as are needed

  static constexpr std::uint32_t most_slots = 64;

  /// 0 to 1; above 1 when there is more in it than it should hold; 0 without bound.
  [[nodiscard]] double fill() const noexcept { return capacity > 0 ? count / capacity : 0; }
};

struct shown_bin {
  trace::source_id source = 0; ///< of the outcomes
  std::string_view name = {};  ///< of the outcomes
  trace::outcome how = trace::outcome::none;
  std::uint32_t count = 0;
  bool ends_items = false; ///< items of the picture end in it
};

/// An item on its way, for the animation: `progress` from 0 to 1.
struct shown_move {
  std::int64_t item = 0;
  std::int16_t from = -1; ///< index into `flow_picture::places`, -1: comes from outside
  std::int16_t to = -1;   ///< -1: into the bin
  std::int16_t bin = -1;  ///< index into `flow_picture::bins`, -1: none
  nanos t_ns = 0;
  double progress = 1;
};

struct flow_picture {
  cursor at = {};
  std::vector<shown_place> places = {}; ///< in the order of flow
  std::vector<shown_bin> bins = {}; ///< every kind that occurs in the whole run, so they keep still
  std::vector<shown_move> moves = {}; ///< the latest ones, oldest first
};

struct flow_options {
  nanos moving_for = 0;         ///< how long a move takes to draw; 0 = no moves
  std::size_t most_moves = 128; ///< the newest ones win
};

[[nodiscard]] flow_picture flow_at(const timeline& line, folder& state, cursor at,
                                   flow_options options = {});

/// Where a run is best looked at first: at its end, or, when the places are all but empty by then,
/// at the moment that had most items in them. O(moves).
[[nodiscard]] cursor telling_moment(const timeline& line);

/// A breaker at a cursor.
struct breaker_picture {
  std::string_view name = {};
  std::optional<breaker_state> state = {}; ///< empty before it has one
  std::string_view label = {};             ///< as the trace calls it
  nanos since_ns = 0;
  std::vector<trace::outcome> window = {}; ///< newest last, at most `window_size`
  std::uint32_t window_size = 0;           ///< cells; 0 = the trace doesn't say
  std::optional<double> failure_rate = {}; ///< in percent
  double failure_threshold = 0;            ///< in percent, 0 = not known
  std::optional<double> calls_in_window = {};
  double minimum_calls = 0;
  std::optional<nanos> cooldown = {};  ///< set while open and known
  std::optional<nanos> remaining = {}; ///< until half-open; 0 when it is due
  std::optional<double> probes = {};   ///< in use
  double probes_permitted = 0;
  std::uint32_t opened = 0; ///< how often so far
};

[[nodiscard]] breaker_picture breaker_at(const timeline& line, const breaker_sources& which,
                                         cursor at);

} // namespace weir::viz
