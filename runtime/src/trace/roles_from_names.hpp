#pragma once

#include "weir/trace/recording.hpp"

namespace weir::trace {

/// Gives the sources of a trace of format 1 the roles and subjects that its names suggest, by the
/// rules by which a weir of that time drew it. The one place where a name decides what a source is:
/// whatever is recorded today says its role. States of a breaker that are numbered otherwise than
/// `source_role::breaker_state` says are renumbered, labels and events.
void guess_roles_by_name(recording& trace);

} // namespace weir::trace
