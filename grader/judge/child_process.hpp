#pragma once

#include "judge/process.hpp"

#include <sys/types.h>

#include <utility>
#include <vector>

namespace weir::grader {

/// A descriptor of ours and the number it shall have in the child.
using descriptor_mapping = std::pair<int, int>;

/// Forks and executes `spec` with limits, filter and descriptors in place. Returns once the program
/// is executing.
/// \throws boost::system::system_error naming the step that failed
pid_t start_child(process_spec& spec, const std::vector<descriptor_mapping>& descriptors);

} // namespace weir::grader
