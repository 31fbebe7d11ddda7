/// \file
/// The storm on a meter: handlers in handlers, by all ways, that throw and take, drawn at random.
#pragma once

#include "fixture.hpp"

#include <weir/storm/plan.hpp>

#include <boost/asio/defer.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <utility>
#include <vector>

namespace weir_hidden {

enum class weather : std::uint8_t { plain, nested, taken, thrown };

/// Handlers as a tree; each knows how it is submitted, and what it does.
class handler_storm {
public:
  explicit handler_storm(weather what) : plan_(weir::storm::draw_plan(shape)), what_(what) {
    const asio::any_io_executor one = loop_.measured();
    executors_ = {one, loop_.measured(), loop_.meter().measured(one), asio::make_strand(one),
                  loop_.plain()};
  }

  void run() {
    for (std::size_t i = 0; i < plan_.commands.size(); ++i) {
      const auto& fields = plan_.commands[i];
      if (fields[0] == 0)
        continue;
      submit(i, 0);
      if (fields[4] % 2 == 0)
        loop_.idle(times[fields[5]]);
    }
    loop_.idle(1ms);
    loop_.expect_share("after all of them");
  }

private:
  static constexpr std::array<nanoseconds, 4> times{1ms, 0ns, 300us, 7ms};
  inline static const weir::storm::plan_shape shape{
      .header = {}, .command = {4, 5, 8, times.size(), 4, times.size()}, .commands = 8};

  void submit(std::size_t i, int depth) {
    const auto& fields = plan_.commands[i];
    const asio::any_io_executor& to = executors_[fields[1]];
    const auto handler = [this, i, depth, counts = fields[1] != 4] {
      carry_out(i, depth, counts);
    };
    if (fields[0] == 1)
      asio::dispatch(to, handler);
    else if (fields[0] == 2)
      asio::post(to, handler);
    else
      asio::defer(to, handler);
  }

  void carry_out(std::size_t i, int depth, bool counts) {
    const auto& fields = plan_.commands[i];
    const in_the_books here(loop_.book(), counts);
    weir::block_loop(times[fields[3]]);
    if (what_ == weather::taken && fields[4] == 3)
      loop_.expect_share("in the middle of a handler");
    if (what_ != weather::plain && depth < 6 && i + 1 < plan_.commands.size() && fields[2] >= 4)
      inside(i + 1, depth + 1);
    weir::block_loop(times[fields[5]]);
    if (what_ == weather::thrown && fields[2] % 4 == 3)
      throw 42;
  }

  /// What comes out of it, the outer one catches, every other time.
  void inside(std::size_t i, int depth) {
    if (plan_.commands[i][4] < 2)
      return submit(i, depth);
    try {
      submit(i, depth);
    } catch (int) {
      weir::block_loop(1ms);
    }
  }

  measured_loop loop_;
  weir::storm::plan plan_;
  weather what_;
  std::vector<asio::any_io_executor> executors_;
};

} // namespace weir_hidden
