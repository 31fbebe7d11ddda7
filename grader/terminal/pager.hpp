#pragma once

#include "terminal/console.hpp"

#include <string>

namespace weir::grader {

/// Shows a long text: in $PAGER, else in less, when output is a terminal and the pager can be had;
/// else straight on `streams.out`. PAGER=cat and an empty PAGER mean no pager.
void show_paged(const console& streams, const std::string& text);

} // namespace weir::grader
