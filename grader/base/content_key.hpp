#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace weir::grader {

/// A name for "the same input": XXH3 (128 bits) over all that was added. Good against accidents,
/// not against malice; a collision of one's own making harms only oneself.
class content_key {
public:
  content_key& add(std::string_view text);
  /// Size and time of last change; a missing file is an input too.
  content_key& add_file(const std::filesystem::path& file);

  /// 32 hexadecimal digits.
  [[nodiscard]] std::string text() const;

private:
  std::string input_;
};

} // namespace weir::grader
