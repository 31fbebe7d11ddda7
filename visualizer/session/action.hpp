#pragma once

#include <cstdint>

namespace weir::viz {

/// Everything that can be done without aiming: each has a key, a visible button and a tooltip.
enum class action : std::uint8_t {
  play_pause,
  previous_event,
  next_event,
  back_tenth,
  forward_tenth,
  back_second,
  forward_second,
  to_start,
  to_end,
  pan_left,
  pan_right,
  zoom_in,
  zoom_out,
  fit,
  speed_1,
  speed_2,
  speed_3,
  speed_4,
  speed_5,
  previous_transition,
  next_transition,
  marker,
  previous_task,
  next_task,
  fold,
  orphans,
  rerun,
  undo_zoom,
  scale_up,
  scale_down,
  scale_reset,
  filter,
  clear,
  help,
  presenter,
  copy_command,
};

} // namespace weir::viz
