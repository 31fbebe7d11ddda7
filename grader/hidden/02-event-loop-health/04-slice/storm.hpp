/// \file
/// The storm on work_off(): backlogs of all kinds, others who take their time, and a caller who may
/// be cancelled.
#pragma once

#include "fixture.hpp"

#include <weir/storm.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace weir_hidden {

enum class weather : std::uint8_t {
  fair, ///< nobody throws, and nobody cancels
  errors,
  cancelled,
};

namespace detail {

inline constexpr std::size_t slice_edges = 8;

/// 0 is the plainest in each.
inline item draw_item(const std::vector<std::size_t>& drawn, nanoseconds slice, weather how) {
  const nanoseconds some = slice > 1h ? 5ms : slice;
  const std::array<nanoseconds, 9> costs{some,       0ns,        some / 2, 1us,   3s,
                                         some - 1ns, some + 1ns, some / 7, 4296ms};
  item one{.costs = costs[drawn[0]]};
  one.adds = drawn[1] == 5 ? 2 : 0;
  one.posts = drawn[1] % 3;
  one.sweeps = drawn[1] == 6;
  if (how == weather::errors && drawn[2] >= 7)
    one.throws = static_cast<fault>(drawn[3]);
  one.cancels = how == weather::cancelled && drawn[2] == 8;
  return one;
}

inline script draw_script(const weir::storm::plan& drawn, weather how) {
  static constexpr std::array<nanoseconds, slice_edges> slices{
      5ms, 900us, 1us, nanoseconds::max(), 1ns, 2500us, 2s, nanoseconds::max() - 1ns};
  script one{.slice = slices[drawn.header[0]]};
  for (std::size_t i = 0; i < drawn.header[1]; ++i)
    one.items.push_back(draw_item(drawn.commands[i], one.slice, how));
  if (how == weather::cancelled) {
    one.hears_all = drawn.header[2] % 2 == 1;
    one.acts.push_back({.turn = 1 + drawn.header[2] % 4, .cancels = true});
    if (drawn.header[2] >= 6)
      one.acts.push_back({.turn = 2 + drawn.header[2] % 3, .cancels = true});
  }
  if (drawn.header[3] != 0)
    one.acts.push_back({.turn = drawn.header[3], .adds = many(2, one.slice == 1ns ? 1ns : 800us)});
  return one;
}

} // namespace detail

/// What breaks `promise` is a finding. Now and then there are two calls, the second with another
/// slice and the items in another order.
inline asio::awaitable<void> storm(std::string_view promise, weather how) {
  static constexpr std::array<nanoseconds, 4> whiles{0ns, 3ms, 40ms, 1us};
  const auto drawn =
      weir::storm::draw_plan({.header = {detail::slice_edges, 9, 8, 4, whiles.size(), 4},
                              .command = {9, 7, 9, fault_kinds},
                              .commands = 8});
  std::vector<script> all;
  all.push_back(detail::draw_script(drawn, how));
  if (drawn.header[5] >= 2) {
    weir::storm::plan other = drawn;
    other.header[0] = (drawn.header[0] + drawn.header[5]) % detail::slice_edges;
    std::ranges::reverse(other.commands);
    all.push_back(detail::draw_script(other, how));
  }
  co_await sweep(promise, std::move(all), whiles[drawn.header[4]]);
}

} // namespace weir_hidden
