/// \file
/// What a storm on the bulkheads does: the calls, answers, errors, cancellations and deadlines it
/// is drawn from.
#pragma once

#include "specification.hpp"

#include <weir/storm.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace weir_hidden {

/// Which commands a storm has.
enum class storm_focus : std::uint8_t { plain, walls, deadlines, cancelling, everything };

struct wall_command {
  enum class kind : std::uint8_t { none, call, finish, cancel } what = kind::none;
  enum class patience : std::uint8_t { any_time, half_a_moment, none, negative };
  weir::storm::moment when = weir::storm::moment::quiet;
  std::uint8_t to = 0;
  patience waits = patience::any_time;            ///< of a call
  std::optional<weir::storm::thrown> throws = {}; ///< of a call: the dependency, in the end
  bool at_the_call = false;                       ///< when it is called, not when it is awaited
  std::size_t whom = 0;                           ///< to finish or cancel
};

struct wall_storm {
  std::array<bulkhead_specification::size, 3> sizes{};
  std::vector<wall_command> commands;

  /// Without what `unwanted` says.
  template <class Unwanted>
  [[nodiscard]] wall_storm without(Unwanted unwanted) const {
    wall_storm rest = *this;
    for (wall_command& one : rest.commands)
      if (unwanted(one))
        one.what = wall_command::kind::none;
    return rest;
  }
};

inline wall_storm draw_storm(storm_focus focus) {
  using enum wall_command::kind;
  using patience = wall_command::patience;
  static constexpr std::array<bulkhead_specification::size, 8> sizes{
      {{1, 0}, {1, 1}, {2, 0}, {2, 2}, {1, 2}, {3, 1}, {1, 5}, {2, 1}}};
  static constexpr std::array<wall_command::kind, 12> plain{
      none, call, finish, call, call, finish, call, finish, call, call, finish, call};
  static constexpr std::array<wall_command::kind, 12> cancelling{
      none, call, finish, cancel, call, finish, call, call, finish, cancel, call, cancel};
  const bool with_cancels = focus == storm_focus::cancelling || focus == storm_focus::everything;
  const auto drawn = weir::storm::draw_plan({.header = {sizes.size(), sizes.size(), sizes.size()},
                                             .command = {12, 4, 12, weir::storm::moment_draws},
                                             .commands = 10});
  wall_storm storm;
  for (std::size_t i = 0; i < storm.sizes.size(); ++i)
    storm.sizes[i] = sizes[drawn.header[i]];
  for (const auto& fields : drawn.commands) {
    wall_command one;
    one.what = (with_cancels ? cancelling : plain)[fields[0]];
    one.when = weir::storm::moment_of(fields[3]);
    one.to = focus == storm_focus::walls || focus == storm_focus::everything
                 ? std::array<std::uint8_t, 4>{0, 1, 0, 2}[fields[1]]
                 : std::uint8_t{0};
    one.whom = fields[2];
    if (focus == storm_focus::deadlines || focus == storm_focus::everything)
      one.waits = std::array{patience::any_time, patience::half_a_moment, patience::half_a_moment,
                             fields[2] % 2 == 0 ? patience::none : patience::negative}[fields[1]];
    if (fields[2] >= 7)
      one.throws = static_cast<weir::storm::thrown>((fields[2] - 7) % weir::storm::thrown_kinds);
    one.at_the_call = fields[2] == 6 || fields[2] == 11;
    if (one.at_the_call && !one.throws)
      one.throws = weir::storm::thrown::runtime_error;
    storm.commands.push_back(one);
  }
  return storm;
}

} // namespace weir_hidden
