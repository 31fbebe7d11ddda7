#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace weir::protocol {

/// Whose code is run: the reader's file, the exercise's starter, its solution, or another file that
/// the command line named.
enum class submission : std::uint8_t { mine, starter, solution, other };

inline constexpr std::array all_submissions{submission::mine, submission::starter,
                                            submission::solution, submission::other};

/// "mine", "starter", "solution", "other".
[[nodiscard]] constexpr std::string_view to_string(submission which) noexcept {
  constexpr std::array<std::string_view, 4> names{"mine", "starter", "solution", "other"};
  return names[static_cast<std::size_t>(which)];
}

/// nullopt for any other word.
[[nodiscard]] constexpr std::optional<submission> parse_submission(std::string_view word) noexcept {
  for (const auto each : all_submissions) {
    if (to_string(each) == word) {
      return each;
    }
  }
  return std::nullopt;
}

} // namespace weir::protocol
