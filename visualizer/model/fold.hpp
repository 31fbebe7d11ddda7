#pragma once

#include "model/flat_map.hpp"
#include "model/roles.hpp"
#include "model/trace_view.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace weir::viz {

/// What one source has come to.
struct source_state {
  double value = 0;        ///< of a gauge
  double limit = 0;        ///< of a gauge: changed limit; the declared one is in the table
  std::int64_t total = 0;  ///< of a counter
  std::int64_t state = -1; ///< of a state
  nanos since_ns = 0;      ///< of a state: when it was entered
  std::uint32_t count = 0; ///< of a place: items in it; of a span: those open
  bool limit_changed = false;
  std::uint64_t slots = 0; ///< of a place: which of its first 64 slots are taken
  std::int64_t newest = 0; ///< of a place: the item that came in last
  std::array<std::uint32_t, 7> outcomes = {};

  friend bool operator==(const source_state&, const source_state&) = default;
};

/// An item that is somewhere.
struct item_state {
  std::int64_t item = 0;
  nanos since_ns = 0;
  std::uint32_t since_event = 0;
  trace::source_id place = 0;
  trace::source_id came_from = 0; ///< the place before, 0 = from outside
  std::uint8_t slot = no_slot;    ///< the lowest free one when it came in; `no_slot` beyond 64. Who
                               ///< came in above the capacity takes the next slot that comes free

  static constexpr std::uint8_t no_slot = 255;

  friend bool operator==(const item_state&, const item_state&) = default;
};

/// What a run has come to after some of its events: the one definition of what events mean for the
/// picture. Events are folded in one at a time, so a live run and a replay can't differ.
class world_state {
public:
  world_state() = default;

  explicit world_state(std::shared_ptr<const fold_rules> rules) : rules_(std::move(rules)) {}

  void apply(const trace::event& happened);

  [[nodiscard]] std::size_t events() const noexcept { return events_; } ///< applied so far

  [[nodiscard]] nanos t_ns() const noexcept { return t_ns_; } ///< of the last one

  /// Of a source that never reported: all zero.
  [[nodiscard]] const source_state& source(trace::source_id id) const noexcept;

  /// In no particular order.
  [[nodiscard]] std::span<const item_state> items() const noexcept { return items_; }

  /// nullptr where it is nowhere.
  [[nodiscard]] const item_state* item(std::int64_t id) const noexcept;

  friend bool operator==(const world_state& left, const world_state& right) {
    return left.events_ == right.events_ && left.t_ns_ == right.t_ns_ &&
           left.sources_ == right.sources_ && left.items_ == right.items_;
  }

private:
  source_state& at(trace::source_id id);
  void take_out(std::uint32_t position);
  void hand_over(trace::source_id place, std::uint8_t slot);
  void enter(std::int64_t item, trace::source_id place);
  void end_item(const trace::event& e);

  std::size_t events_ = 0;
  nanos t_ns_ = 0;
  std::vector<source_state> sources_;
  std::vector<item_state> items_;
  flat_map where_; ///< item id to index in `items_`
  std::shared_ptr<const fold_rules> rules_;
};

/// The state of the world at any cursor. Goes on from where it is or from the nearest checkpoint,
/// so a seek costs O(events between two checkpoints + sources + items), after one pass through. The
/// distance of checkpoints grows with the size of the state, so that all of them together take no
/// more memory than a fixed share of the trace.
class folder {
public:
  explicit folder(trace_view trace, std::size_t checkpoint_interval = 2048);

  /// The state after the first `event_count` events (at most all). Valid until the next call.
  const world_state& at(std::size_t event_count);

  /// More of the same run has come in: `longer` begins with the events seen so far.
  void extend(trace_view longer);

  /// Events applied by the last `at`.
  [[nodiscard]] std::size_t last_seek_cost() const noexcept { return cost_; }

  [[nodiscard]] std::size_t checkpoints() const noexcept { return checkpoints_.size(); }

private:
  trace_view trace_;
  std::size_t interval_;
  world_state now_;
  std::vector<world_state> checkpoints_; ///< by number of events, ascending
  std::size_t cost_ = 0;
};

} // namespace weir::viz
