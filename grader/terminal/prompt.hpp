#pragma once

#include "terminal/console.hpp"

#include <optional>
#include <string>

namespace weir::grader {

/// A line from the reader, without outer white space; empty optional at the end of input.
std::optional<std::string> ask(const console& streams, const std::string& question);

/// True for y or yes; anything else, the end of input too, means no.
bool confirm(const console& streams, const std::string& question);

} // namespace weir::grader
