/// \file
/// The storm on a request: parts, limits, faults, a deadline and a cancellation at random, many of
/// them in one instant.
#pragma once

#include "fixture.hpp"

#include <weir/storm.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace weir_hidden {

enum class weather : std::uint8_t { fair, limits, faults, cancelled };

inline asio::awaitable<void> storm(std::string_view promise, weather how_bad) {
  static constexpr std::array<nanoseconds, 7> times{10ms, 0ns, 5ms, 20ms, 900us, 40ms, 400ms};
  const auto drawn = weir::storm::draw_plan(
      {.header = {5, 28, 6, 8, 5, 2}, .command = {7, 20, 6, 7, 5}, .commands = 4});
  const bool faults = how_bad >= weather::faults;
  const auto draw = [&](const std::vector<std::size_t>& fields, bool may_be_limited) {
    script one{.takes = times[fields[0]]};
    if (faults && fields[1] >= 12)
      one.fails = static_cast<thrown>(fields[1] - 12);
    one.at_the_call = one.fails && fields[2] == 5;
    if (how_bad != weather::fair) {
      one.tidies = times[fields[2]] / 4;
      if (fields[4] == 3)
        one.then = std::nullopt;
      else if (fields[4] == 4)
        one.then = thrown::number;
    }
    if (may_be_limited && how_bad != weather::fair && fields[3] >= 3)
      one.at_most = std::array<nanoseconds, 4>{20ms, 5ms, 1h, 900us}[fields[3] - 3];
    return one;
  };
  request_fixture::options how;
  how.seat =
      draw({drawn.header[0], drawn.header[1] < 20 ? 0 : drawn.header[1] - 8, 2, 0, drawn.header[4]},
           false);
  const std::size_t many = drawn.header[2] % 5;
  for (std::size_t i = 0; i < many; ++i)
    how.parts.push_back(draw(drawn.commands[i % drawn.commands.size()], true));
  how.deadline = how_bad == weather::fair
                     ? 1h
                     : std::array<nanoseconds, 8>{
                           100ms, 15ms, 30ms, 25ms, 5ms, 20ms, 0ns, -1ns}[drawn.header[3]];
  const auto executor = co_await asio::this_coro::executor;
  const auto f = std::make_shared<request_fixture>(executor, promise, std::move(how));
  f->start();
  if (how_bad == weather::cancelled) {
    const nanoseconds when =
        std::array<nanoseconds, 5>{10ms, 5ms, 15ms, 1ms, 25ms}[drawn.header[4]];
    f->cancel_at(when);
    if (drawn.header[5] == 1) // the caller's caller is cancelled too
      f->cancel_at(when + 1ms);
  }
  co_await f->finish();
}

} // namespace weir_hidden
