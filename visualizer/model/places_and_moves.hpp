#pragma once

#include "model/trace_view.hpp"

#include <weir/trace/event.hpp>
#include <weir/trace/source.hpp>

#include <cstdint>
#include <string_view>

namespace weir::viz {

struct place_info {
  trace::source_id source = 0;
  std::string_view name = {};
  double capacity = 0; ///< slots; 0 = without bound
  trace::source_role role = trace::source_role::none;
  std::int32_t level = -1; ///< gauges(): the one whose limit is the capacity; -1 = none
};

/// An item goes from place to place, or from a place into a bin. A place of -1 is outside the
/// picture.
struct move {
  nanos t_ns = 0;
  std::int64_t item = 0;
  std::uint32_t event = 0;
  std::int16_t from = -1; ///< index into `timeline::places()`
  std::int16_t to = -1;   ///< -1: into the bin `bin`
  trace::outcome bin = trace::outcome::none;
  trace::source_id outcomes = 0; ///< which outcomes named the bin
  bool returns = false;          ///< from a visit to a service, by the service's own verdict
};

} // namespace weir::viz
