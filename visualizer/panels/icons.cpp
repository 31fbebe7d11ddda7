#include "icons.hpp"

#include <algorithm>
#include <cmath>

namespace weir::viz {

namespace {

/// Draws in a square from -1 to 1 around the centre.
class pen {
public:
  pen(ImDrawList& to, ImVec2 centre, float size, ImU32 colour)
      : to_(to),
        centre_(centre),
        half_(size / 2),
        colour_(colour),
        width_(std::max(1.0F, size * 0.11F)) {}

  [[nodiscard]] ImVec2 at(float x, float y) const {
    return {centre_.x + x * half_, centre_.y + y * half_};
  }

  void line(float x1, float y1, float x2, float y2) const {
    to_.AddLine(at(x1, y1), at(x2, y2), colour_, width_);
  }

  void triangle(float x1, float y1, float x2, float y2, float x3, float y3) const {
    to_.AddTriangleFilled(at(x1, y1), at(x2, y2), at(x3, y3), colour_);
  }

  void box(float x1, float y1, float x2, float y2) const {
    to_.AddRectFilled(at(x1, y1), at(x2, y2), colour_, half_ * 0.1F);
  }

  void frame(float x1, float y1, float x2, float y2) const {
    to_.AddRect(at(x1, y1), at(x2, y2), colour_, half_ * 0.2F, 0, width_);
  }

  void disc(float x, float y, float radius) const {
    to_.AddCircleFilled(at(x, y), radius * half_, colour_);
  }

  void ring(float x, float y, float radius) const {
    to_.AddCircle(at(x, y), radius * half_, colour_, 0, width_);
  }

  void arc(float from, float to, float radius) const {
    to_.PathArcTo(centre_, radius * half_, from, to, 20);
    to_.PathStroke(colour_, 0, width_);
  }

  /// Two strokes that meet at (x, y), open to the left (`way` -1: a chevron >) or to the right.
  void chevron(float x, float way) const {
    const ImVec2 points[] = {at(x + way * 0.45F, -0.65F), at(x, 0), at(x + way * 0.45F, 0.65F)};
    to_.AddPolyline(points, 3, colour_, 0, width_ * 1.2F);
  }

private:
  ImDrawList& to_;
  ImVec2 centre_;
  float half_;
  ImU32 colour_;
  float width_;
};

void arrow(const pen& p, float way) {
  p.line(-0.7F * way, 0, 0.5F * way, 0);
  p.triangle(0.85F * way, 0, 0.2F * way, -0.45F, 0.2F * way, 0.45F);
}

void draw_symbol(const pen& p, icon what) {
  switch (what) {
  case icon::undo:
    p.arc(-3.14F, 1.2F, 0.58F);
    p.triangle(-1.0F, -0.15F, -0.16F, -0.15F, -0.58F, 0.5F);
    break;
  case icon::rerun:
    p.arc(0.5F, 5.5F, 0.6F);
    p.triangle(0.1F, -0.25F, 0.9F, -0.85F, 0.95F, 0.05F);
    break;
  case icon::flag:
    p.line(-0.5F, -0.8F, -0.5F, 0.85F);
    p.triangle(-0.45F, -0.8F, -0.45F, 0.15F, 0.75F, -0.32F);
    break;
  case icon::help:
    p.ring(0, 0, 0.85F);
    p.line(0, -0.05F, 0, 0.2F);
    p.disc(0, 0.5F, 0.14F);
    p.line(0, -0.05F, 0.25F, -0.25F);
    p.line(0.25F, -0.25F, 0, -0.5F);
    p.line(0, -0.5F, -0.27F, -0.3F);
    break;
  case icon::magnifier:
    p.ring(-0.15F, -0.15F, 0.55F);
    p.line(0.27F, 0.27F, 0.8F, 0.8F);
    break;
  case icon::copy:
    p.frame(-0.75F, -0.75F, 0.25F, 0.3F);
    p.box(-0.25F, -0.25F, 0.8F, 0.8F);
    break;
  case icon::compare:
    p.frame(-0.85F, -0.65F, -0.1F, 0.65F);
    p.box(0.12F, -0.7F, 0.88F, 0.7F);
    break;
  case icon::screen:
    p.frame(-0.85F, -0.7F, 0.85F, 0.4F);
    p.line(0, 0.4F, 0, 0.8F);
    p.line(-0.45F, 0.8F, 0.45F, 0.8F);
    break;
  case icon::menu:
    p.line(-0.75F, -0.5F, 0.75F, -0.5F);
    p.line(-0.75F, 0, 0.75F, 0);
    p.line(-0.75F, 0.5F, 0.75F, 0.5F);
    break;
  case icon::check:
    p.line(-0.7F, 0.05F, -0.2F, 0.55F);
    p.line(-0.2F, 0.55F, 0.75F, -0.55F);
    break;
  case icon::close:
  case icon::cross:
    p.line(-0.6F, -0.6F, 0.6F, 0.6F);
    p.line(-0.6F, 0.6F, 0.6F, -0.6F);
    break;
  case icon::warning:
    p.line(0, -0.8F, 0.9F, 0.75F);
    p.line(0.9F, 0.75F, -0.9F, 0.75F);
    p.line(-0.9F, 0.75F, 0, -0.8F);
    p.line(0, -0.25F, 0, 0.25F);
    p.disc(0, 0.5F, 0.12F);
    break;
  case icon::knob:
    p.ring(0, 0, 0.75F);
    p.line(0, 0, 0.4F, -0.5F);
    break;
  case icon::dice:
    p.frame(-0.75F, -0.75F, 0.75F, 0.75F);
    p.disc(-0.35F, -0.35F, 0.16F);
    p.disc(0, 0, 0.16F);
    p.disc(0.35F, 0.35F, 0.16F);
    break;
  case icon::circle:
    p.disc(0, 0, 0.8F);
    break;
  case icon::triangle:
    p.triangle(0, -0.85F, 0.9F, 0.7F, -0.9F, 0.7F);
    break;
  case icon::square:
    p.box(-0.72F, -0.72F, 0.72F, 0.72F);
    break;
  default:
    break;
  }
}

void draw_transport(const pen& p, icon what) {
  switch (what) {
  case icon::play:
    p.triangle(-0.55F, -0.8F, 0.85F, 0, -0.55F, 0.8F);
    break;
  case icon::pause:
    p.box(-0.6F, -0.75F, -0.18F, 0.75F);
    p.box(0.18F, -0.75F, 0.6F, 0.75F);
    break;
  case icon::previous:
    p.triangle(-0.3F, 0, 0.6F, -0.65F, 0.6F, 0.65F);
    p.box(-0.65F, -0.65F, -0.42F, 0.65F);
    break;
  case icon::next:
    p.triangle(0.3F, 0, -0.6F, 0.65F, -0.6F, -0.65F);
    p.box(0.42F, -0.65F, 0.65F, 0.65F);
    break;
  case icon::back:
    p.chevron(-0.25F, 1);
    break;
  case icon::forward:
    p.chevron(0.25F, -1);
    break;
  case icon::back_more:
    p.chevron(-0.55F, 1);
    p.chevron(0.1F, 1);
    break;
  case icon::forward_more:
    p.chevron(0.55F, -1);
    p.chevron(-0.1F, -1);
    break;
  case icon::first:
    p.chevron(-0.2F, 1);
    p.line(-0.6F, -0.65F, -0.6F, 0.65F);
    break;
  case icon::last:
    p.chevron(0.2F, -1);
    p.line(0.6F, -0.65F, 0.6F, 0.65F);
    break;
  case icon::left:
    arrow(p, -1);
    break;
  case icon::right:
    arrow(p, 1);
    break;
  case icon::up:
    p.line(0, 0.7F, 0, -0.5F);
    p.triangle(0, -0.85F, -0.45F, -0.2F, 0.45F, -0.2F);
    break;
  case icon::down:
    p.line(0, -0.7F, 0, 0.5F);
    p.triangle(0, 0.85F, -0.45F, 0.2F, 0.45F, 0.2F);
    break;
  case icon::fold:
    p.triangle(-0.9F, -0.75F, 0.1F, -0.75F, -0.4F, -0.05F);
    p.line(0.25F, -0.4F, 0.9F, -0.4F);
    p.line(-0.1F, 0.2F, 0.9F, 0.2F);
    p.line(-0.1F, 0.75F, 0.9F, 0.75F);
    break;
  case icon::plus:
    p.line(-0.65F, 0, 0.65F, 0);
    p.line(0, -0.65F, 0, 0.65F);
    break;
  case icon::minus:
    p.line(-0.65F, 0, 0.65F, 0);
    break;
  case icon::fit:
    p.line(-0.85F, -0.6F, -0.85F, 0.6F);
    p.line(0.85F, -0.6F, 0.85F, 0.6F);
    p.line(-0.6F, 0, 0.6F, 0);
    p.triangle(-0.7F, 0, -0.25F, -0.3F, -0.25F, 0.3F);
    p.triangle(0.7F, 0, 0.25F, 0.3F, 0.25F, -0.3F);
    break;
  case icon::transition_back:
    p.triangle(-0.75F, 0, -0.05F, -0.5F, -0.05F, 0.5F);
    p.box(0.25F, -0.45F, 0.85F, 0.45F);
    break;
  case icon::transition_on:
    p.triangle(0.75F, 0, 0.05F, 0.5F, 0.05F, -0.5F);
    p.box(-0.85F, -0.45F, -0.25F, 0.45F);
    break;
  default:
    draw_symbol(p, what);
  }
}

} // namespace

void draw_icon(ImDrawList& to, icon what, ImVec2 centre, float size, ImU32 colour) {
  draw_transport(pen{to, centre, size, colour}, what);
}

void draw_outcome(ImDrawList& to, trace::outcome how, ImVec2 centre, float size, ImU32 colour) {
  const pen p{to, centre, size, colour};
  switch (how) {
  case trace::outcome::ok:
    draw_symbol(p, icon::check);
    break;
  case trace::outcome::rejected: // a no-entry sign
    p.ring(0, 0, 0.75F);
    p.line(-0.4F, 0, 0.4F, 0);
    break;
  case trace::outcome::timed_out: // a clock
    p.ring(0, 0, 0.75F);
    p.line(0, 0, 0, -0.45F);
    p.line(0, 0, 0.35F, 0);
    break;
  case trace::outcome::failed:
    draw_symbol(p, icon::cross);
    break;
  case trace::outcome::dropped: // an arrow down, out of the picture
    p.line(0, -0.75F, 0, 0.3F);
    p.triangle(0, 0.85F, -0.5F, 0.1F, 0.5F, 0.1F);
    break;
  case trace::outcome::short_circuited: // lightning
    p.triangle(0.25F, -0.9F, -0.55F, 0.2F, 0.1F, 0.15F);
    p.triangle(-0.25F, 0.9F, 0.55F, -0.2F, -0.1F, -0.15F);
    break;
  case trace::outcome::none:
    p.disc(0, 0, 0.3F);
    break;
  }
}

void draw_pattern(ImDrawList& to, pattern which, ImVec2 min, ImVec2 max, ImU32 colour, float step) {
  const float width = max.x - min.x;
  const float height = max.y - min.y;
  if (which == pattern::none || width < 2 || height < 2) {
    return;
  }
  to.PushClipRect(min, max, true);
  const auto slanted = [&](float way) {
    // Anchored to the screen, so that neighbouring pieces of one area join.
    const float begin = std::floor((min.x - height) / step) * step;
    for (float x = begin; x < max.x + height; x += step) {
      to.AddLine({x, way > 0 ? max.y : min.y}, {x + height, way > 0 ? min.y : max.y}, colour, 1);
    }
  };
  switch (which) {
  case pattern::rising:
    slanted(1);
    break;
  case pattern::falling:
    slanted(-1);
    break;
  case pattern::crossed:
    slanted(1);
    slanted(-1);
    break;
  case pattern::upright:
    for (float x = std::ceil(min.x / step) * step; x < max.x; x += step) {
      to.AddLine({x, min.y}, {x, max.y}, colour, 1);
    }
    break;
  case pattern::level:
    for (float y = std::ceil(min.y / step) * step; y < max.y; y += step) {
      to.AddLine({min.x, y}, {max.x, y}, colour, 1);
    }
    break;
  case pattern::dots:
    for (float x = std::ceil(min.x / step) * step; x < max.x; x += step) {
      to.AddRectFilled({x - 1, (min.y + max.y) / 2 - 1}, {x + 1, (min.y + max.y) / 2 + 1}, colour);
    }
    break;
  case pattern::none:
    break;
  }
  to.PopClipRect();
}

pattern pattern_of(trace::outcome how) {
  switch (how) {
  case trace::outcome::rejected:
    return pattern::rising;
  case trace::outcome::timed_out:
    return pattern::upright;
  case trace::outcome::failed:
    return pattern::crossed;
  case trace::outcome::dropped:
    return pattern::level;
  case trace::outcome::short_circuited:
    return pattern::falling;
  case trace::outcome::ok:
  case trace::outcome::none:
    break;
  }
  return pattern::none;
}

pattern pattern_of(trace::span_role role) {
  switch (role) {
  case trace::span_role::waiting:
    return pattern::dots;
  case trace::span_role::backing_off:
    return pattern::rising;
  default:
    return pattern::none;
  }
}

} // namespace weir::viz
