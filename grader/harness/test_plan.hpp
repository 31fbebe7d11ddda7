/// \file
/// What the runner was told about every exploration of the hidden tests. It is kept here, out of
/// reach of the modules that are loaded: nothing in this header is a symbol that they can find.
#pragma once

#include "records.hpp"

#include <weir/search.hpp>

#include <string>

// The runner exports what it defines, for the modules; this it keeps.
#pragma GCC visibility push(hidden)

namespace weir::harness {

struct test_plan {
  std::string exercise; ///< stable id, the first part of every token
  search_options search;
};

/// Once in a process, before any code is loaded that could have an interest in it.
/// \throws std::logic_error the second time
void seal_test_plan(test_plan plan);

[[nodiscard]] const test_plan& sealed_test_plan();

/// While it lives, explorations belong to the test `id`, and `outcome` gets what they found.
class running_test {
public:
  running_test(std::string id, test_outcome& outcome);
  running_test(const running_test&) = delete;
  running_test& operator=(const running_test&) = delete;
  ~running_test();
};

/// The outcome of the test that runs, or null.
[[nodiscard]] test_outcome* current_outcome() noexcept;

} // namespace weir::harness

#pragma GCC visibility pop
