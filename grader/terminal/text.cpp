#include "terminal/text_pieces.hpp"

namespace weir::grader {

std::string encode_utf8(char32_t code_point) {
  const auto tail = [&](unsigned shift) {
    return static_cast<char>(0x80U | ((code_point >> shift) & 0x3fU));
  };
  if (code_point < 0x80) {
    return {static_cast<char>(code_point)};
  }
  if (code_point < 0x800) {
    return {static_cast<char>(0xc0U | (code_point >> 6U)), tail(0)};
  }
  if (code_point < 0x10000) {
    return {static_cast<char>(0xe0U | (code_point >> 12U)), tail(6), tail(0)};
  }
  return {static_cast<char>(0xf0U | (code_point >> 18U)), tail(12), tail(6), tail(0)};
}

std::size_t display_width(std::string_view line) {
  std::size_t columns = 0;
  while (!line.empty()) {
    const auto found = next_piece(line);
    if (found.kind == piece_kind::glyph) {
      columns += static_cast<std::size_t>(column_width(found.code_point));
    }
    if (found.kind == piece_kind::tab) {
      columns += tab_stop - columns % tab_stop;
    }
    line.remove_prefix(found.bytes.size());
  }
  return columns;
}

std::string clip(std::string_view line, std::size_t width, const text_style& style) {
  const bool cut = display_width(line) > width;
  const std::size_t room = cut && width > 0 ? width - 1 : width;
  std::string result;
  bool coloured = false;
  std::size_t used = 0;
  while (!line.empty()) {
    const auto found = next_piece(line);
    line.remove_prefix(found.bytes.size());
    if (found.kind == piece_kind::sgr && style.colour) {
      result += found.bytes;
      coloured = found.bytes != sgr_reset;
    }
    const bool blank = found.kind == piece_kind::tab || found.kind == piece_kind::newline;
    if (!blank && found.kind != piece_kind::glyph) {
      continue;
    }
    const std::size_t columns = found.kind == piece_kind::tab ? tab_stop - used % tab_stop
                                : found.kind == piece_kind::newline
                                    ? 1
                                    : static_cast<std::size_t>(column_width(found.code_point));
    if (used + columns > room) {
      break;
    }
    result += blank ? std::string(columns, ' ') : shown(found, style);
    used += columns;
  }
  if (cut && width > 0) {
    result += style.unicode ? "…" : "~";
  }
  if (coloured) {
    result += sgr_reset;
  }
  return result;
}

std::string pad(std::string line, std::size_t width) {
  const std::size_t columns = display_width(line);
  if (columns < width) {
    line.append(width - columns, ' ');
  }
  return line;
}

} // namespace weir::grader
