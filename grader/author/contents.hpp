#pragma once

#include <filesystem>
#include <string>

namespace weir::grader {

/// The main README.md with its table of chapters as the folders have it: for each chapter that has
/// prose, its title and the ids of its exercises in their order.
///
///     | chapter | exercises |
///     |---|---|
///     | [01 Back-pressure](chapters/01-back-pressure/README.md) | bounded-queue, overflow |
///
/// Everything else stays as it is. Throws content_error when README.md has no such table or an
/// exercise can't be read, environment_error when README.md can't be.
std::string readme_with_contents(const std::filesystem::path& root);

/// Writes that, if it differs; true when it did.
bool update_contents(const std::filesystem::path& root);

} // namespace weir::grader
