#pragma once

#include "model/trace_view.hpp"

#include <vector>

namespace weir::viz {

/// By source: whether its outcomes are a service's own view of a visit ("dependency: failed")
/// rather than the end of an item. So it is for the outcomes of a world::service, which come with
/// gauges "X in flight" and "X queue", as long as there are others that say how the work itself
/// ended. After such a visit the item is back where it came from: a call has returned to its
/// caller.
using visit_outcomes = std::vector<bool>;

[[nodiscard]] visit_outcomes visit_outcomes_of(const trace::recording& tables);

} // namespace weir::viz
