#pragma once

#include "model/pyramid.hpp"

#include <weir/trace/event.hpp>
#include <weir/trace/source.hpp>

#include <cstddef>
#include <string_view>

namespace weir::viz {

/// A gauge and the limit drawn beside it.
struct gauge_series {
  trace::source_id source = 0;
  std::string_view name = {};
  std::string_view unit = {};
  trace::source_role role = trace::source_role::none;
  double capacity = 0; ///< as declared; 0 = none
  step_series value = {};
  step_series limit = {}; ///< changes of the limit; empty where it never changed

  /// The limit in force after `event_count` events; 0 = none.
  [[nodiscard]] double limit_at(std::size_t event_count) const noexcept {
    return limit.at_event(event_count, capacity);
  }

  [[nodiscard]] bool has_limit() const noexcept { return capacity > 0 || !limit.empty(); }
};

struct counter_series {
  trace::source_id source = 0;
  std::string_view name = {};
  std::string_view unit = {};
  trace::source_role role = trace::source_role::none;
  step_series total = {};
};

} // namespace weir::viz
