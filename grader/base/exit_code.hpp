#pragma once

#include "protocol/exit_code.hpp"

namespace weir::grader {

using protocol::exit_code;

} // namespace weir::grader
