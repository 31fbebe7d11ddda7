/// \file
/// The storm on a race: replicas with all manners, and a caller who may be cancelled, at moments
/// that often fall into one instant.
#pragma once

#include "fixture.hpp"

#include <weir/explore.hpp>
#include <weir/storm.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir_hidden {

enum class weather : std::uint8_t {
  fair, ///< somebody may grant a lease, and nobody cancels
  foul, ///< all fail
  cancelled,
};

namespace detail {

/// 0 is the plainest in each.
inline script draw_script(const std::vector<std::size_t>& drawn, weather how) {
  static constexpr std::array<nanoseconds, 8> times{5ms, 8ms,  0ns,   900us,
                                                    5ms, 12ms, never, 24h * 365};
  static constexpr std::array<nanoseconds, 5> whiles{0ms, 3ms, 900us, 7ms, 1ns};
  script one{.answers = times[drawn[0]]};
  if (how == weather::foul || drawn[1] >= 4) {
    one.fails = static_cast<thrown>(drawn[1] % weir::storm::thrown_kinds);
    one.at_the_call = drawn[1] >= 9;
  }
  if (how == weather::foul && drawn[0] >= 6)
    one.answers = 5ms; // for nobody tells them to end
  one.withdraws = whiles[drawn[2] % whiles.size()];
  one.late = drawn[2] >= whiles.size();
  one.then = static_cast<thrown>((drawn[1] + 4) % weir::storm::thrown_kinds);
  one.gives_back = whiles[drawn[3]];
  return one;
}

} // namespace detail

/// Replicas, and the moments at which the caller is cancelled.
struct race_plan {
  std::vector<script> scripts;
  std::vector<nanoseconds> cancelled;
};

inline void cancel(race_fixture& race, const race_plan& plan) {
  for (const nanoseconds when : plan.cancelled)
    race.cancel_after(when);
}

/// What breaks `promise` is a finding. Now and then there are two callers, with replicas that have
/// the same manners in another order.
inline asio::awaitable<void> storm(std::string_view promise, weather how) {
  static constexpr std::array<std::size_t, 6> sizes{2, 1, 3, 4, 5, 3};
  static constexpr std::array<nanoseconds, 10> moments{5ms, 3ms,  0ns,  8ms,       900us,
                                                       9ms, 12ms, 20ms, 5ms + 1ns, 1ns};
  weir::name_this_task("the test");
  const auto drawn = weir::storm::draw_plan(
      {.header = {sizes.size(), moments.size(), 12, 12}, .command = {8, 11, 10, 5}, .commands = 5});
  race_plan plan;
  for (std::size_t i = 0; i < sizes[drawn.header[0]]; ++i)
    plan.scripts.push_back(detail::draw_script(drawn.commands[i], how));
  if (promise == "together") // whom nobody could call has not been asked
    for (script& one : plan.scripts)
      one.at_the_call = false;
  if (how == weather::cancelled) {
    plan.cancelled.push_back(moments[drawn.header[1]]);
    if (drawn.header[2] < moments.size())
      plan.cancelled.push_back(plan.cancelled.front() + moments[drawn.header[2]]);
  }
  weir::testing::driver test(co_await asio::this_coro::executor);
  race_fixture first(test, promise, plan.scripts);
  cancel(first, plan);
  std::optional<race_fixture> second;
  if (drawn.header[3] >= 8) {
    co_await weir::testing::pass(moments[drawn.header[3] - 6]);
    std::ranges::reverse(plan.scripts);
    second.emplace(test, promise, plan.scripts, "the other acquire()");
    cancel(*second, plan);
  }
  co_await first.finish();
  if (second)
    co_await second->finish();
  co_await test.finish();
}

/// Two races among replicas of their own, of which neither knows the other.
inline asio::awaitable<void> two_races(std::string_view promise) {
  weir::name_this_task("the test");
  weir::testing::driver test(co_await asio::this_coro::executor);
  const std::vector<script> slow{{.answers = 6ms, .fails = thrown::system_error},
                                 {.answers = 12ms},
                                 {.withdraws = 4ms, .late = true, .gives_back = 2ms}};
  const std::vector<script> quick{
      {.answers = 4ms, .gives_back = 1ms}, {.withdraws = 4ms}, {.answers = 4ms, .gives_back = 3ms}};
  race_fixture first(test, promise, slow, "the one acquire()");
  co_await weir::testing::pass(2ms);
  race_fixture second(test, promise, quick, "the other acquire()");
  co_await first.finish();
  co_await second.finish();
  co_await test.finish();
}

/// Ten thousand replicas, of which one grants a lease and some are faster than their withdrawal.
inline asio::awaitable<void> crowd(std::string_view promise) {
  std::vector<script> scripts(10'000, script{.withdraws = 3ms});
  scripts[7200].answers = 5ms;
  for (std::size_t i = 0; i < scripts.size(); i += 100) {
    scripts[i].late = true;
    scripts[i + 1].answers = 1ms;
    scripts[i + 1].fails = thrown::system_error;
  }
  co_await race(promise, std::move(scripts));
}

/// A scenario in which a schedule costs much.
inline weir::explore_options few(std::string name) {
  weir::explore_options options;
  options.name = std::move(name);
  options.search.schedules = 1;
  options.determinism_every = 0;
  return options;
}

} // namespace weir_hidden
