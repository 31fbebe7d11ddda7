/// \file
/// How an exploration searches: the one struct that carries it, from a command line to `explore`.
#pragma once

#include <weir/model.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weir {

/// The policies by name; what each does stands in weir/policy.hpp.
enum class policy_kind : std::uint8_t { mixed, fifo, random, pct, depth_first };

/// "mixed", "fifo", "random", "pct", "dfs".
[[nodiscard]] std::string_view to_string(policy_kind kind) noexcept;
/// \throws std::invalid_argument naming the known ones
[[nodiscard]] policy_kind parse_policy(std::string_view name);

/// Which schedules are run. What is not set is left to whoever hands the options on, and at last to
/// `explore`.
struct search_options {
  std::optional<std::size_t> schedules{}; ///< how many at the most, above 0; at last 500
  std::optional<std::uint64_t> seed{};    ///< of the first schedule, later ones count up; at last 1
  std::optional<policy_kind> policy{};    ///< at last `mixed`
  std::optional<schedule_model> model{};  ///< which there are; at last `anything`, `stands_still`
  /// A token. The scenario that it names runs that one schedule, under the token's model; every
  /// other scenario runs none at all.
  std::string replay{};

  /// These, and from `defaults` what is not set here.
  [[nodiscard]] search_options or_else(const search_options& defaults) const;
};

} // namespace weir
