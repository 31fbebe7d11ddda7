#pragma once

#include <cstdint>
#include <string_view>

namespace weir::viz {

/// Which sources of the trace belong to one breaker, by their roles and their subject; indices into
/// the timeline's lists, -1 = absent.
struct breaker_sources {
  std::string_view name = {};        ///< of its state
  std::int32_t state = -1;           ///< states()
  std::int32_t failure_rate = -1;    ///< gauges()
  std::int32_t calls_in_window = -1; ///< gauges()
  std::int32_t window_size = -1;     ///< gauges()
  std::int32_t cooldown = -1;        ///< gauges()
  std::int32_t probes = -1;          ///< gauges()
  std::int32_t window = -1;          ///< outcomes()
};

} // namespace weir::viz
