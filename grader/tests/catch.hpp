/// \file
/// Catch2, version 2 or 3, for the grader's own tests: the harness's weir_catch.hpp without the
/// runtime that it brings along.
#pragma once

#if __has_include(<catch2/catch_test_macros.hpp>)
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators_all.hpp>
#include <catch2/matchers/catch_matchers_all.hpp>
#define WEIR_CATCH_CONTAINS ::Catch::Matchers::ContainsSubstring
#else
#include <catch2/catch.hpp>
#define WEIR_CATCH_CONTAINS ::Catch::Matchers::Contains
#endif

#include <string>

namespace weir::grader {

/// Matches a text that holds `part`.
inline auto has_text(const std::string& part) {
  return WEIR_CATCH_CONTAINS(part);
}

} // namespace weir::grader

#undef WEIR_CATCH_CONTAINS
