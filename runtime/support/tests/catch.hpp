/// \file
/// Catch2, version 2 or 3, for tests that need nothing of the runtime.
#pragma once

#if __has_include(<catch2/catch_test_macros.hpp>)
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_all.hpp>
#define WEIR_CATCH_CONTAINS ::Catch::Matchers::ContainsSubstring
#else
#include <catch2/catch.hpp>
#define WEIR_CATCH_CONTAINS ::Catch::Matchers::Contains
#endif

#include <string>

namespace weir::test {

/// Matches a text that holds `part`.
inline auto has_text(const std::string& part) {
  return WEIR_CATCH_CONTAINS(part);
}

} // namespace weir::test

#undef WEIR_CATCH_CONTAINS
