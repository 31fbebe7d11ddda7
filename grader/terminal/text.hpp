#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace weir::grader {

/// Columns that a terminal uses for a code point: 0 (combining, joiners), 1, or 2 (East Asian wide,
/// emoji). After Unicode's EastAsianWidth and general categories Mn, Me and Cf, in ranges;
/// ambiguous ones count 1.
int column_width(char32_t code_point);

/// The UTF-8 bytes of one code point.
std::string encode_utf8(char32_t code_point);

/// What may be put on the screen.
struct text_style {
  bool colour{true}; ///< Keep SGR sequences (colours, bold); otherwise they are taken out.
  bool unicode{
      true}; ///< The terminal shows UTF-8; otherwise every code point beyond ASCII gets a stand-in.
};

/// Columns that a line of UTF-8 text uses; SGR sequences use none. Bytes that are not UTF-8 count
/// as U+FFFD.
std::size_t display_width(std::string_view line);

/// One line cut to at most `width` columns, with an ellipsis as the last column where something was
/// cut off. Colours still open at the cut are closed. Control characters, those that turn the
/// direction of text, and all escape sequences but SGR are dropped, so that text from a reader's
/// program cannot command the terminal. Tabs become spaces up to the next multiple of 8.
std::string clip(std::string_view line, std::size_t width, const text_style& style);

/// Text broken into lines of at most `width` columns: at newlines, then between words, inside a
/// word only where the word alone is too long. Continuation lines keep the indentation of their
/// line. Colours that span a break are closed before it and opened again after it. Cleans like
/// `clip`.
std::vector<std::string> wrap(std::string_view text, std::size_t width, const text_style& style);

/// `line` filled up with spaces to `width` columns; longer lines stay as they are.
std::string pad(std::string line, std::size_t width);

} // namespace weir::grader
