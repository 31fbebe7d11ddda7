#pragma once

#include <exception>
#include <string>

namespace weir::detail {

/// Its type and what it says.
std::string describe(const std::exception_ptr& error);

} // namespace weir::detail
