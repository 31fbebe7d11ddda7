/// \file
/// The storm on a process: clients, resources, a grace and further signals at random, many of them
/// in one instant.
#pragma once

#include "fixture.hpp"

#include <weir/storm.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weir_hidden {

enum class weather : std::uint8_t {
  calm,    ///< one signal
  hurried, ///< and further ones
};

inline life draw_life(const std::vector<std::size_t>& fields) {
  static constexpr std::array<nanoseconds, 8> comings{25ms, 30ms, 28ms, 20ms,
                                                      29ms, 35ms, 30ms, 1ms};
  static constexpr std::array<nanoseconds, 8> lengths{5ms, 10ms, 20ms, 0ms, 25ms, 1h, 900us, 1h};
  static constexpr std::array<nanoseconds, 5> tidying{0ms, 5ms, 20ms, 900us, 300ms};
  static constexpr std::array<nanoseconds, 3> hurrying{0ms, 5ms, 1h};
  life drawn{.comes = comings[fields[0]],
             .lasts = lengths[fields[1]],
             .tidies = tidying[fields[3]],
             .hurries = hurrying[fields[4]]};
  if (fields[2] >= 5)
    drawn.fails = static_cast<thrown>(fields[2] - 5);
  drawn.at_the_call = fields[5] == 4 && drawn.fails;
  if (fields[5] == 1)
    drawn.then = std::nullopt;
  else if (fields[5] == 2)
    drawn.then = thrown::number;
  drawn.shields = fields[5] == 3;
  return drawn;
}

/// The scenario: what breaks `promise` is a finding.
inline asio::awaitable<void> storm(std::string_view promise, weather how) {
  static constexpr std::array<nanoseconds, 8> graces{20ms,  5ms, 10ms, 0ms,
                                                     900us, 1ms, 2h,   for_ever};
  static constexpr std::array<nanoseconds, 8> moments{35ms, 30ms, 50ms, 40ms,
                                                      36ms, 55ms, 45ms, 31ms};
  constexpr std::size_t most_clients = 4;
  constexpr std::size_t most_resources = 3;
  const auto drawn =
      weir::storm::draw_plan({.header = {graces.size(), most_clients + 1, most_resources + 1, 4,
                                         moments.size(), moments.size(), moments.size()},
                              .command = {8, 8, 10, 5, 3, 5},
                              .commands = most_clients + most_resources});
  plan process_plan{.grace = graces[drawn.header[0]]};
  for (std::size_t i = 0; i < drawn.header[1]; ++i)
    process_plan.clients.push_back(draw_life(drawn.commands[i]));
  for (std::size_t i = 0; i < drawn.header[2]; ++i)
    process_plan.resources.push_back(draw_life(drawn.commands[most_clients + i]));
  if (how == weather::hurried)
    for (std::size_t i = 0; i < drawn.header[3]; ++i)
      process_plan.signals.push_back(moments[drawn.header[4 + i]]);
  return process(promise, std::move(process_plan), 9h);
}

} // namespace weir_hidden
