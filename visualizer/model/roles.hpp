#pragma once

#include "model/trace_view.hpp"

#include <cstdint>
#include <vector>

namespace weir::viz {

/// Numbers of a breaker or of the event loop are not where work is; those of a role that is not
/// known here may be.
[[nodiscard]] bool is_of_work(trace::source_role role) noexcept;

/// Roles of gauges and places where work waits or is done.
[[nodiscard]] bool says_where_work_is(trace::source_role role) noexcept;

/// By source: whether its outcomes are a service's own view of a visit ("dependency: failed")
/// rather than the end of an item. So it is for those of role `visits`, as long as there are others
/// that say how the work itself ended. After such a visit the item is back where it came from: a
/// call has returned to its caller.
using visit_outcomes = std::vector<bool>;

[[nodiscard]] visit_outcomes visit_outcomes_of(const trace::recording& tables);

/// What the fold has to know of sources beside their events.
struct fold_rules {
  visit_outcomes visits = {};
  std::vector<std::uint8_t> slots = {}; ///< of a place: its capacity; 0 = none, or above 64
};

[[nodiscard]] fold_rules fold_rules_of(const trace::recording& tables);

} // namespace weir::viz
