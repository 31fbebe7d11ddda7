/// \file
/// How far a colour stands out from another, as WCAG 2.1 counts it.
#pragma once

#include <imgui.h>

#include <algorithm>
#include <cmath>

namespace weir::viz::test {

/// Relative luminance of an opaque colour: 0 black, 1 white.
inline double luminance(ImU32 colour) {
  const auto channel = [&](int shift) {
    const double share = static_cast<double>((colour >> shift) & 0xff) / 255;
    return share <= 0.04045 ? share / 12.92 : std::pow((share + 0.055) / 1.055, 2.4);
  };
  return 0.2126 * channel(IM_COL32_R_SHIFT) + 0.7152 * channel(IM_COL32_G_SHIFT) +
         0.0722 * channel(IM_COL32_B_SHIFT);
}

/// From 1 (the same) to 21 (black on white).
inline double contrast(ImU32 one, ImU32 other) {
  const double a = luminance(one);
  const double b = luminance(other);
  return (std::max(a, b) + 0.05) / (std::min(a, b) + 0.05);
}

constexpr double text_contrast = 4.5; ///< 1.4.3
constexpr double mark_contrast = 3;   ///< 1.4.11: signs, outlines, curves

} // namespace weir::viz::test
