#pragma once

#include <weir/trace/event.hpp>

#include <imgui.h>

#include <cstdint>

/// Small drawings. Drawn rather than set in type, so that they look the same with every font.
namespace weir::viz {

enum class icon : std::uint8_t {
  none,
  play,
  pause,
  previous, ///< a bar and a triangle to the left: one event back
  next,
  back, ///< one chevron to the left: a tenth of a second
  forward,
  back_more, ///< two chevrons
  forward_more,
  first,
  last,
  left, ///< an arrow: pan
  right,
  up, ///< an arrow: the row above
  down,
  fold, ///< rows further in, under a triangle
  plus,
  minus,
  fit,
  undo,
  rerun,
  flag,
  transition_back,
  transition_on,
  help,
  magnifier,
  copy,
  compare,
  screen,
  menu,
  close,
  check,
  cross,
  warning,
  knob,
  dice,
  circle,   ///< closed
  triangle, ///< half-open
  square,   ///< open
};

/// Draws `what` into the square of `size` around `centre`.
void draw_icon(ImDrawList& to, icon what, ImVec2 centre, float size, ImU32 colour);

/// The sign of an outcome: a tick, a bar, a clock, a cross, ... each told apart without colour.
void draw_outcome(ImDrawList& to, trace::outcome how, ImVec2 centre, float size, ImU32 colour);

/// Lines over a rectangle, one pattern for each kind, so that stacked areas and spans can be told
/// apart without colour. Pattern 0 draws nothing.
enum class pattern : std::uint8_t { none, rising, falling, crossed, upright, level, dots };
void draw_pattern(ImDrawList& to, pattern which, ImVec2 min, ImVec2 max, ImU32 colour, float step);

[[nodiscard]] pattern pattern_of(trace::outcome how);
[[nodiscard]] pattern pattern_of(trace::span_role role);

} // namespace weir::viz
