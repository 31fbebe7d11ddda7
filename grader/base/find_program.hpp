#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

namespace weir::grader {

/// The first executable of that name in the folders of PATH.
std::optional<std::filesystem::path> find_program(std::string_view name);

} // namespace weir::grader
