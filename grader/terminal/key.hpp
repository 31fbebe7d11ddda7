#pragma once

#include <cstdint>
#include <ostream>
#include <string>

namespace weir::grader {

/// What a key means, apart from the bytes a terminal sends for it.
enum class key_name : std::uint8_t {
  character, ///< A printable code point, in `key::character`.
  up,
  down,
  left,
  right,
  page_up,
  page_down,
  home,
  end,
  enter,
  escape,
  backspace,
  tab,
  other, ///< A key that was understood as one key, but has no use here (F5, Delete, Ctrl-A, Alt-x).
};

/// One key press.
struct key {
  key_name name{key_name::other};
  char32_t character{}; ///< The code point when `name` is `character`, otherwise 0.

  bool operator==(const key&) const = default;

  /// A printable key: `key::of('n')`.
  static constexpr key of(char32_t code_point) { return {key_name::character, code_point}; }
};

/// "n", "PageUp": for messages and test failures.
std::string to_string(const key& pressed);
std::ostream& operator<<(std::ostream& out, const key& pressed);

} // namespace weir::grader
