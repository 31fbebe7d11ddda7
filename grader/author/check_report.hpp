#pragma once

#include "author/check.hpp"

#include <ostream>
#include <string>
#include <vector>

namespace weir::grader {

/// What `weir author check` came to, as a table: what was wrong, then how many of what was right.
void print_check(std::ostream& out, const std::vector<const exercise*>& exercises,
                 const std::vector<check_item>& items);

/// The same in the fields of exercism's results, version 3: each item is one of `tests`, named
/// "limiter accept/callbacks.cpp (seed 1)", with `exercise`, `subject` and `way` apart as well. The
/// `message` of one that is wrong says what was expected and found, its `output` what was seen of
/// one that is right.
std::string check_results(const std::vector<check_item>& items);

} // namespace weir::grader
