#include "model/fold.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace weir::viz {

using trace::event;
using trace::event_kind;

source_state& world_state::at(trace::source_id id) {
  if (id >= sources_.size()) {
    sources_.resize(id + std::size_t{1});
  }
  return sources_[id];
}

const source_state& world_state::source(trace::source_id id) const noexcept {
  static const source_state silent;
  return id < sources_.size() ? sources_[id] : silent;
}

const item_state* world_state::item(std::int64_t id) const noexcept {
  const auto found = where_.find(id);
  return found == flat_map::none ? nullptr : &items_[found];
}

void world_state::apply(const event& e) {
  ++events_;
  t_ns_ = held_time(e.t_ns);
  switch (e.kind) {
  case event_kind::gauge: {
    const double value = trace::from_bits(e.a);
    at(e.source).value = std::isfinite(value) ? value : 0;
    break;
  }
  case event_kind::limit: {
    auto& source = at(e.source);
    const double limit = trace::from_bits(e.a);
    source.limit = std::isfinite(limit) ? limit : 0;
    source.limit_changed = true;
    break;
  }
  case event_kind::counter:
    at(e.source).total = e.a;
    break;
  case event_kind::state: {
    auto& source = at(e.source);
    source.state = e.a;
    source.since_ns = t_ns_;
    break;
  }
  case event_kind::span_begin:
    ++at(e.source).count;
    break;
  case event_kind::span_end: {
    auto& open = at(e.source).count;
    open -= open != 0 ? 1 : 0;
    break;
  }
  case event_kind::item_moved:
    enter(e.a, e.source);
    break;
  case event_kind::outcome:
    end_item(e);
    break;
  default:
    break;
  }
}

void world_state::take_out(std::uint32_t position) {
  const auto& leaving = items_[position];
  auto& place = at(leaving.place);
  --place.count;
  if (leaving.slot != item_state::no_slot) {
    place.slots &= ~(std::uint64_t{1} << leaving.slot);
    hand_over(leaving.place, leaving.slot);
  }
}

/// In a hand-over the next one often comes in before the last one leaves. It belongs into the slot
/// that comes free, not beside the place.
void world_state::hand_over(trace::source_id in, std::uint8_t slot) {
  const auto slots = rules_ && in < rules_->slots.size() ? rules_->slots[in] : std::uint8_t{0};
  auto& place = at(in);
  const auto position = slot < slots ? where_.find(place.newest) : flat_map::none;
  if (position == flat_map::none) {
    return;
  }
  auto& newest = items_[position];
  if (newest.place == in && newest.slot >= slots && newest.slot != item_state::no_slot) {
    place.slots &= ~(std::uint64_t{1} << newest.slot);
    place.slots |= std::uint64_t{1} << slot;
    newest.slot = slot;
  }
}

void world_state::enter(std::int64_t item, trace::source_id to) {
  auto position = where_.find(item);
  trace::source_id from = 0;
  if (position == flat_map::none) {
    position = static_cast<std::uint32_t>(items_.size());
    items_.emplace_back();
    where_.set(item, position);
  } else {
    from = items_[position].place;
    if (from == to) {
      return; // said twice, by the scene and by the service
    }
    take_out(position);
  }
  auto& place = at(to);
  const int lowest = std::countr_one(place.slots);
  ++place.count;
  place.newest = item;
  if (lowest < 64) {
    place.slots |= std::uint64_t{1} << lowest;
  }
  items_[position] = {.item = item,
                      .since_ns = t_ns_,
                      .since_event = static_cast<std::uint32_t>(events_ - 1),
                      .place = to,
                      .came_from = from,
                      .slot =
                          lowest < 64 ? static_cast<std::uint8_t>(lowest) : item_state::no_slot};
}

void world_state::end_item(const event& e) {
  auto& counts = at(e.source).outcomes;
  ++counts[e.detail < counts.size() ? e.detail : 0];
  const auto position = e.a == 0 ? flat_map::none : where_.find(e.a);
  if (position == flat_map::none) {
    return;
  }
  const auto caller = items_[position].came_from;
  if (rules_ && e.source < rules_->visits.size() && rules_->visits[e.source] && caller != 0) {
    enter(e.a, caller);
    return;
  }
  take_out(position);
  where_.erase(e.a);
  if (position + std::size_t{1} != items_.size()) {
    items_[position] = items_.back();
    where_.set(items_[position].item, position);
  }
  items_.pop_back();
}

folder::folder(trace_view trace, std::size_t checkpoint_interval)
    : trace_(trace), interval_(std::max<std::size_t>(checkpoint_interval, 1)) {
  checkpoints_.emplace_back(std::make_shared<const fold_rules>(fold_rules_of(trace.tables())));
  now_ = checkpoints_.back();
}

const world_state& folder::at(std::size_t event_count) {
  event_count = std::min(event_count, trace_.size());
  const auto after = std::ranges::upper_bound(checkpoints_, event_count, {}, &world_state::events);
  const auto& nearest = *(after - 1);
  if (now_.events() > event_count || now_.events() < nearest.events()) {
    now_ = nearest;
  }
  cost_ = event_count - now_.events();
  while (now_.events() < event_count) {
    now_.apply(trace_[now_.events()]);
    // A big state is copied less often: all copies together stay a fixed share of the trace.
    const auto& last = checkpoints_.back();
    if (now_.events() >= last.events() + interval_ &&
        now_.events() >= last.events() + 8 * now_.items().size()) {
      checkpoints_.push_back(now_);
    }
  }
  return now_;
}

void folder::extend(trace_view longer) {
  trace_ = longer;
}

} // namespace weir::viz
