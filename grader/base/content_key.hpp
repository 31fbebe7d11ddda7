#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace weir::grader {

/// A name for "the same input": FNV-1a over all that was added (Fowler, Noll, Vo; offset and prime
/// of 64 bits). Good against accidents, not against malice; a collision of one's own making harms
/// only oneself.
class content_key {
public:
  content_key& add(std::string_view text);
  /// Size and time of last change; a missing file is an input too.
  content_key& add_file(const std::filesystem::path& file);

  /// 16 hexadecimal digits.
  [[nodiscard]] std::string text() const;

private:
  std::uint64_t state_{0xcbf29ce484222325};
};

} // namespace weir::grader
