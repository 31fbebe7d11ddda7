#include "base/environment.hpp"

#include <cstdlib>

namespace weir::grader {

environment process_environment() {
  return [](std::string_view name) -> std::optional<std::string> {
    const char* value = std::getenv(std::string{name}.c_str());
    return value != nullptr ? std::optional<std::string>{value} : std::nullopt;
  };
}

} // namespace weir::grader
