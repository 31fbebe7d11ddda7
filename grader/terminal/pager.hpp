#pragma once

#include "commands/context.hpp"

#include <string>

namespace weir::grader {

/// Shows a long text: in $PAGER, else in less, when output is a terminal and the pager can be had;
/// else straight on `ctx.out`. PAGER=cat and an empty PAGER mean no pager.
void show_paged(context& ctx, const std::string& text);

} // namespace weir::grader
