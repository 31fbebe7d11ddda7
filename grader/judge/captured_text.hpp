#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace weir::grader {

/// Keeps the beginning and the end of a stream of any length in bounded memory.
class captured_text {
public:
  /// Bytes kept at either end.
  explicit captured_text(std::size_t each_end = std::size_t{32} << 10) : each_end_{each_end} {}

  void append(std::string_view bytes);

  /// Everything when little came; else the two ends around "… 1,234 bytes left out …".
  [[nodiscard]] std::string text() const;

  [[nodiscard]] std::uint64_t size() const { return size_; }

private:
  std::size_t each_end_;
  std::uint64_t size_{};
  std::string head_;
  std::string tail_; ///< at most twice `each_end_`, so that trimming is rare
};

} // namespace weir::grader
