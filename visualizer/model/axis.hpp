#pragma once

#include "model/trace_view.hpp"

#include <cstddef>
#include <vector>

namespace weir::viz {

/// The part of the run that the charts show, with zoom, pan, fit and undo. Pure: knows no pixels.
class axis {
public:
  static constexpr nanos shortest = 100;        ///< never zooms in further, in ns
  static constexpr std::size_t undo_steps = 64; ///< that undo remembers

  explicit axis(time_range whole = {0, 1});

  [[nodiscard]] time_range view() const noexcept { return view_; }

  [[nodiscard]] time_range whole() const noexcept { return whole_; }

  /// A new run: the view stays as far as it can; one that showed everything shows everything again.
  /// Forgets nothing of undo.
  void set_whole(time_range whole);

  /// By a share of the view's length; positive = later. Stops at the ends.
  void pan(double share);
  /// `factor` > 1 zooms in; `anchor_ns` keeps its place on the screen.
  void zoom(double factor, nanos anchor_ns);
  void zoom_to(time_range wanted);
  void fit();
  /// Moves the view just as far as needed for `t_ns` to be in it. No step for undo.
  void follow(nanos t_ns);

  /// Back to the view before the last gesture. False when there is none.
  bool undo();

  [[nodiscard]] bool can_undo() const noexcept { return !undo_.empty(); }

  /// Pans and zooms between these two count as one step for undo (a drag, a turn of the wheel).
  void begin_gesture();
  void end_gesture();

  [[nodiscard]] bool fitted() const noexcept { return view_ == whole_; }

  /// Where `t_ns` lies: 0 = left edge, 1 = right edge.
  [[nodiscard]] double share_of(nanos t_ns) const noexcept;
  [[nodiscard]] nanos at_share(double share) const noexcept;

private:
  void go_to(time_range wanted);
  void remember();

  time_range whole_;
  time_range view_;
  std::vector<time_range> undo_;
  bool in_gesture_ = false;
  bool gesture_remembered_ = false;
};

} // namespace weir::viz
