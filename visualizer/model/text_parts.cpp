#include "model/text_parts.hpp"

#include <algorithm>

namespace weir::viz {

std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string fitted(std::string_view text, std::size_t width) {
  const auto has = width_of(text);
  if (has <= width) {
    return std::string(text) + std::string(width - has, ' ');
  }
  std::size_t end = 0;
  for (std::size_t seen = 0; end < text.size(); ++end) {
    const bool begins = (static_cast<unsigned char>(text[end]) & 0xC0U) != 0x80U;
    if (begins && ++seen == width) {
      break;
    }
  }
  return std::string(text.substr(0, end)) + "…";
}

} // namespace weir::viz
