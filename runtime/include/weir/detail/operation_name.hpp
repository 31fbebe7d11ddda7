/// \file
/// What a suspended task waits for, in words, from the type of the operation it started.
#pragma once

#include <typeinfo>

namespace weir::detail {

/// "timer", "channel receive", "channel send", "child task", "parallel group", "turn" (a post or
/// dispatch), or the demangled type's last component. The pointer is valid for the life of the
/// process. Null gives "start".
const char* operation_name(const std::type_info* initiation);

} // namespace weir::detail
