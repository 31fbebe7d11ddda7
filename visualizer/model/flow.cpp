#include "model/flow.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <compare>

namespace weir::viz {

namespace {

double capacity_of(const timeline& line, const place_info& place, const world_state& world) {
  if (place.level < 0) {
    return place.capacity;
  }
  const auto* const gauge = &line.gauges()[static_cast<std::size_t>(place.level)];
  const auto& now = world.source(gauge->source);
  const double declared = place.capacity > 0 ? place.capacity : gauge->capacity;
  return std::clamp(now.limit_changed ? now.limit : declared, 0.0, 1e9);
}

/// Items that came in while all slots were taken get the lowest that are free now.
void give_slots(shown_place& place) {
  // Beyond a capacity stand only those that are too many.
  const auto capacity = static_cast<std::uint32_t>(std::clamp(place.capacity, 0.0, 64.0));
  const std::uint32_t end = capacity == 0 ? 64 : std::max(capacity, place.count);
  std::uint64_t taken = 0;
  for (const auto& one : place.items) {
    taken |= one.slot < end ? std::uint64_t{1} << one.slot : 0;
  }
  std::uint32_t highest = 0;
  for (auto& one : place.items) {
    if (one.slot >= end) {
      one.slot = static_cast<std::uint32_t>(std::countr_one(taken));
      taken |= std::uint64_t{1} << (one.slot & 63U);
    }
    highest = std::max(highest, one.slot + 1);
  }
  place.slots = std::max(highest, static_cast<std::uint32_t>(std::max(place.capacity, 0.0)));
}

void show_places(const timeline& line, const world_state& world, flow_picture& picture) {
  std::vector<std::vector<item_state>> inside(line.places().size());
  std::vector<std::uint32_t> index;
  for (const auto& place : line.places()) {
    index.resize(std::max<std::size_t>(index.size(), place.source + std::size_t{1}), 0);
    index[place.source] = static_cast<std::uint32_t>(picture.places.size());
    const double capacity = capacity_of(line, place, world);
    const auto count = world.source(place.source).count;
    picture.places.push_back(
        {.source = place.source,
         .name = place.name,
         .role = place.role,
         .capacity = capacity,
         .count = count,
         .as_level = count > shown_place::most_slots || capacity > shown_place::most_slots});
  }
  for (const auto& item : world.items()) {
    if (item.place < index.size() && !picture.places[index[item.place]].as_level) {
      inside[index[item.place]].push_back(item);
    }
  }
  for (std::size_t i = 0; i < picture.places.size(); ++i) {
    std::ranges::sort(inside[i], {}, &item_state::since_event);
    for (const auto& item : inside[i]) {
      picture.places[i].items.push_back({item.item, item.slot, item.since_ns});
    }
    if (!picture.places[i].as_level) {
      give_slots(picture.places[i]);
    }
  }
}

void show_bins(const timeline& line, const world_state& world, flow_picture& picture) {
  const bool others = std::ranges::any_of(line.outcomes(), [](const outcome_series& one) {
    return !one.of_breaker() && !one.visits && !one.kinds.empty();
  });
  for (const auto& series : line.outcomes()) {
    if (series.of_breaker() || (series.visits && others)) {
      continue;
    }
    const auto all = series.counts(0, series.kinds.size());
    const auto& so_far = world.source(series.source).outcomes;
    for (std::size_t how = 0; how < all.size(); ++how) {
      if (all[how] != 0) {
        picture.bins.push_back({.source = series.source,
                                .name = series.name,
                                .how = static_cast<trace::outcome>(how),
                                .count = so_far[how]});
      }
    }
  }
}

std::int16_t bin_of(const flow_picture& picture, const move& way) {
  const auto found = std::ranges::find_if(picture.bins, [&](const shown_bin& bin) {
    return bin.source == way.outcomes && bin.how == way.bin;
  });
  return found == picture.bins.end() ? std::int16_t{-1}
                                     : static_cast<std::int16_t>(found - picture.bins.begin());
}

void show_moves(const timeline& line, cursor at, const flow_options& options,
                flow_picture& picture) {
  const auto all = line.moves();
  const auto end = std::ranges::lower_bound(all, at.event, {}, &move::event);
  auto begin = end;
  while (begin != all.begin() && (begin - 1)->t_ns > at.t_ns - options.moving_for &&
         static_cast<std::size_t>(end - begin) < options.most_moves) {
    --begin;
  }
  for (; begin != end; ++begin) {
    const double gone = static_cast<double>(at.t_ns - begin->t_ns);
    picture.moves.push_back(
        {.item = begin->item,
         .from = begin->from,
         .to = begin->to,
         .bin = begin->to < 0 ? bin_of(picture, *begin) : std::int16_t{-1},
         .t_ns = begin->t_ns,
         .progress = std::clamp(gone / static_cast<double>(options.moving_for), 0.0, 1.0)});
  }
}

} // namespace

flow_picture flow_at(const timeline& line, folder& state, cursor at, flow_options options) {
  flow_picture picture{.at = at};
  const auto& world = state.at(at.event);
  show_places(line, world, picture);
  show_bins(line, world, picture);
  if (options.moving_for > 0) {
    show_moves(line, at, options, picture);
  }
  const auto* ending = line.main_outcomes();
  for (auto& bin : picture.bins) {
    bin.ends_items = ending != nullptr && !line.places().empty() && bin.source == ending->source;
  }
  return picture;
}

namespace {

/// How full the places are: items in those with a capacity say more than a heap without one.
struct crowd {
  std::int64_t places = 0;  ///< with something in them
  std::int64_t bounded = 0; ///< items in places with a capacity
  std::int64_t items = 0;

  friend auto operator<=>(const crowd&, const crowd&) = default;
};

} // namespace

cursor telling_moment(const timeline& line) {
  constexpr std::int64_t few = 4; // less than one part in so many of the most
  const auto all = line.moves();
  std::vector<std::int64_t> inside(line.places().size());
  crowd now;
  crowd most;
  nanos when = 0;
  const auto change = [&](std::int16_t place, std::int64_t by) {
    if (place < 0) {
      return;
    }
    const auto which = static_cast<std::size_t>(place);
    const bool before = inside[which] > 0;
    inside[which] += by;
    now.places += (inside[which] > 0 ? 1 : 0) - (before ? 1 : 0);
    now.bounded += line.places()[which].capacity > 0 ? by : 0;
    now.items += by;
  };
  for (std::size_t i = 0; i < all.size(); ++i) {
    change(all[i].from, -1);
    change(all[i].to, 1);
    // Within an instant an item may be there that is about to be refused; and the first instant is
    // where a scene puts up what it needs.
    const bool over = i + 1 == all.size() || all[i + 1].t_ns != all[i].t_ns;
    if (over && all[i].t_ns > all.front().t_ns && now > most) {
      most = now;
      when = all[i].t_ns;
    }
  }
  const bool end_tells = most.items == 0 || now.items * few >= most.items;
  return end_tells ? cursor_at_end(line.trace()) : cursor_at_time(line.trace(), when);
}

namespace {

const gauge_series* gauge_at(const timeline& line, std::int32_t index) {
  return index < 0 ? nullptr : &line.gauges()[static_cast<std::size_t>(index)];
}

std::optional<double> value_of(const gauge_series* gauge, cursor at) {
  if (gauge == nullptr || gauge->value.empty() || gauge->value.events().front() >= at.event) {
    return {};
  }
  return gauge->value.at_event(at.event);
}

double limit_of(const gauge_series* gauge, cursor at) {
  return gauge == nullptr ? 0 : gauge->limit_at(at.event);
}

/// The newest calls that count; no more than the breaker says are in its window.
void show_window(const timeline& line, const breaker_sources& which, cursor at,
                 breaker_picture& picture) {
  const auto* size = gauge_at(line, which.window_size);
  const double cells = std::max(limit_of(size, at), value_of(size, at).value_or(0));
  picture.window_size = static_cast<std::uint32_t>(std::clamp(cells, 0.0, 4096.0));
  if (which.window < 0) {
    return;
  }
  const auto& series = line.outcomes()[static_cast<std::size_t>(which.window)];
  const auto end = static_cast<std::size_t>(std::ranges::lower_bound(series.events, at.event) -
                                            series.events.begin());
  double most = picture.window_size != 0 ? picture.window_size : 64;
  if (picture.calls_in_window) {
    most = std::clamp(*picture.calls_in_window, 0.0, most);
  }
  const auto shown = std::min(end, static_cast<std::size_t>(most));
  for (std::size_t i = end - shown; i < end; ++i) {
    picture.window.push_back(static_cast<trace::outcome>(series.kinds[i]));
  }
}

} // namespace

breaker_picture breaker_at(const timeline& line, const breaker_sources& which, cursor at) {
  breaker_picture picture{.name = which.name};
  const auto& state = line.states()[static_cast<std::size_t>(which.state)];
  const auto after = std::ranges::lower_bound(state.transitions, at.event, {}, &transition::event);
  for (auto one = state.transitions.begin(); one != after; ++one) {
    picture.opened += one->from >= 0 && state.of_breaker(one->to) == breaker_state::open ? 1 : 0;
  }
  if (after != state.transitions.begin()) {
    picture.label = state.label((after - 1)->to);
    picture.state = state.of_breaker((after - 1)->to);
    picture.since_ns = (after - 1)->t_ns;
  }
  const auto* rate = gauge_at(line, which.failure_rate);
  picture.failure_rate = value_of(rate, at);
  picture.failure_threshold = limit_of(rate, at);
  const auto* calls = gauge_at(line, which.calls_in_window);
  picture.calls_in_window = value_of(calls, at);
  picture.minimum_calls = limit_of(calls, at);
  const auto* probes = gauge_at(line, which.probes);
  picture.probes = value_of(probes, at);
  picture.probes_permitted = limit_of(probes, at);
  show_window(line, which, at, picture);
  if (const auto cooldown = value_of(gauge_at(line, which.cooldown), at);
      cooldown && picture.state == breaker_state::open) {
    const auto length = static_cast<nanos>(std::clamp(*cooldown, 0.0, 1e9) * 1e6);
    picture.cooldown = length;
    picture.remaining = std::max<nanos>(picture.since_ns + length - at.t_ns, 0);
  }
  return picture;
}

} // namespace weir::viz
