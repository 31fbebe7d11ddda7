#pragma once

#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace weir::harness {

/// One end of a stream socket that carries JSON objects, one a line. Owns the descriptor. Blocks.
class line_channel {
public:
  explicit line_channel(int descriptor) noexcept : descriptor_(descriptor) {}

  line_channel(const line_channel&) = delete;
  line_channel& operator=(const line_channel&) = delete;
  ~line_channel();

  /// Without its newline; nullopt when the other end has closed, or sends without end.
  std::optional<std::string> read_line();

  /// False when nobody listens any more.
  bool write_line(std::string_view line) const;
  bool write(const boost::json::object& message) const;

private:
  int descriptor_;
  std::string pending_;
};

} // namespace weir::harness
