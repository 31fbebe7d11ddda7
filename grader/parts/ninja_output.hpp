#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace weir::grader::parts {

/// "[3/12] Linking …": three steps of twelve are done.
struct ninja_step {
  std::size_t done{};
  std::size_t all{};

  bool operator==(const ninja_step&) const = default;
};

/// Nullopt for any other line.
std::optional<ninja_step> parse_step(std::string_view line);

/// What a part of this kind takes here: the mean of those that `<build>/.ninja_log` tells of, whose
/// outputs' paths hold `pattern`; `otherwise` if there are none.
std::chrono::milliseconds mean_duration(const std::filesystem::path& ninja_log,
                                        std::string_view pattern,
                                        std::chrono::milliseconds otherwise);

/// What is left of a build of which we expect that it takes so long, in whole seconds, at least 1.
/// With more than a handful of steps something else is built as well (the runtime has changed):
/// then the steps say more than what was expected.
int seconds_left(const std::optional<ninja_step>& latest, std::chrono::milliseconds elapsed,
                 std::chrono::milliseconds expected);

/// The first lines of a failed build that say what is wrong; a full disk before all else.
std::string what_failed(std::string_view output);

} // namespace weir::grader::parts
