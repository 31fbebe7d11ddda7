/// \file
/// The storm on the probe: blocks of all lengths at all moments, stops and starts, also in the
/// instant in which a tick is due, and windows from a single tick up.
#pragma once

#include "fixture.hpp"

#include <weir/storm.hpp>

#include <array>
#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

namespace weir_hidden {

namespace detail {

inline constexpr std::array<std::size_t, 8> ticks_of_window{20, 1, 2, 7, 100, 101, 5, 150};
inline constexpr std::array<nanoseconds, 4> ticks_every{20ms, 1ms, 7ms, 1s};
inline constexpr std::array<nanoseconds, 6> bad_above{100ms, 0ns, 20ms, nanoseconds::max(),
                                                      60ms,  1ms};

/// 0 is the plainest in each.
inline deed draw_deed(const std::vector<std::size_t>& drawn, const lag_options& options) {
  const std::array<nanoseconds, 10> gaps{7 * options.tick + 300us, options.tick,
                                         3 * options.tick,         options.tick - 100us,
                                         options.tick + 1us,       options.window,
                                         options.window / 2 + 1us, 1us,
                                         12 * options.tick,        2 * options.window + 5us};
  const std::array<nanoseconds, 10> lengths{20 * options.tick,
                                            options.tick,
                                            0ns,
                                            options.tick / 2,
                                            options.tick + 1us,
                                            options.window,
                                            3 * options.window + 2us,
                                            110ms,
                                            options.window / 3,
                                            6 * options.tick - 300us};
  static constexpr std::array<deed::kind, 10> kinds{
      deed::kind::block,          deed::kind::block,          deed::kind::block, deed::kind::block,
      deed::kind::block_and_stop, deed::kind::stop,           deed::kind::start, deed::kind::start,
      deed::kind::again,          deed::kind::block_and_again};
  deed one{.after = gaps[drawn[1]], .what = kinds[drawn[0]]};
  if (one.what == deed::kind::block || one.what == deed::kind::block_and_stop ||
      one.what == deed::kind::block_and_again)
    one.takes = lengths[drawn[2]];
  return one;
}

} // namespace detail

/// What breaks `promise` is a finding.
inline asio::awaitable<void> storm(std::string_view promise) {
  const auto drawn =
      weir::storm::draw_plan({.header = {detail::ticks_of_window.size(), detail::ticks_every.size(),
                                         detail::bad_above.size(), 4},
                              .command = {10, 10, 10, 5},
                              .commands = 10});
  lag_options options;
  options.tick = detail::ticks_every[drawn.header[1]];
  options.window = static_cast<int>(detail::ticks_of_window[drawn.header[0]]) * options.tick;
  options.bad = detail::bad_above[drawn.header[2]];
  script all;
  for (const auto& one : drawn.commands)
    if (one[3] != 0)
      all.push_back(detail::draw_deed(one, options));
  return watch(promise, std::move(all), static_cast<int>(drawn.header[3]) * options.window / 2,
               options);
}

} // namespace weir_hidden
