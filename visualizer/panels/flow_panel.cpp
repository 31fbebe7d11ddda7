#include "model/flow.hpp"
#include "model/ticks.hpp"
#include "panels/panels.hpp"

#include <weir/trace/text.hpp>

#include <algorithm>
#include <cmath>

namespace weir::viz {

namespace {

constexpr nanos move_takes = 260'000'000; // of real time

/// Where the slots of a place lie.
struct slot_grid {
  box area;
  float cell = 1;
  std::size_t columns = 1;

  [[nodiscard]] ImVec2 centre(std::size_t slot) const {
    return {area.min.x + (static_cast<float>(slot % columns) + 0.5F) * cell,
            area.min.y + (static_cast<float>(slot / columns) + 0.5F) * cell};
  }
};

slot_grid grid_for(const box& area, std::size_t slots, float largest) {
  slot_grid grid{area, largest, 1};
  for (; grid.cell > 4; grid.cell -= 0.5F) {
    grid.columns = std::max<std::size_t>(1, static_cast<std::size_t>(area.width() / grid.cell));
    const std::size_t rows =
        std::max<std::size_t>(1, static_cast<std::size_t>(area.height() / grid.cell));
    if (grid.columns * rows >= slots) {
      break;
    }
  }
  return grid;
}

ImU32 colour_of(const shown_place& place) {
  switch (place.role) {
  case trace::source_role::in_flight:
  case trace::source_role::busy:
    return theme::in_flight;
  case trace::source_role::backing_off:
    return theme::retry;
  default: // what waits is at rest, and of what has no role, or one of a later weir, nobody knows
    return theme::queue;
  }
}

std::string count_of(const shown_place& place) {
  std::string text = count_text(place.count);
  if (place.capacity > 0) {
    text += " of " + format_number(place.capacity);
  }
  return text;
}

/// A place drawn: where a moving item leaves from and where it goes to.
struct drawn_place {
  box whole; ///< with its name
  box area;
  slot_grid grid;
  bool as_level = false;
  const shown_place* what = nullptr;

  [[nodiscard]] ImVec2 target(std::int64_t item) const {
    const auto found = std::ranges::find(what->items, item, &shown_item::item);
    return as_level || found == what->items.end() ? grid.area.centre() : grid.centre(found->slot);
  }
};

void draw_level_bar(const ui& with, ImDrawList& to, const box& area, const shown_place& place,
                    ImU32 colour) {
  const box bar{{area.min.x, area.min.y + with.px(2)}, {area.max.x, area.max.y}};
  const bool over = place.capacity > 0 && place.count > place.capacity;
  to.AddRectFilled(bar.min, bar.max, theme::faded(colour, 0.12), with.px(4));
  const auto share = static_cast<float>(std::min(1.0, place.fill()));
  const float top = bar.max.y - share * bar.height();
  to.AddRectFilled({bar.min.x, top}, bar.max, theme::faded(over ? theme::open : colour, 0.75),
                   with.px(4));
  to.AddRect(bar.min, bar.max, over ? theme::open : theme::strong_line, with.px(4));
  // On a ground of its own: it may lie half in the filled part.
  const std::string count = count_text(place.count);
  const ImVec2 size = text_size(with, count, with.fonts.title);
  const ImVec2 at{bar.centre().x, bar.centre().y - size.y / 2};
  to.AddRectFilled({at.x - size.x / 2 - with.px(5), at.y - with.px(1)},
                   {at.x + size.x / 2 + with.px(5), at.y + size.y + with.px(1)},
                   theme::faded(theme::ground, 0.85), with.px(3));
  draw_label(with, to, at, count, theme::text, with.fonts.title, align::centre);
}

/// More than can be drawn, in a place without bound: as many as fit, and the rest in words.
void draw_pile(const ui& with, ImDrawList& to, const slot_grid& grid, const shown_place& place,
               ImU32 colour) {
  for (std::size_t i = 0; i < shown_place::most_slots; ++i) {
    to.AddCircleFilled(grid.centre(i), grid.cell * 0.36F, theme::faded(colour, 0.8), 10);
  }
  const auto rows = (shown_place::most_slots + grid.columns - 1) / grid.columns;
  draw_label(with, to, {grid.area.min.x, grid.area.min.y + static_cast<float>(rows) * grid.cell},
             "+ " + count_text(place.count - shown_place::most_slots) + " more", theme::text,
             with.fonts.small);
}

drawn_place draw_place(ui& with, ImDrawList& to, const shown_place& place, std::size_t index,
                       const box& area, const std::vector<shown_move>& moves) {
  const ImU32 colour = colour_of(place);
  const float name_width = area.width();
  const box name =
      draw_label_within(with, to, area.min, name_width, place.name, theme::text, with.fonts.bold);
  hint(with, name, place.name);
  const bool full = place.capacity > 0 && place.count >= place.capacity;
  std::string count = count_of(place);
  if (full) {
    count += place.count > place.capacity ? "  over" : "  full";
  }
  draw_label_within(with, to, {area.min.x, area.min.y + with.fonts.bold->FontSize + with.px(1)},
                    name_width, count, full ? theme::timeout : theme::soft_text, with.fonts.small);
  const float head = with.fonts.bold->FontSize + with.fonts.small->FontSize + with.px(8);
  const bool pile = place.as_level && place.capacity <= 0;
  const float foot = pile ? with.fonts.small->FontSize : 0;
  const box body{{area.min.x, area.min.y + head}, {area.max.x, area.max.y - foot}};
  drawn_place drawn{area, body, {}, place.as_level, &place};
  const std::size_t slots = pile ? shown_place::most_slots : std::max(place.slots, 1U);
  drawn.grid = grid_for(body, slots, std::clamp(body.height() / 5, with.px(20), with.px(34)));
  if (pile) {
    draw_pile(with, to, drawn.grid, place, colour);
    return drawn;
  }
  if (place.as_level) {
    draw_level_bar(with, to,
                   {body.min, {body.min.x + std::min(body.width(), with.px(90)), body.max.y}},
                   place, colour);
    drawn.grid.area.max.x = body.min.x + std::min(body.width(), with.px(90));
    return drawn;
  }
  const float half = drawn.grid.cell * 0.42F;
  if (place.capacity > 0) {
    for (std::size_t i = 0; i < place.slots; ++i) {
      const ImVec2 at = drawn.grid.centre(i);
      const bool beyond = static_cast<double>(i) >= place.capacity;
      to.AddRect({at.x - half, at.y - half}, {at.x + half, at.y + half},
                 beyond ? theme::open : theme::strong_line, with.px(3));
    }
  }
  for (const shown_item& each : place.items) {
    const bool moving = std::ranges::any_of(moves, [&](const shown_move& one) {
      return one.item == each.item && one.progress < 1 &&
             one.to == static_cast<std::int16_t>(index);
    });
    if (!moving) {
      const ImVec2 at = drawn.grid.centre(each.slot);
      to.AddCircleFilled(at, drawn.grid.cell * 0.3F, colour, 14);
      hint(with, {{at.x - half, at.y - half}, {at.x + half, at.y + half}},
           "item " + std::to_string(each.item) + ", here since " + format_time(each.since_ns));
    }
  }
  return drawn;
}

/// One row: sign, word and count of a kind of end.
void draw_bin(ui& with, ImDrawList& to, const shown_bin& bin, const box& row) {
  const bool any = bin.count > 0;
  to.AddRectFilled(row.min, row.max, theme::faded(theme::of(bin.how), any ? 0.13 : 0.05),
                   with.px(4));
  to.AddRectFilled(row.min, {row.min.x + with.px(3), row.max.y}, theme::of(bin.how), with.px(2));
  const float size = std::min(with.px(13), row.height() * 0.8F);
  draw_outcome(to, bin.how, {row.min.x + with.px(15), row.centre().y}, size, theme::of(bin.how));
  const float y = row.centre().y - with.fonts.small->FontSize / 2;
  const box count =
      draw_label(with, to, {row.max.x - with.px(6), y}, count_text(bin.count),
                 any ? theme::text : theme::soft_text, with.fonts.small, align::right);
  draw_label_within(with, to, {row.min.x + with.px(28), y}, count.min.x - row.min.x - with.px(34),
                    trace::to_string(bin.how), theme::soft_text, with.fonts.small);
  hint(with, row,
       count_text(bin.count) + " " + std::string{trace::to_string(bin.how)} +
           ", of: " + std::string{bin.name});
}

/// The bins, under the name of what they count where there is more than one such thing.
std::vector<box> draw_bins(ui& with, ImDrawList& to, const flow_picture& picture, const box& area) {
  std::vector<box> rows;
  std::size_t groups = 0;
  for (std::size_t i = 0; i < picture.bins.size(); ++i) {
    groups += i == 0 || picture.bins[i].source != picture.bins[i - 1].source ? 1 : 0;
  }
  const bool named = groups > 1;
  const float head = named ? with.fonts.small->FontSize + with.px(3) : 0;
  const float step =
      std::min(with.px(26), (area.height() - head * static_cast<float>(groups)) /
                                static_cast<float>(std::max<std::size_t>(picture.bins.size(), 1)));
  float y = area.min.y;
  for (std::size_t i = 0; i < picture.bins.size(); ++i) {
    const shown_bin& each = picture.bins[i];
    if (named && (i == 0 || each.source != picture.bins[i - 1].source)) {
      draw_label_within(with, to, {area.min.x, y}, area.width(), each.name, theme::soft_text,
                        with.fonts.small);
      y += head;
    }
    const box row{{area.min.x, y}, {area.max.x, y + step - std::min(with.px(3), step * 0.15F)}};
    draw_bin(with, to, each, row);
    rows.push_back(row);
    y += step;
  }
  return rows;
}

float eased(double progress) {
  const auto p = static_cast<float>(std::clamp(progress, 0.0, 1.0));
  return p * p * (3 - 2 * p);
}

void draw_moves(const ui& with, ImDrawList& to, const flow_picture& picture,
                const std::vector<drawn_place>& places, const std::vector<box>& bins) {
  for (const shown_move& each : picture.moves) {
    if (each.progress >= 1) {
      continue;
    }
    const auto place = [&](std::int16_t index) -> const drawn_place* {
      return index >= 0 && static_cast<std::size_t>(index) < places.size()
                 ? &places[static_cast<std::size_t>(index)]
                 : nullptr;
    };
    const drawn_place* from = place(each.from);
    const drawn_place* into = place(each.to);
    ImVec2 target{};
    ImU32 colour = theme::in_flight;
    if (into != nullptr) {
      target = into->target(each.item);
      colour = colour_of(*into->what);
    } else if (each.bin >= 0 && static_cast<std::size_t>(each.bin) < bins.size()) {
      const box& row = bins[static_cast<std::size_t>(each.bin)];
      target = {row.min.x + with.px(15), row.centre().y};
      colour = theme::of(picture.bins[static_cast<std::size_t>(each.bin)].how);
    } else {
      continue;
    }
    const ImVec2 start =
        from != nullptr ? from->grid.area.centre() : ImVec2{target.x - with.px(40), target.y};
    const float p = eased(each.progress);
    to.AddCircleFilled({start.x + (target.x - start.x) * p, start.y + (target.y - start.y) * p},
                       with.px(5), colour, 14);
  }
}

/// Where there is no room for all bins: those that say how work ended as a whole.
void keep_main_bins(const ui& with, flow_picture& picture, const timeline& line, float height) {
  std::size_t groups = 0;
  for (std::size_t i = 0; i < picture.bins.size(); ++i) {
    groups += i == 0 || picture.bins[i].source != picture.bins[i - 1].source ? 1 : 0;
  }
  const float row = with.fonts.small->FontSize + with.px(2.5F);
  const outcome_series* main = line.main_outcomes();
  if (groups < 2 || main == nullptr ||
      row * static_cast<float>(picture.bins.size() + groups) <= height) {
    return;
  }
  for (shown_move& each : picture.moves) {
    each.bin = -1; // their numbers change
  }
  std::erase_if(picture.bins, [&](const shown_bin& bin) { return bin.source != main->source; });
}

/// Ways that leave out the place beside: a line over the names, down to where they lead.
void draw_bridges(const ui& with, ImDrawList& to, const run& shown,
                  const std::vector<drawn_place>& places) {
  const float width = with.px(1.5F);
  for (std::size_t into = 2; into < places.size(); ++into) {
    const box& target = places[into].whole;
    const float right = target.min.x + with.px(7);
    const float rail = target.min.y - with.px(9);
    bool any = false;
    for (std::size_t from = 0; from + 1 < into; ++from) {
      if (!shown.leads_to(from, into)) {
        continue;
      }
      const float left = places[from].whole.min.x + with.px(7);
      to.AddRectFilled({left, rail}, {left + width, target.min.y - with.px(1)}, theme::strong_line);
      to.AddRectFilled({left, rail}, {right, rail + width}, theme::strong_line);
      any = true;
    }
    if (any) {
      const float foot = target.min.y;
      to.AddTriangleFilled({right - with.px(4), foot - with.px(6)},
                           {right + with.px(4), foot - with.px(6)}, {right, foot},
                           theme::strong_line);
    }
  }
}

void draw_picture(ui& with, ImDrawList& to, const flow_picture& picture, const run& shown,
                  const box& area) {
  const float bins_width = picture.bins.empty() ? 0 : std::min(with.px(190), area.width() * 0.32F);
  const float arrow = with.px(30);
  const auto count = static_cast<float>(picture.places.size());
  const float room = area.width() - bins_width - count * arrow;
  // A place with more slots gets more room, within reason.
  float weights = 0;
  const auto weight = [](const shown_place& place) {
    return place.as_level
               ? (place.capacity > 0 ? 0.8F : 1.6F)
               : std::clamp(std::sqrt(static_cast<float>(place.slots)) / 3.0F, 0.8F, 2.4F);
  };
  for (const shown_place& each : picture.places) {
    weights += weight(each);
  }
  std::vector<drawn_place> places;
  float x = area.min.x;
  for (std::size_t i = 0; i < picture.places.size(); ++i) {
    const float width = room * weight(picture.places[i]) / weights;
    const box own{{x, area.min.y}, {x + width, area.max.y}};
    places.push_back(draw_place(with, to, picture.places[i], i, own, picture.moves));
    x += width;
    const bool last = i + 1 == picture.places.size();
    if (last ? !picture.bins.empty() : shown.leads_to(i, i + 1)) {
      const float middle = area.min.y + with.fonts.bold->FontSize / 2;
      draw_icon(to, icon::right, {x + arrow / 2 - with.px(2), middle}, with.px(16),
                theme::strong_line);
    }
    x += arrow;
  }
  if (places.empty()) {
    draw_wrapped(with, to, area.min, area.width() - bins_width - with.px(24),
                 "This run names no places where items are: only how its work ended.",
                 theme::soft_text, with.fonts.small);
  }
  draw_bridges(with, to, shown, places);
  const std::vector<box> bins =
      draw_bins(with, to, picture, {{area.max.x - bins_width, area.min.y}, area.max});
  draw_moves(with, to, picture, places, bins);
}

} // namespace

void draw_flow(ui& with, workbench& bench, ImVec2 size) {
  begin_panel(with, "flow", "Flow", size, ImGuiWindowFlags_NoScrollbar);
  run* shown = bench.shown();
  if (shown == nullptr || (shown->line().places().empty() && shown->line().outcomes().empty())) {
    empty_state(with, shown == nullptr ? "No run yet" : "No items to follow",
                shown == nullptr
                    ? "The picture appears with the first run."
                    : "This run has no places. The charts and the lanes show what there is.");
    end_panel();
    return;
  }
  const bool moving = bench.clock.playing() && !with.reduced_motion;
  const auto takes =
      moving ? static_cast<nanos>(static_cast<double>(move_takes) * bench.clock.speed()) : 0;
  flow_picture picture =
      flow_at(shown->line(), shown->state(), bench.clock.at(), {.moving_for = takes});
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const ImVec2 room = ImGui::GetContentRegionAvail();
  keep_main_bins(with, picture, shown->line(), room.y);
  draw_picture(with, *ImGui::GetWindowDrawList(), picture, *shown,
               {{at.x, at.y + with.px(4)}, {at.x + room.x, at.y + room.y}});
  end_panel();
}

} // namespace weir::viz
