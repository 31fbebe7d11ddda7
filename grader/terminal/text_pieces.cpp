#include "terminal/text_pieces.hpp"

#include <algorithm>

namespace weir::grader {
namespace {

constexpr char32_t replacement = 0xfffd;

// One code point from the front of `text`; U+FFFD and one byte where the bytes are not UTF-8.
text_piece decode(std::string_view text) {
  const auto byte = [&](std::size_t at) {
    return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U;
  };
  const unsigned first = byte(0);
  if (first < 0x80) {
    return {piece_kind::glyph, text.substr(0, 1), first};
  }
  const std::size_t length = first >= 0xf5   ? 1
                             : first >= 0xf0 ? 4
                             : first >= 0xe0 ? 3
                             : first >= 0xc2 ? 2
                                             : 1;
  char32_t code_point = length == 1 ? replacement : first & (0x7fU >> length);
  for (std::size_t at = 1; at < length; ++at) {
    if ((byte(at) & 0xc0U) != 0x80U) {
      return {piece_kind::glyph, text.substr(0, 1), replacement};
    }
    code_point = (code_point << 6U) | (byte(at) & 0x3fU);
  }
  return {piece_kind::glyph, text.substr(0, length), code_point};
}

bool is_final(char byte) {
  return byte >= 0x40 && byte <= 0x7e;
}

// An escape sequence from the front of `text`, which begins with ESC.
text_piece escape_sequence(std::string_view text) {
  if (text.size() < 2) {
    return {piece_kind::nothing, text};
  }
  if (text[1] == ']' || text[1] == 'P' || text[1] == '_' ||
      text[1] == '^') { // strings, up to BEL or ESC backslash
    std::size_t end = 2;
    while (end < text.size() && text[end] != '\a' && text[end] != '\x1b' && text[end] != '\n') {
      ++end;
    }
    if (end < text.size() && text[end] == '\a') {
      ++end;
    }
    return {piece_kind::nothing, text.substr(0, end)};
  }
  if (text[1] != '[') {
    return {piece_kind::nothing, text.substr(0, 2)};
  }
  std::size_t end = 2;
  while (end < text.size() && !is_final(text[end]) && text[end] >= ' ') {
    ++end;
  }
  const bool complete = end < text.size() && is_final(text[end]);
  const auto bytes = text.substr(0, complete ? end + 1 : end);
  const bool plain_parameters =
      std::all_of(bytes.begin() + 2, bytes.end() - (complete ? 1 : 0), [](char each) {
        return (each >= '0' && each <= '9') || each == ';' || each == ':';
      });
  return {complete && bytes.back() == 'm' && plain_parameters ? piece_kind::sgr
                                                              : piece_kind::nothing,
          bytes};
}

// Whether it changes the direction in which what follows is shown: a line of a report could read
// otherwise than it is written (Boucher, Anderson: "Trojan Source", 2021).
bool turns_text(char32_t code_point) {
  return code_point == 0x061c || code_point == 0x200e || code_point == 0x200f ||
         (code_point >= 0x202a && code_point <= 0x202e) ||
         (code_point >= 0x2066 && code_point <= 0x2069);
}

// ASCII of the same width for a terminal that shows no UTF-8.
std::string stand_in(char32_t code_point) {
  switch (code_point) {
  case U'…':
    return ".";
  case U'–':
  case U'—':
  case U'─':
    return "-";
  case U'•':
  case U'·':
  case U'●':
    return "*";
  case U'│':
    return "|";
  case U'█':
    return "#";
  case U'░':
    return ".";
  case U'✓':
    return "+";
  case U'✗':
    return "x";
  case U'→':
  case U'▸':
    return ">";
  case U'←':
    return "<";
  case U'↑':
    return "^";
  case U'↓':
    return "v";
  case U'µ':
    return "u";
  case U'“':
  case U'”':
    return "\"";
  case U'‘':
  case U'’':
    return "'";
  default:
    return std::string(static_cast<std::size_t>(column_width(code_point)), '?');
  }
}

} // namespace

text_piece next_piece(std::string_view text) {
  switch (text.front()) {
  case '\x1b':
    return escape_sequence(text);
  case '\n':
    return {piece_kind::newline, text.substr(0, 1)};
  case '\t':
    return {piece_kind::tab, text.substr(0, 1)};
  default:
    break;
  }
  auto found = decode(text);
  const bool control =
      found.code_point < 0x20 || (found.code_point >= 0x7f && found.code_point < 0xa0);
  if (control || turns_text(found.code_point)) {
    found.kind = piece_kind::nothing;
  }
  return found;
}

std::string shown(const text_piece& glyph, const text_style& style) {
  if (glyph.code_point < 0x80) {
    return std::string{glyph.bytes};
  }
  if (!style.unicode) {
    return stand_in(glyph.code_point);
  }
  return glyph.code_point == replacement ? encode_utf8(replacement) : std::string{glyph.bytes};
}

} // namespace weir::grader
