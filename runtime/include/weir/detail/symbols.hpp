/// \file
/// Function names for addresses, for reports.
#pragma once

#include <string>

namespace weir::detail {

/// The name of the function at `address` without parameters and compiler suffixes ("stage_two"),
/// from the symbol table of the object it lies in, local symbols included. Empty when there is
/// none.
std::string function_name(const void* address);

} // namespace weir::detail
