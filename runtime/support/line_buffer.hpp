#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace weir::support {

/// Takes bytes in pieces of any size and gives lines.
class line_buffer {
public:
  /// Longer lines are nobody's who means well.
  static constexpr std::size_t longest_line = std::size_t{4} << 20;

  void add(std::string_view bytes) { bytes_ += bytes; }

  /// The next complete line, without its newline.
  std::optional<std::string> next();

  /// What has come of a line that is not complete. To be asked when `next` gives nothing.
  [[nodiscard]] std::string_view rest() const noexcept {
    return std::string_view(bytes_).substr(begin_);
  }

  /// The line that is coming is too long already.
  [[nodiscard]] bool overflowed() const noexcept { return rest().size() > longest_line; }

private:
  std::string bytes_;
  std::size_t begin_ = 0;  ///< of the next line
  std::size_t looked_ = 0; ///< no newline from `begin_` to here
};

} // namespace weir::support
