#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace weir::grader {

struct cpp_token {
  enum class sort { word, number, text, punctuation };
  sort kind{sort::punctuation};
  std::size_t at{}; ///< offset in the source
  std::string_view text;

  [[nodiscard]] std::size_t end() const { return at + text.size(); }
};

/// The tokens of a C++ source, without comments and `#` lines. String and character literals are
/// one token each, raw strings included. The views point into `source`.
std::vector<cpp_token> cpp_tokens(std::string_view source);

} // namespace weir::grader
