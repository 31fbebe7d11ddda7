#pragma once

#include "model/trace_view.hpp"

#include <cstdint>
#include <string_view>

namespace weir::viz {

/// A moment worth a mark on the time axis.
struct mark {
  nanos t_ns = 0;
  std::uint32_t event = 0;
  std::string_view text = {}; ///< of the trace; empty for a gap
  std::int64_t amount = 0;    ///< of a gap: events left out; of a blocked loop: for how long, in ns
};

} // namespace weir::viz
