#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

namespace weir::grader {

/// A reader's file, or why it can't be taken.
struct source_file {
  static constexpr std::size_t largest = std::size_t{1} << 20;

  std::string text;
  std::string problem; ///< a sentence with advice; empty: `text` is good

  [[nodiscard]] explicit operator bool() const { return problem.empty(); }
};

/// Reads a regular file of at most 1 MiB. A symbolic link is not followed: it could name what the
/// reader must not see.
source_file read_source(const std::filesystem::path& file);

/// Exercise files include headers by name. An absolute path or one with ".." is answered here, with
/// its line, before the compiler can open it; what macros hide from this check, the sandbox keeps
/// out of sight. Empty when there is none.
std::string find_forbidden_include(std::string_view source);

} // namespace weir::grader
