#include "terminal/frame_painter.hpp"

#include <fmt/format.h>

namespace weir::grader {

std::string frame_painter::paint(const std::vector<std::string>& lines) {
  constexpr std::string_view erase_screen = "\x1b[H\x1b[2J";
  constexpr std::string_view begin_update =
      "\x1b[?2026h"; // synchronised output; ignored where it is not known
  constexpr std::string_view end_update = "\x1b[?2026l";
  std::string bytes;
  const bool whole = !known_ || lines.size() != last_.size();
  if (whole) {
    bytes += erase_screen;
  }
  for (std::size_t row = 0; row < lines.size(); ++row) {
    if (whole ? lines[row].empty() : lines[row] == last_[row]) {
      continue;
    }
    bytes += fmt::format("\x1b[{};1H\x1b[K{}", row + 1, lines[row]);
  }
  last_ = lines;
  known_ = true;
  if (bytes.empty()) {
    return bytes;
  }
  return fmt::format("{}{}{}", begin_update, bytes, end_update);
}

} // namespace weir::grader
