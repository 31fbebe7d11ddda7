#include "support/line_buffer.hpp"

namespace weir::support {

std::optional<std::string> line_buffer::next() {
  const auto end = bytes_.find('\n', looked_);
  if (end == std::string::npos) {
    bytes_.erase(0, begin_);
    begin_ = 0;
    looked_ = bytes_.size();
    return std::nullopt;
  }
  std::string line = bytes_.substr(begin_, end - begin_);
  begin_ = end + 1;
  looked_ = begin_;
  return line;
}

} // namespace weir::support
