/// \file
/// The storm on a health answer: a loop that is occupied in all manners, for times around all
/// limits, and a thread that asks often, seldom, or at odd moments.
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

inline health_options draw_options(const std::vector<std::size_t>& drawn) {
  static constexpr std::array<health_options, 6> all{{
      {},
      {.beat = 20ms, .late = 100ms, .calm = 1s, .dead_after = 2s},
      {.beat = 1s, .late = 4s, .calm = 20s, .dead_after = 35s},
      {.late = 1s, .calm = 0s, .dead_after = 5s},
      {.calm = nanoseconds::max(), .dead_after = nanoseconds::max()},
      {.late = nanoseconds::max(), .dead_after = 10s},
  }};
  return all[drawn[0]];
}

/// Around one of the limits, or far from all.
inline nanoseconds draw_time(std::size_t kind, std::size_t about, const health_options& limits) {
  const auto sane = [](nanoseconds time) {
    return std::min(time, nanoseconds(40s));
  };
  const std::array<nanoseconds, 4> limit{sane(limits.late), sane(limits.dead_after),
                                         sane(limits.calm), 3 * limits.beat};
  const nanoseconds off = 2 * limits.beat;
  const std::array<nanoseconds, 3> around{limit[kind] + off, limit[kind] / 2,
                                          std::max(limit[kind] - off, limits.beat / 2)};
  return around[about];
}

} // namespace detail

/// What breaks `promise` is a finding.
inline asio::awaitable<void> storm(std::string_view promise) {
  static constexpr std::array<nanoseconds, 5> questions{250ms, 1s, 90ms, 7300ms, 0ns};
  const auto drawn = weir::storm::draw_plan(
      {.header = {6, questions.size(), 8, 8}, .command = {7, 4, 3, 3}, .commands = 5});
  const health_options options = detail::draw_options(drawn.header);
  std::vector<step> script;
  for (std::size_t i = 0; i < drawn.commands.size(); ++i) {
    const std::vector<std::size_t>& one = drawn.commands[i];
    if (i == drawn.header[2] % 4 && drawn.header[2] < 4) {
      script.push_back(start);
    } else if (i == drawn.header[2] % 4) {
      script.push_back(start_inside(detail::draw_time(one[1], 0, options)));
      script.push_back(wait(3 * options.beat));
    }
    if (i == drawn.header[3])
      script.push_back(drain);
    const nanoseconds time = detail::draw_time(one[1], one[2], options);
    if (one[0] < 2)
      script.push_back(wait(time));
    else if (one[0] < 4)
      script.push_back(block(time));
    else if (one[0] == 4)
      script.push_back(burst(40, time / 40));
    else if (one[0] == 5)
      script.push_back(start_inside(time));
    else
      script.push_back(sliced(40, std::min(options.beat, time / 40)));
    // What comes next is another stretch: the loop turns in between.
    script.push_back(wait((3 + one[3]) * options.beat));
  }
  co_await process(promise, std::move(script), options, questions[drawn.header[1]]);
}

} // namespace weir_hidden
