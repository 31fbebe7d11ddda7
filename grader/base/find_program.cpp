#include "base/find_program.hpp"

#include <unistd.h>

#include <cstdlib>
#include <ranges>
#include <string>

namespace weir::grader {

std::optional<std::filesystem::path> find_program(std::string_view name) {
  const char* path = std::getenv("PATH");
  for (const auto part : std::views::split(std::string_view{path ? path : "/usr/bin:/bin"}, ':')) {
    const std::filesystem::path candidate =
        std::filesystem::path{std::string_view{part.begin(), part.end()}} / name;
    if (::access(candidate.c_str(), X_OK) == 0 && !std::filesystem::is_directory(candidate)) {
      return candidate;
    }
  }
  return std::nullopt;
}

} // namespace weir::grader
