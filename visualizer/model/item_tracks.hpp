/// \file
/// Private to the timeline: which ways items go.
#pragma once

#include "model/event_layout.hpp"
#include "model/flat_map.hpp"
#include "model/roles.hpp"
#include "model/timeline.hpp"

#include <cstdint>
#include <vector>

namespace weir::viz {

/// Follows every item from place to place and into its bin. Places are indices, -1 is nowhere.
class item_tracks {
public:
  item_tracks(const trace::recording& tables, const event_layout& layout, visit_outcomes visits);

  [[nodiscard]] std::vector<place_info>& places() noexcept { return places_; }

  [[nodiscard]] std::vector<move>& moves() noexcept { return moves_; }

  /// How many came in from outside.
  [[nodiscard]] std::uint64_t items() const noexcept { return items_; }

  /// By source: how many items its outcomes have ended.
  [[nodiscard]] const std::vector<std::uint32_t>& ended() const noexcept { return ended_; }

  [[nodiscard]] const visit_outcomes& visits() const noexcept { return visits_; }

  void enter(std::int64_t item, std::size_t source, nanos now, std::uint32_t event);
  void end(std::int64_t item, std::size_t source, trace::outcome how, nanos now,
           std::uint32_t event);

private:
  static constexpr std::int16_t nowhere = -1;

  struct stay {
    std::int16_t place = nowhere;
    std::int16_t came_from = nowhere;
  };

  [[nodiscard]] stay where(std::int64_t item) const noexcept;
  void put(std::int64_t item, stay now);

  visit_outcomes visits_;
  std::vector<std::int16_t> place_of_; ///< by source
  std::vector<place_info> places_;
  std::vector<move> moves_;
  std::uint64_t items_ = 0;
  std::vector<std::uint32_t> ended_;
  std::vector<stay> at_; ///< by item, as far as items are numbered from 1
  flat_map elsewhere_;   ///< other items
};

} // namespace weir::viz
