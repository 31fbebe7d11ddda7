#include "model/item_tracks.hpp"

#include "model/timeline_body.hpp"

#include <utility>

namespace weir::viz {

using trace::event_kind;

item_tracks::item_tracks(const trace::recording& tables, const event_layout& layout,
                         visit_outcomes visits)
    : visits_(std::move(visits)), place_of_(layout.sources(), nowhere), ended_(layout.sources()) {
  visits_.resize(layout.sources());
  const auto moved = layout.count(event_kind::item_moved);
  if (moved != 0) {
    moves_.reserve(moved + std::size_t{layout.count(event_kind::outcome)});
    at_.resize(moved + std::size_t{1});
  }
  for (std::size_t source = 1; source < layout.sources(); ++source) {
    const auto& info = tables.sources[source];
    if (info.kind == trace::source_kind::place ||
        layout.count(event_kind::item_moved, source) != 0) {
      place_of_[source] = static_cast<std::int16_t>(places_.size());
      places_.push_back({static_cast<trace::source_id>(source), info.name,
                         finite_or_zero(info.capacity), info.role});
    }
  }
}

item_tracks::stay item_tracks::where(std::int64_t item) const noexcept {
  if (static_cast<std::uint64_t>(item) < at_.size()) {
    return at_[static_cast<std::size_t>(item)];
  }
  const auto found = elsewhere_.find(item);
  return found == flat_map::none ? stay{}
                                 : stay{static_cast<std::int16_t>(found & 0xffffU),
                                        static_cast<std::int16_t>(found >> 16U)};
}

void item_tracks::put(std::int64_t item, stay now) {
  if (static_cast<std::uint64_t>(item) < at_.size()) {
    at_[static_cast<std::size_t>(item)] = now;
  } else if (now.place == nowhere) {
    elsewhere_.erase(item);
  } else {
    elsewhere_.set(item, static_cast<std::uint32_t>(static_cast<std::uint16_t>(now.place)) |
                             static_cast<std::uint32_t>(static_cast<std::uint16_t>(now.came_from))
                                 << 16U);
  }
}

void item_tracks::enter(std::int64_t item, std::size_t source, nanos now, std::uint32_t event) {
  const auto to = place_of_[source];
  const auto from = where(item).place;
  // The scene and the service may both say that an item has come to the service.
  if (to != nowhere && to != from) {
    items_ += from == nowhere ? 1 : 0;
    moves_.push_back({now, item, event, from, to, trace::outcome::none, 0, false});
    put(item, {to, from});
  }
}

void item_tracks::end(std::int64_t item, std::size_t source, trace::outcome how, nanos now,
                      std::uint32_t event) {
  const auto here = item == 0 || places_.empty() ? stay{} : where(item);
  if (here.place == nowhere) {
    return;
  }
  if (visits_[source] && here.came_from != nowhere) {
    moves_.push_back({now, item, event, here.place, here.came_from, trace::outcome::none, 0, true});
    put(item, {here.came_from, here.place});
    return;
  }
  moves_.push_back(
      {now, item, event, here.place, nowhere, how, static_cast<trace::source_id>(source), false});
  put(item, {});
  ++ended_[source];
}

} // namespace weir::viz
