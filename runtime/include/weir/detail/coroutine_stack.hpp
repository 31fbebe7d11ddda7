/// \file
/// Which coroutines a suspended task consists of, for reports and traces.
#pragma once

#include <weir/detail/engine.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace weir::detail {

/// The functions of a waiting task, innermost first, as far as the symbol tables know them.
std::vector<std::string> stack_of(const task_record& task);

/// The name it was given, else its outermost coroutine's with its id: "producer #2".
std::string name_of(const task_record& task, std::uint32_t id);

} // namespace weir::detail
