#pragma once

// How text is taken apart for measuring, cutting and wrapping: for text.cpp and wrap.cpp only.

#include "terminal/text.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace weir::grader {

constexpr std::string_view sgr_reset = "\x1b[0m";
constexpr std::size_t tab_stop = 8;

enum class piece_kind { glyph, sgr, newline, tab, nothing };

/// A code point, a colour sequence, or something to drop.
struct text_piece {
  piece_kind kind{piece_kind::nothing};
  std::string_view bytes;
  char32_t code_point{}; ///< U+FFFD for a byte that is not UTF-8
};

/// The piece that a text, not empty, begins with.
text_piece next_piece(std::string_view text);

/// The glyph as it is put on the screen.
std::string shown(const text_piece& glyph, const text_style& style);

} // namespace weir::grader
