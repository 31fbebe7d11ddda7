#pragma once

#include "model/cursor.hpp"

#include <array>
#include <cstddef>
#include <span>

namespace weir::viz {

/// Play, pause, speed and step, in virtual time. Pure: the caller says how much real time went by.
class transport {
public:
  /// Keys 1 to 5 choose among these; `slower` and `faster` go through them.
  static constexpr std::array<double, 8> speeds{0.1, 0.25, 0.5, 1, 2, 4, 8, 16};
  static constexpr std::array<double, 5> key_speeds{0.1, 0.5, 1, 4, 16};

  [[nodiscard]] bool playing() const noexcept { return playing_; }

  [[nodiscard]] double speed() const noexcept { return speed_; }

  [[nodiscard]] cursor at() const noexcept { return at_; }

  /// At the end and meant to stay there when a longer or a new run comes in.
  [[nodiscard]] bool live() const noexcept { return live_; }

  /// From the end it starts again at the beginning.
  void toggle(const trace_view& trace);
  void play(const trace_view& trace);

  void pause() noexcept { playing_ = false; }

  /// Held within 0.1 to 16.
  void set_speed(double factor) noexcept;
  void slower() noexcept;
  void faster() noexcept;

  /// `real_ns` of wall time went by. Stops at the end. True when the cursor moved.
  bool advance(const trace_view& trace, nanos real_ns);

  /// Every one of these pauses.
  void go_to(const trace_view& trace, nanos t_ns);
  void go_to_event(const trace_view& trace, std::size_t index);
  void go_to(cursor where, const trace_view& trace);
  void to_start();
  void to_end(const trace_view& trace);
  void next(const trace_view& trace, step_detail detail = step_detail::essential);
  void previous(const trace_view& trace, step_detail detail = step_detail::essential);
  void step_by(const trace_view& trace, nanos length);
  void to_next_transition(const trace_view& trace, std::span<const transition> among);
  void to_previous_transition(const trace_view& trace, std::span<const transition> among);

  /// Another run takes the old one's place: live stays at the end, else the time stays as far as
  /// the new run goes. Playing goes on.
  void replace(const trace_view& trace);

private:
  cursor at_ = {};
  double speed_ = 1;
  double carry_ns_ = 0; ///< a fraction of a nanosecond that is owed
  bool playing_ = false;
  bool live_ = false;
};

} // namespace weir::viz
