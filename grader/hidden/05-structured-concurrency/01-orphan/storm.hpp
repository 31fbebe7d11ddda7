/// \file
/// The storm on a counter: visits, times and faults drawn at random, and a stop somewhere.
#pragma once

#include "fixture.hpp"

#include <weir/storm.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace weir_hidden {

/// How a call of the store goes; 0 is the plainest.
inline script draw_script(std::size_t takes, std::size_t fails, nanoseconds interval) {
  const std::array<nanoseconds, 6> times{20ms, 0ns, 900us, interval, interval + 1ns, 3 * interval};
  script drawn{.takes = times[takes]};
  if (fails >= 4)
    drawn.fails = static_cast<thrown>((fails - 4) % weir::storm::thrown_kinds);
  drawn.at_the_call = fails >= 9;
  drawn.tidies = fails % 3 == 1 ? 7ms : 0ms;
  drawn.late_success = fails % 4 == 2;
  drawn.then = static_cast<thrown>(4 - fails % weir::storm::thrown_kinds);
  return drawn;
}

enum class weather : std::uint8_t {
  fair, ///< the store never fails
  faults,
  cancelled, ///< and `stop` is cancelled
};

/// What breaks `promise` is a finding.
inline asio::awaitable<void> storm(std::string_view promise, weather how_bad) {
  static constexpr std::array<const char*, 4> links{"a", "b", "",
                                                    "a link with a long name, longer"};
  static constexpr std::array<nanoseconds, 4> intervals{5s, 1s, 900us, 20ms};
  const auto drawn = weir::storm::draw_plan(
      {.header = {intervals.size(), 6, 4}, .command = {6, links.size(), 7, 6, 14}, .commands = 7});
  const nanoseconds interval = intervals[drawn.header[0]];
  const std::array<nanoseconds, 7> pauses{
      1ms, 0ns, interval / 2, interval, interval - 1ns, interval + 1ns, 20ms};
  counter_fixture::options how{.interval = interval};
  for (const auto& fields : drawn.commands)
    how.scripts.push_back(
        draw_script(fields[3], how_bad == weather::fair ? 0 : fields[4], interval));
  how.scripts.push_back({});
  how.destroys = promise == "nothing-left" && drawn.header[2] == 3;
  counter_fixture f(co_await asio::this_coro::executor, promise, std::move(how));
  for (const auto& fields : drawn.commands) {
    const std::string link = links[fields[1]];
    if (fields[0] == 1 || fields[0] == 2)
      f.visit(link);
    else if (fields[0] == 3)
      f.visit(link, 3);
    else if (fields[0] == 4)
      f.at(pauses[fields[2]], [&f, link] { f.visit_if_open(link); });
    if (fields[0] != 5)
      co_await f.pass(pauses[fields[2]]);
  }
  f.stop();
  if (how_bad == weather::cancelled)
    f.at(pauses[drawn.header[1]], [&f] { f.cancel_stop(); });
  co_await f.finish();
}

} // namespace weir_hidden
