#include "panels/lane_parts.hpp"

#include <algorithm>

namespace weir::viz {

void draw_role(const ui& with, ImDrawList& to, trace::span_role role, const box& area) {
  const ImU32 colour = theme::of(role);
  // Corners of a bar a few pixels wide can't be seen, and cost as much as those of a wide one.
  const bool narrow = area.width() < with.px(7);
  const float round = narrow ? 0 : std::min(with.px(3), area.height() / 2);
  switch (role) {
  case trace::span_role::waiting:
    to.AddRectFilled(area.min, area.max, theme::faded(colour, 0.25), round);
    draw_pattern(to, pattern::dots, area.min, area.max, colour, with.px(5));
    break;
  case trace::span_role::backing_off:
    to.AddRectFilled(area.min, area.max, theme::faded(colour, 0.2), round);
    draw_pattern(to, pattern::rising, area.min, area.max, colour, with.px(5));
    break;
  case trace::span_role::request:
  case trace::span_role::work:
    to.AddRectFilled(area.min, area.max, theme::rgb(0x55687b), round);
    break;
  case trace::span_role::attempt:
    to.AddRectFilled(area.min, area.max, theme::faded(colour, 0.55), round);
    if (!narrow) {
      to.AddRect(area.min, area.max, colour, round);
    }
    break;
  case trace::span_role::running:
    to.AddRectFilled(area.min, area.max, colour, round);
    break;
  }
}

void draw_ends(ImDrawList& to, outcome_set outcomes, const box& area) {
  const auto kinds =
      std::ranges::count_if(bad_ends, [&](trace::outcome how) { return outcomes.has(how); });
  if (kinds == 0) {
    return;
  }
  const float height = std::max(area.height() * 0.5F, static_cast<float>(kinds));
  float top = area.max.y - height;
  for (const trace::outcome how : bad_ends) {
    if (outcomes.has(how)) {
      const float next = top + height / static_cast<float>(kinds);
      to.AddRectFilled({area.min.x, top}, {area.max.x, next}, theme::of(how));
      top = next;
    }
  }
}

void draw_open_end(const ui& with, ImDrawList& to, const box& area) {
  const float gap = with.px(2);
  for (float x = area.max.x - gap; x > std::max(area.min.x, area.max.x - 7 * gap); x -= 2 * gap) {
    to.AddRectFilled({x - gap / 2, area.min.y}, {x + gap / 2, area.max.y}, theme::plot);
  }
}

std::string shortened_in_front(const ui& with, std::string_view text, float width, ImFont* font) {
  if (text_size(with, text, font).x <= width) {
    return std::string{text};
  }
  const std::string dots = "\xe2\x80\xa6";
  const float room = width - text_size(with, dots, font).x;
  const auto continues = [&](std::size_t at) { // within a character of several bytes
    return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80;
  };
  std::size_t from = 0;
  do {
    ++from;
  } while (from < text.size() &&
           (continues(from) || text_size(with, text.substr(from), font).x > room));
  return dots + std::string{text.substr(from)};
}

legend::legend(ui& with)
    : with_(with),
      to_(*ImGui::GetWindowDrawList()),
      at_(ImGui::GetCursorScreenPos()),
      edge_(at_.x + ImGui::GetContentRegionAvail().x),
      height_(with.fonts.small->FontSize) {}

void legend::entry(std::string_view name, float width, const sample& draw) {
  const float words = text_size(with_, name, with_.fonts.small).x;
  const float needed = with_.px(width + 6) + words;
  if (at_.x + needed > edge_) {
    return;
  }
  draw(to_,
       {{at_.x, at_.y + with_.px(2)}, {at_.x + with_.px(width), at_.y + height_ - with_.px(1)}});
  draw_label(with_, to_, {at_.x + with_.px(width + 6), at_.y}, name, theme::soft_text,
             with_.fonts.small);
  at_.x += needed + with_.px(14);
}

void legend::count(const std::string& text) {
  if (at_.x + text_size(with_, text, with_.fonts.small).x < edge_) {
    draw_label(with_, to_, {edge_, at_.y}, text, theme::soft_text, with_.fonts.small, align::right);
  }
  ImGui::Dummy({1, height_ + with_.px(4)});
}

} // namespace weir::viz
