#pragma once

#include <weir/trace/event.hpp>

#include <imgui.h>

#include <cstdint>
#include <string>

/// Colours, type and measures. Colours of meaning are Okabe and Ito's, which stay apart for
/// colour-blind eyes; none of them ever stands alone: a shape, a pattern or a word goes with it.
/// Text has a contrast of 4.5 to 1 to what it stands on, marks have 3 to 1 (WCAG 2.1, 1.4.3 and
/// 1.4.11); tests hold both.
namespace weir::viz {

namespace theme {

constexpr ImU32 rgb(std::uint32_t hex, std::uint8_t alpha = 255) {
  return IM_COL32((hex >> 16) & 0xff, (hex >> 8) & 0xff, hex & 0xff, alpha);
}

/// The same colour, more transparent.
constexpr ImU32 faded(ImU32 colour, double opacity) {
  const auto alpha = static_cast<double>((colour >> IM_COL32_A_SHIFT) & 0xff) * opacity;
  return (colour & ~IM_COL32_A_MASK) | (static_cast<ImU32>(2 * alpha + 1) / 2 << IM_COL32_A_SHIFT);
}

/// A mixture: `share` of `over`, the rest of `under`; opaque.
ImU32 mixed(ImU32 under, ImU32 over, double share);

// The ground and what is drawn on it.
inline constexpr ImU32 ground = rgb(0x14181d);
inline constexpr ImU32 panel = rgb(0x1a2027);
inline constexpr ImU32 plot = rgb(0x161b21);
inline constexpr ImU32 raised = rgb(0x252d36);
inline constexpr ImU32 hovered = rgb(0x33404d);
inline constexpr ImU32 pressed = rgb(0x394754);
inline constexpr ImU32 line = rgb(0x2b343e);
inline constexpr ImU32 strong_line = rgb(0x6a7785); ///< outlines that tell something
inline constexpr ImU32 text = rgb(0xe8ecf0);
inline constexpr ImU32 soft_text = rgb(0xa9b4bf);
inline constexpr ImU32 dark_text = rgb(0x14181d);
inline constexpr ImU32 accent = rgb(0xdfe7ef); ///< the cursor, what is chosen

// Meaning.
inline constexpr ImU32 closed = rgb(0x009e73);
inline constexpr ImU32 half_open = rgb(0xf0e442);
inline constexpr ImU32 open = rgb(0xd55e00);
inline constexpr ImU32 in_flight = rgb(0x56b4e9);
inline constexpr ImU32 retry = rgb(0xcc79a7);
inline constexpr ImU32 timeout = rgb(0xe69f00);
inline constexpr ImU32 queue = rgb(0x8fa3b8);
inline constexpr ImU32 refused = rgb(0xb9a3e3);
inline constexpr ImU32 short_circuit = rgb(0x7d8fd9);
inline constexpr ImU32 lost = rgb(0xa58b74);
inline constexpr ImU32 ghost = rgb(0x7b8794);

/// How much of soft text is left where a button cannot be pressed.
inline constexpr double disabled = 0.6;

[[nodiscard]] ImU32 of(trace::outcome how);
[[nodiscard]] ImU32 of(trace::span_role role);

} // namespace theme

/// The type in use. All belong to the context's atlas; null members before `load_fonts`.
struct font_set {
  ImFont* body = nullptr;
  ImFont* small = nullptr;
  ImFont* bold = nullptr;
  ImFont* title = nullptr;
  ImFont* big = nullptr; ///< single words that must be seen from afar
  ImFont* mono = nullptr;
  std::string family = {}; ///< of what was found: "Roboto"; "built in" when no font file was
};

/// Loads the best fonts this system has at `scale` into the current context's atlas, clearing it
/// first. The backend's texture must be made anew after that.
[[nodiscard]] font_set load_fonts(float scale);

/// Sets the current context's colours and measures for `scale`.
void apply_style(float scale);

} // namespace weir::viz
